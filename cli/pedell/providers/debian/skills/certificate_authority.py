"""A certificate authority that the server trusts, by update-ca-certificates(8)."""

import re
from base64 import b64decode

from pedell.model import Spec
from pedell.providers.debian.skills import texts, unfinished
from pedell.providers.debian.skills.skill import Skill, Words, text

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
BEGIN = "-----BEGIN CERTIFICATE-----"

LOOK = (
    texts.LOOK
    + unfinished.LOOK
    + r"""
ask_certificate_authority() { # file mark
  if is_unfinished "$2"; then
    printf unfinished
  elif [ -e "$root/etc/ssl/certs/${2#*.}.pem" ]; then
    printf trusted
  fi
  printf '\n%s' "$(show_text "$1")"
}
"""
)
WORK = (
    texts.WORK
    + unfinished.WORK
    + r"""
put_certificate_authority() { # file mark text
  command -v update-ca-certificates >/dev/null ||
    fail "update-ca-certificates is not there: the package ca-certificates brings it"
  anew=''
  [ ! -e "$root$1" ] || anew=--fresh
  begin_work "$2"
  (put_text "$1" root root 0644 "$3")
  case $? in
    0) ;;
    100)
      if [ -z "$late" ] && [ -e "$root/etc/ssl/certs/${2#*.}.pem" ]; then
        end_work
        return 100
      fi ;;
    *) exit 1 ;;
  esac
  renew_trust $anew
  [ -e "$root/etc/ssl/certs/${2#*.}.pem" ] || fail "update-ca-certificates left it out: $said"
  end_work
}

renew_trust() { # --fresh, where links to an older certificate must go
  mark_due
  said=$(update-ca-certificates "$@" 2>&1) || fail "$said"
}

remove_certificate_authority() { # file mark
  [ -e "$root$1" ] || [ -L "$root$1" ] || [ -e "$root/var/lib/pedell/unfinished/$2" ] || return 100
  begin_work "$2"
  (remove_file "$1")
  case $? in 0 | 100) ;; *) exit 1 ;; esac
  ! command -v update-ca-certificates >/dev/null || renew_trust --fresh
  end_work
}
"""
)


def _words(name: str) -> tuple[str, str]:
    return f"/usr/local/share/ca-certificates/pedell-{name}.crt", f"trust.pedell-{name}"


def _text(spec: Spec) -> str:
    return "\n".join(line.rstrip() for line in text(spec, "pem").strip().splitlines()) + "\n"


def _unfit(name: str, spec: Spec) -> str:
    if not NAME.fullmatch(name):
        return f"{name!r} is not the name of a certificate authority: letters, digits, _ and - do"
    count = text(spec, "pem").count(BEGIN)
    if spec and count != 1:
        return f"it holds {count} certificates: one a name is what the system's list takes"
    return ""


def _read(_name: str, spec: Spec, answer: str) -> Spec | None:
    state, _, kept = answer.partition("\n")
    if not kept:
        return {"pem": "⟦taken away, but not from the list⟧"} if state == "unfinished" else None
    content = b64decode(kept).decode("utf-8", "replace")
    if content != _text(spec):
        return {"pem": content}
    return {} if state == "trusted" else {"pem": "⟦there, but not in the list⟧"}


def _put(name: str, spec: Spec) -> Words:
    return ("put_certificate_authority", *_words(name), _text(spec))


CERTIFICATE_AUTHORITY = Skill(
    ask=lambda name, _spec: ("ask_certificate_authority", *_words(name)),
    read=_read,
    put=_put,
    remove=lambda name, _spec: ("remove_certificate_authority", *_words(name)),
    look=LOOK,
    work=WORK,
    unfit=_unfit,
)
