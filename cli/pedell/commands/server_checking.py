"""What ``pedell server check`` tells of the servers that were asked."""

from collections import Counter
from collections.abc import Sequence

from pedell.commands.exits import Exit, Leave
from pedell.commands.server_places import Finding, State
from pedell.model import Value
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.transports.host_keys import fingerprint

_ORDER = tuple(State)


def checked_table(findings: Sequence[Finding], for_people: bool) -> Table:
    """Return one line for each server, those first that need a look."""
    ordered = sorted(findings, key=lambda each: _ORDER.index(each.state))
    if not for_people:
        columns = ("server", "address", "state", "pinned", "shown", "why")
        return Table("servers", columns, tuple(_for_machines(each) for each in ordered))
    rows = tuple((each.place.name, each.place.entry, each.state, _said(each)) for each in ordered)
    return Table("servers", ("server", "address", "state", "key"), rows, _note(findings))


def leave_after(findings: Sequence[Finding]) -> None:
    """Leave as denied where a key is not the pinned one, as unreachable where one is silent."""
    states = {each.state for each in findings}
    if states & {State.CHANGED, State.NOT_PINNED, State.DENIED}:
        raise Leave(Exit.DENIED)
    if State.UNREACHABLE in states:
        raise Leave(Exit.UNREACHABLE)


def _for_machines(finding: Finding) -> tuple[Value, ...]:
    place, shown = finding.place, finding.shown
    pinned: list[Value] = [fingerprint(key) for key in finding.pinned.values()]
    seen = fingerprint(shown[1]) if shown else None
    return place.name, place.entry, finding.state, pinned, seen, finding.why or None


def _said(finding: Finding) -> str:
    if finding.shown is None:
        return finding.why
    shown = fingerprint(finding.shown[1])
    if finding.state is State.CHANGED:
        pinned = " or ".join(map(fingerprint, finding.pinned.values()))
        return f"pinned {pinned}, shown {shown}"
    return shown


def _note(findings: Sequence[Finding]) -> str:
    tally = Counter(each.state for each in findings)
    told = ", ".join(f"{tally[state]:,} {state}" for state in _ORDER if tally[state])
    hints = []
    if tally[State.NOT_PINNED]:
        hints.append("Record a key: pedell server enrol SERVER.")
    if tally[State.CHANGED]:
        hints.append(
            "A changed key: the server was set up anew, or someone stands in between. Compare it "
            "on its console, then: pedell server enrol SERVER --replace."
        )
    return " ".join([f"{count(len(findings), 'server')}: {told}.", *hints])
