"""A rule of sudo in a file of its own, looked at by visudo before it stands where sudo reads."""

import re
from base64 import b64decode
from collections.abc import Sequence

from pedell.model import Spec, Value
from pedell.providers.debian.skills import texts
from pedell.providers.debian.skills.skill import Skill, text

# sudo leaves out files with a dot in their name.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
LINE = re.compile(r"(?P<who>\S+) ALL=\((?P<run_as>\S+)\) NOPASSWD: (?P<commands>.+)\n")

LOOK = (
    texts.LOOK
    + r"""
ask_sudo_rule() { # file
  [ ! -f "$root$1" ] || [ -L "$root$1" ] || { stat -c '%a %U %G' -- "$root$1"; show_text "$1"; }
}
"""
)
WORK = (
    texts.WORK
    + r"""
put_sudo_rule() { # file text
  # A file that sudo cannot read may shut everybody out: it is checked before anything moves.
  command -v visudo >/dev/null || fail "visudo is not there: the package sudo brings it"
  staged=$stage/sudo.$number
  printf %s "$2" >"$staged" && chmod 0440 "$staged" || fail "cannot stage it"
  said=$(visudo -cf "$staged" 2>&1) || fail "visudo refuses it: $said"
  [ ! -L "$root$1" ] || fail "it is a link"
  put_text "$1" root root 0440 "$2"
}

remove_sudo_rule() { # file
  remove_file "$1"
}
"""
)


def _file(name: str) -> str:
    return f"/etc/sudoers.d/pedell-{name}"


def _commands(spec: Spec) -> Sequence[str]:
    commands = spec.get("commands")
    return [str(one) for one in commands] if isinstance(commands, list | tuple) else []


def _text(spec: Spec) -> str:
    who = f"%{text(spec, 'group')}" if spec.get("group") else text(spec, "user")
    run_as = text(spec, "run_as") or "root"
    commands = ", ".join(sorted(_commands(spec)))
    return f"{who} ALL=({run_as}) NOPASSWD: {commands}\n"


def _unfit(name: str, spec: Spec) -> str:
    if not NAME.fullmatch(name):
        return f"{name!r} is not the name of a file that sudo reads: letters, digits, _ and - do"
    if any(re.search(r"[\0-\x1f]", one) for one in (*_commands(spec), text(spec, "run_as"))):
        return "a command of sudo stands on one line"
    return ""


def _read(_name: str, spec: Spec, answer: str) -> Spec | None:
    rights, _, kept = answer.partition("\n")
    if not rights:
        return None
    content = b64decode(kept).decode("utf-8", "replace")
    if content == _text(spec) and rights == "440 root root":
        return {}
    if rights != "440 root root" and content == _text(spec):
        return {"commands": [f"⟦mode and owner: {rights}⟧"]}
    return _parse(content, spec) or {"commands": [f"⟦{content.strip()}⟧"]}


def _parse(content: str, spec: Spec) -> Spec:
    """Read a rule that we wrote in other words, so that what the files change is no drift."""
    found = LINE.fullmatch(content)
    if not found:
        return {}
    commands: list[Value] = [*found["commands"].split(", ")]
    who = {"group": found["who"][1:]} if found["who"][0] == "%" else {"user": found["who"]}
    rule: dict[str, Value] = {**who, "run_as": found["run_as"], "commands": commands}
    seen = {field: value for field, value in rule.items() if field in spec}
    return seen if _text(seen) == content else {}


SUDO_RULE = Skill(
    ask=lambda name, _spec: ("ask_sudo_rule", _file(name)),
    read=_read,
    put=lambda name, spec: ("put_sudo_rule", _file(name), _text(spec)),
    remove=lambda name, _spec: ("remove_sudo_rule", _file(name)),
    look=LOOK,
    work=WORK,
    unfit=_unfit,
)
