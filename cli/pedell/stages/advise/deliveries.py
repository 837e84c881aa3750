"""Deliveries and contracts that contradict the lists, or the calendar."""

import datetime
from collections.abc import Iterator

from pedell.language.lists.deliveries import listed_by_lot
from pedell.model import DeliveryState, Inventory, Problem, Severity, tell, tell_count


def advise_on_deliveries(inventory: Inventory, today: datetime.date) -> Iterator[Problem]:
    """Yield doubts: devices of a lot that has not come, and dates that lie before us."""
    listed = listed_by_lot(inventory.schools) if inventory.deliveries else {}
    for lot, delivery in inventory.deliveries.items():
        if listed.get(lot) and not delivery.state.has_come:
            detail = tell_count(
                listed[lot],
                'A device in the lists names the lot "{lot}", which is only {state}. If some have '
                "come, write: partial.",
                '{count:,} devices in the lists name the lot "{lot}", which is only {state}. If '
                "some have come, write: partial.",
                lot=lot,
                state=delivery.state.value,
            )
            yield Problem("W0303", detail, delivery.source, Severity.WARNING)
        if delivery.state is DeliveryState.ARRIVED and delivery.date and delivery.date > today:
            detail = tell(
                'The lot "{lot}" has arrived, and its date is {date}.',
                lot=lot,
                date=delivery.date.isoformat(),
            )
            yield Problem("W0304", detail, delivery.source, Severity.WARNING)
    for contracts in inventory.contracts.values():
        for contract in contracts.values():
            if contract.signed and contract.signed > today:
                detail = tell(
                    'The contract of "{serial}" counts as signed from {date} on.',
                    serial=contract.serial,
                    date=contract.signed.isoformat(),
                )
                yield Problem("W0304", detail, contract.source, Severity.WARNING)
