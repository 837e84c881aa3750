"""Stage (pure): how far each device has come on its way from the order to a person."""

import datetime
from collections.abc import Iterator, Mapping

from pedell.language.deliveries import listed_by_lot
from pedell.model import (
    Cohort,
    Contract,
    DeliveryState,
    Device,
    Effective,
    Handover,
    Inventory,
    Problem,
    School,
    Service,
    Severity,
    Standing,
    Words,
    tell,
    tell_count,
)

Values = Mapping[tuple[str, str], Effective]


def stand_of_devices(
    inventory: Inventory, values: Values, today: datetime.date
) -> Iterator[Standing]:
    """Yield every device of the lists with what stands between it and its hand-over.

    Only files are asked: ``configured`` is what shall be done with a device, not what an MDM has
    done already.
    """
    for school in inventory.schools.values():
        contracts = inventory.contracts.get(school.id, {})
        for cohort in school.cohorts:
            service = Service(_said(values, school, cohort, "service", Service.CONFIGURED))
            handover = Handover(_said(values, school, cohort, "handover", Handover.FREE))
            for device in cohort.devices:
                contract = contracts.get(device.serial)
                is_signed = contract is not None and contract.holds_on(today)
                obstacle = _not_come(inventory, device) or _not_ours(service)
                if handover is Handover.LOAN_CONTRACT and not is_signed:
                    obstacle = obstacle or _not_signed(contract, school)
                needs = handover is Handover.LOAN_CONTRACT
                yield Standing(
                    school=school.id,
                    cohort=cohort.name,
                    device=device,
                    service=service,
                    is_signed=is_signed if needs else None,
                    obstacle=obstacle,
                )


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


def _said(values: Values, school: School, cohort: Cohort, key: str, default: str) -> str:
    found = values.get((school.id, cohort.name))
    setting = found.settings.get((key,)) if found else None
    return str(setting.value) if setting else default


def _not_come(inventory: Inventory, device: Device) -> Words | None:
    delivery = inventory.deliveries.get(device.lot)
    if delivery is None or delivery.state.has_come:
        return None
    return tell('Its lot "{lot}" is only {state}.', lot=device.lot, state=delivery.state.value)


def _not_ours(service: Service) -> Words | None:
    match service:
        case Service.DELIVERED:
            return tell("The authority only delivers it; its school hands it over.")
        case Service.LABELLED:
            return tell("The authority only delivers and labels it; its school hands it over.")
        case Service.CONFIGURED:
            return None


def _not_signed(contract: Contract | None, school: School) -> Words:
    if contract is None:
        return tell("It has no contract in contracts/{school}.csv.", school=school.id)
    number = contract.number
    if contract.signed is None:
        return tell("Contract {number} is not signed.", number=number)
    day = contract.signed.isoformat()
    return tell("Contract {number} is signed from {day} on only.", number=number, day=day)
