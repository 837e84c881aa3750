"""Deliveries as tables: by school, municipality, lot, or depth of service."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pedell.language.lists.deliveries import listed_by_lot
from pedell.model import Inventory, Service, Standing, Tally, Value, Want
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.stages.allot import wants_of

_DEPTHS = ("listed", "delivered", "labelled", "configured")
_CONTRACTS = ("signed", "unsigned", "ready")
_READY = "Signed: loan contracts. Ready: may be handed over."

Row = tuple[Value, ...]


def by_school(inventory: Inventory, schools: Sequence[str], found: Sequence[Standing]) -> Table:
    """Count the devices of each school, and what it still needs."""
    tallies = _tallied(found, lambda standing: standing.school)
    wants = {want.school: want for want in wants_of(inventory.schools.values(), inventory.stock)}
    rows = [
        (name, *_depths(tally := tallies.get(name, Tally())), *_need([wants[name]]), *_rest(tally))
        for name in schools
    ]
    columns = ("school", *_DEPTHS, "need", "still_needed", *_CONTRACTS)
    note = f"{count(len(schools), 'school')}, {count(len(found), 'device')}. {_READY}"
    return Table("schools", columns, tuple(rows), note)


def by_municipality(
    inventory: Inventory, schools: Sequence[str], found: Sequence[Standing]
) -> Table:
    """Count the devices of each municipality; schools that belong to none stand together."""
    home = {name: inventory.schools[name].municipality for name in schools}
    tallies = _tallied(found, lambda standing: home[standing.school])
    wants: dict[str, list[Want]] = {}
    for want in wants_of((inventory.schools[name] for name in schools), inventory.stock):
        wants.setdefault(home[want.school], []).append(want)
    rows = [
        (name or None, len(wants[name]), *_depths(tally), *_need(wants[name]), *_rest(tally))
        for name in sorted(wants)
        for tally in [tallies.get(name, Tally())]
    ]
    columns = ("municipality", "schools", *_DEPTHS, "need", "still_needed", *_CONTRACTS)
    members = count(len(set(home.values()) - {""}), "municipality")
    return Table("municipalities", columns, tuple(rows), f"{members}. {_READY}")


def by_lot(inventory: Inventory, _: Sequence[str], found: Sequence[Standing]) -> Table:
    """Count the devices of each lot, and those that no list has yet; at last those without lot."""
    tallies = _tallied(found, lambda standing: standing.device.lot)
    listed = listed_by_lot(inventory.schools)
    rows: list[Row] = []
    for lot, delivery in inventory.deliveries.items():
        tally, most = tallies.get(lot, Tally()), delivery.count
        date = delivery.date.isoformat() if delivery.date else None
        expected = None if most is None else max(0, most - listed.get(lot, 0))
        said = (lot, date, delivery.state.value, most, expected)
        rows.append((*said, *_depths(tally), *_rest(tally)))
    if "" in tallies:
        rows.append((None, None, None, None, None, *_depths(tallies[""]), *_rest(tallies[""])))
    columns = ("lot", "date", "state", "count", "expected", *_DEPTHS, *_CONTRACTS)
    note = f"Expected: stand in no list yet. A lot without a count leaves it open. {_READY}"
    return Table("deliveries", columns, tuple(rows), note)


def by_service(_: Inventory, __: Sequence[str], found: Sequence[Standing]) -> Table:
    """Count what the authority does with devices: hands them on, labels them, sets them up."""
    tallies = _tallied(found, lambda standing: standing.service.value)
    schools = {service: {s.school for s in found if s.service is service} for service in Service}
    rows = [
        (service.value, len(schools[service]), tally.listed, *_rest(tally))
        for service in Service
        for tally in [tallies.get(service.value, Tally())]
    ]
    direct = tallies.get(Service.DELIVERED.value, Tally()).listed
    handled = f"{len(found) - direct:,} of {count(len(found), 'device')} are labelled or set up"
    columns = ("service", "schools", "listed", *_CONTRACTS)
    return Table("services", columns, tuple(rows), f"{handled}. {_READY}")


TABLES: Mapping[str, Callable[[Inventory, Sequence[str], Sequence[Standing]], Table]] = {
    "school": by_school,
    "municipality": by_municipality,
    "lot": by_lot,
    "service": by_service,
}


def with_totals(table: Table) -> Table:
    """Put a last row below that adds up what are numbers; for people, not for programs."""
    if len(table.rows) < 2:
        return table
    silent = _silent(table)
    added = (
        None if name in silent else _sum(column)
        for name, column in zip(
            table.columns[1:], list(zip(*table.rows, strict=True))[1:], strict=True
        )
    )
    return Table(table.name, table.columns, (*table.rows, ("total", *added)), table.note)


def allotment(wants: Iterable[Want], shares: Mapping[str, int], coming: int) -> Table:
    """Say who gets how many, in order of priority."""
    queue = sorted(wants, key=lambda want: (-want.priority, want.school))
    rows = tuple((w.school, w.priority, w.has, w.need, shares[w.school]) for w in queue)
    lucky = count(sum(1 for each in shares.values() if each), "school")
    note = f"{count(sum(shares.values()), 'device')} for {lucky}."
    if left := coming - sum(shares.values()):
        note += f" {left:,} left over: no school has said that it needs more (need in its file)."
    return Table("shares", ("school", "priority", "has", "need", "gets"), rows, note)


def _tallied(found: Iterable[Standing], group: Callable[[Standing], str]) -> Mapping[str, Tally]:
    groups: dict[str, list[Standing]] = {}
    for standing in found:
        groups.setdefault(group(standing), []).append(standing)
    return {name: Tally.of(each) for name, each in groups.items()}


def _depths(tally: Tally) -> tuple[int, int, int, int]:
    return tally.listed, tally.delivered, tally.labelled, tally.configured


def _rest(tally: Tally) -> tuple[int, int, int]:
    return tally.signed, tally.missing, tally.ready


def _need(wants: Iterable[Want]) -> tuple[int | None, int | None]:
    """Return need and what is still needed of those that said it."""
    said = [(want.need, want.has) for want in wants if want.need is not None]
    if not said:
        return None, None
    return sum(need for need, _ in said), sum(max(0, need - has) for need, has in said)


def _silent(table: Table) -> frozenset[str]:
    """Return the columns whose sum would say something wrong."""
    if table.name == "services":
        return frozenset({"schools"})  # one school may have devices of several
    if table.name == "deliveries" and any(row[0] and row[3] is None for row in table.rows):
        return frozenset({"count", "expected"})
    return frozenset()


def _sum(column: Iterable[Value]) -> int | None:
    numbers = [value for value in column if isinstance(value, int)]
    return sum(numbers) if numbers else None
