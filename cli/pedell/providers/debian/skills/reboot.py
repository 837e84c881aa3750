"""A reboot that others make due; the run waits for the server and goes on behind it."""

from pedell.model import Spec
from pedell.providers.debian.skills.skill import Skill

LOOK = r"""
ask_reboot() {
  [ -e "$root/var/lib/pedell/restart-due/@reboot" ] && printf due || printf ready
}
"""
# The first round asks with the number of this start (proc(5), random/boot_id), which is staged in
# the second one: whoever sent us has waited until it was another.
WORK = r"""
put_reboot() {
  boot=$root/proc/sys/kernel/random/boot_id
  if [ -f "$stage/$number" ]; then
    [ "$(cat -- "$boot")" != "$(cat -- "$stage/$number")" ] || fail "it has not started anew"
    rm -f -- "$due/@reboot"
    return
  fi
  mkdir -p -- "$due" && : >"$due/@reboot" || fail "cannot note that it is due"
  : >"$stage/reboot" && ask_back "$boot"
}
"""


def _read(_name: str, _spec: Spec, answer: str) -> Spec | None:
    return {} if answer == "ready" else None


REBOOT = Skill(
    ask=lambda _name, _spec: ("ask_reboot", "now"),
    read=_read,
    put=lambda _name, _spec: ("put_reboot",),
    remove=lambda _name, _spec: ("nothing",),
    look=LOOK,
    work=WORK,
    proof=True,
)
