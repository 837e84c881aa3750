"""Stage (pure): how far each device has come on its way from the order to a person."""

import datetime
from collections.abc import Iterator, Mapping

from pedell.model import (
    Cohort,
    Contract,
    Device,
    Effective,
    Handover,
    Inventory,
    School,
    Service,
    Standing,
    Words,
    tell,
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
