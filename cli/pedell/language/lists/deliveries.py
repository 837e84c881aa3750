"""``deliveries.csv``: ``lot;date;count;model;state``, what was ordered and what has come."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from pedell.language.lists.device_lists import DeviceLists
from pedell.language.lists.headings import HEADINGS
from pedell.language.lists.tables import Entry, Shape, Table
from pedell.language.nearest import did_you_mean
from pedell.model import (
    Asset,
    Delivery,
    DeliveryState,
    Problem,
    School,
    Source,
    Words,
    tell,
    tell_count,
)

FILE = "deliveries.csv"
_SHAPE = Shape(
    "E0244",
    {
        "lot": HEADINGS["lot"],
        "date": ("date", "datum", "lieferdatum", "liefertermin", "termin"),
        "count": ("count", "anzahl", "stueck", "stueckzahl", "menge", "quantity"),
        "model": HEADINGS["model"],
        "state": ("state", "stand", "status", "zustand", "lieferstand"),
    },
    ("lot", "state"),
)
_STATES: Mapping[str, DeliveryState] = {
    **{state.value: state for state in DeliveryState},
    "bestellt": DeliveryState.ORDERED,
    "angekündigt": DeliveryState.ANNOUNCED,
    "teilweise": DeliveryState.PARTIAL,
    "eingetroffen": DeliveryState.ARRIVED,
    "geliefert": DeliveryState.ARRIVED,
}
_COUNT = re.compile(r"[0-9]{1,7}")


def read_deliveries(asset: Asset | None) -> tuple[Mapping[str, Delivery], list[Problem]]:
    """Return lot → delivery, in the order of the file, and what is wrong in it.

    Date and count may be empty: often nobody knows them yet.
    """
    if asset is None:
        return {}, []
    table = Table(asset, _SHAPE)
    found: dict[str, Delivery] = {}
    for entry in table.entries():
        lot = entry.said["lot"]
        if not lot:
            table.complain(tell("It names no lot."), entry.places["lot"])
        elif lot in found:
            line = found[lot].source.line
            detail = tell('"{lot}" stands in line {line} already.', lot=lot, line=line)
            table.complain(detail, entry.places["lot"])
        else:
            found[lot] = _delivery(lot, entry, table)
    return found, table.problems


def check_lots(
    lists: DeviceLists, schools: Mapping[str, School], deliveries: Mapping[str, Delivery]
) -> Iterator[Problem]:
    """Yield the lots that devices name and nobody delivered, and those with too many devices."""
    unknown: dict[str, list[Source]] = {}
    for (_, lot), source in lists.lots.items():
        if lot not in deliveries:
            unknown.setdefault(lot, []).append(source)
    for lot, sources in unknown.items():
        yield Problem("E0245", _unknown(lot, deliveries, len(sources)), sources[0])
    if deliveries:
        yield from too_many(listed_by_lot(schools), deliveries)


def too_many(listed: Mapping[str, int], deliveries: Mapping[str, Delivery]) -> Iterator[Problem]:
    """Yield the lots of which more devices are listed (lot → count) than they have."""
    for lot, delivery in deliveries.items():
        if delivery.count is not None and listed.get(lot, 0) > delivery.count:
            detail = tell_count(
                listed[lot],
                'A device in the lists names the lot "{lot}", which has {most:,}. Correct the '
                "count here, or the lot in the list.",
                '{count:,} devices in the lists name the lot "{lot}", which has {most:,}. Correct '
                "the count here, or the lot in the lists.",
                lot=lot,
                most=delivery.count,
            )
            yield Problem("E0246", detail, delivery.source)


def listed_by_lot(schools: Mapping[str, School]) -> Mapping[str, int]:
    """Count the devices of each lot; devices without one do not count."""
    found: Counter[str] = Counter()
    for school in schools.values():
        for cohort in school.cohorts:
            found.update(device.lot for device in cohort.devices if device.lot)
    return found


def _unknown(lot: str, deliveries: Mapping[str, Delivery], lists: int) -> Words:
    if deliveries:
        meant = did_you_mean(lot, deliveries)
        detail = tell('"{lot}" is no lot of deliveries.csv. {meant}', lot=lot, meant=meant)
    else:
        detail = tell(
            '"{lot}" is no lot that is known. Write it into deliveries.csv beside authority.yml: '
            "lot;date;count;model;state",
            lot=lot,
        )
    more = tell("{detail} So in {count:,} lists.", detail=detail, count=lists)
    return more if lists > 1 else detail


def _delivery(lot: str, entry: Entry, table: Table) -> Delivery:
    state = _STATES.get(entry.said["state"].casefold())
    if state is None:
        detail = tell(
            '"{said}" is no state of a delivery. {meant}',
            said=entry.said["state"],
            meant=_meant(entry.said["state"]),
        )
        table.complain(detail, entry.places["state"])
    count = entry.said["count"]
    if count and not _COUNT.fullmatch(count):
        detail = tell('"{said}" is no number of devices like 3500.', said=count)
        table.complain(detail, entry.places["count"])
    return Delivery(
        lot=lot,
        date=table.day(entry, "date"),
        count=int(count) if _COUNT.fullmatch(count) else None,
        model=entry.said["model"],
        state=state or DeliveryState.ORDERED,
        source=entry.source,
    )


def _meant(state: str) -> Words:
    near = did_you_mean(state, _STATES)
    return near if near.startswith("Did") else did_you_mean("", [*DeliveryState])
