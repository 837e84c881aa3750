"""A look at a certificate at every plan: how long it holds, for which names, who stands behind it.

Nothing is kept of it: what was good yesterday may end today. So a plan shows the certificate that
is no longer good, and applying fails until another one lies there, or comes earlier in the plan.
"""

from collections.abc import Iterator

from pedell.model import Spec, Value
from pedell.providers.debian.paths import plain_path
from pedell.providers.debian.skills.proofs import seconds_of, unfit_name
from pedell.providers.debian.skills.skill import Skill, Words, text
from pedell.providers.debian.skills.verify_tcp import HOME

DAYS = 30
"""How long a certificate must still hold where nobody says."""

LOOK = r"""
see_chain() { # path address port name : the certificates that lie there, or are shown there
  if [ -n "$1" ]; then
    cat -- "$root$1" 2>/dev/null
  else
    timeout 5 openssl s_client -connect "$2:$3" ${4:+-servername "$4"} -showcerts \
      </dev/null 2>/dev/null
  fi | sed -n '/^-----BEGIN CERTIFICATE/,/^-----END CERTIFICATE/p'
}

is_named() { # name held-name… : a star stands for one label
  asked=$1
  shift
  for one do
    case $one in "$asked" | "*.${asked#*.}") return 0 ;; esac
  done
  return 1
}

look_at() { # path address port days names anchor : field, value and sentence of what is wrong
  chain=$(see_chain "$1" "$2" "$3" "${5%% *}")
  [ -n "$chain" ] || return
  end=$(printf '%s\n' "$chain" | openssl x509 -noout -enddate 2>&1) || return
  end=$(date -u -d "${end#*=}" +%s) || return
  left=$(((end - $(date +%s)) / 86400))
  printf 'seen\n'
  [ "$left" -ge "$4" ] || printf 'days %s it ends on %s, in %s days: expected %s at least\n' \
    "$left" "$(date -u -d "@$end" +%Y-%m-%d)" "$left" "$4"
  held=$(printf '%s\n' "$chain" | openssl x509 -noout -ext subjectAltName 2>/dev/null |
    tr ', ' '\n\n' | sed -n -e 's/^DNS://p' -e 's/^Address://p')
  for name in $5; do
    # shellcheck disable=SC2086
    is_named "$name" $held || printf 'names %s it does not carry the name %s\n' \
      "$(printf '%s' "${held:-none}" | tr '\n' ',')" "$name"
  done
  [ -n "$6" ] || return 0
  said=$(openssl verify -partial_chain -CAfile /dev/fd/3 -untrusted /dev/fd/4 2>&1 \
    3<<ANCHOR 4<<CHAIN <<FIRST
$6
ANCHOR
$chain
CHAIN
$(printf '%s\n' "$chain" | openssl x509)
FIRST
  ) || printf 'certificate %s no chain leads from it to the anchor: %s\n' \
    no "$(printf '%s\n' "$said" | sed -n 's/^error [0-9]* at [0-9]* depth lookup: //p' | head -n 1)"
}

ask_verify_certificate() { # path address port days names anchor
  set -f
  look_at "$@"
}
"""
WORK = (
    LOOK
    + r"""
put_verify_certificate() { # seconds path address port days names anchor
  command -v openssl >/dev/null || fail "openssl is not there: the package openssl brings it"
  until=$(($(date +%s) + $1))
  shift
  while :; do
    said=$(look_at "$@")
    [ "$said" != seen ] || return 0
    [ -z "$1" ] && [ "$(date +%s)" -lt $until ] || break # a service may still show the old one
    sleep 0.5
  done
  case $said in
    '') fail "no certificate at ${1:-$2 port $3}" ;;
    *)
      said=$(printf '%s\n' "$said" | sed -e 1d -e 's/^[^ ]* [^ ]* //')
      fail "the certificate at ${1:-$2 port $3}: $said" ;;
  esac
}
"""
)


def _arguments(spec: Spec) -> Words:
    path = text(spec, "path")
    return (
        plain_path(path) if path else "",
        text(spec, "address") or HOME,
        text(spec, "port"),
        str(spec.get("days", DAYS)),
        " ".join(_names(spec)),
        text(spec, "anchor"),
    )


def _names(spec: Spec) -> list[str]:
    names = spec.get("names")
    return [str(name) for name in names] if isinstance(names, list | tuple) else []


def _read(_name: str, spec: Spec, answer: str) -> Spec | None:
    head, *lines = answer.splitlines() or [""]
    faults = dict(_faults(lines))
    # what is not declared could not be shown beside what is
    return faults if head == "seen" and faults.keys() <= spec.keys() else None


def _faults(lines: list[str]) -> Iterator[tuple[str, Value]]:
    for line in lines:
        field, value, sentence = line.split(" ", 2)
        match field:
            case "days":
                yield field, int(value)
            case "names":
                yield field, sorted(filter(None, value.split(",")))
            case _:
                yield field, f"⟦{sentence.rpartition(': ')[2]}⟧"


VERIFY_CERTIFICATE = Skill(
    ask=lambda _name, spec: ("ask_verify_certificate", *_arguments(spec)),
    read=_read,
    put=lambda _name, spec: ("put_verify_certificate", seconds_of(spec), *_arguments(spec)),
    remove=lambda _name, _spec: ("nothing",),
    look=LOOK,
    work=WORK,
    unfit=lambda name, _spec: unfit_name(name),
)
