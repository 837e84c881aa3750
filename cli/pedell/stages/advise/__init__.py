"""Stage (pure): what is allowed and yet looks wrong becomes warnings."""

import datetime
from collections.abc import Iterable, Mapping

from pedell.model import Account, Desired, Effective, Inventory, Kind, Problem
from pedell.stages.advise.apps import advise_on_apps, advise_on_licences, advise_on_updates
from pedell.stages.advise.deliveries import advise_on_deliveries
from pedell.stages.advise.networks import (
    advise_on_names,
    advise_on_servers,
    advise_on_tls,
    advise_on_trust,
)
from pedell.stages.advise.profiles import advise_on_profiles
from pedell.stages.advise.rules import advise_on_locks, advise_on_strictness

__all__ = ["advise"]


def advise(
    inventory: Inventory,
    values: Mapping[tuple[str, str], Effective],
    desired: Desired,
    accounts: Iterable[Account],
    kinds: Mapping[str, Kind],
    today: datetime.date,
) -> tuple[Problem, ...]:
    """Return all warnings about an inventory that is sound, once each.

    ``accounts`` are its licences; ``today`` decides what has expired or lies before us.
    """
    found = (
        *advise_on_locks(inventory.locks, today),
        *advise_on_strictness(values, kinds),
        *advise_on_trust(desired),
        *advise_on_servers(desired),
        *advise_on_tls(desired),
        *advise_on_names(desired),
        *advise_on_profiles(inventory, values, desired),
        *advise_on_apps(inventory, values),
        *advise_on_updates(inventory, desired),
        *advise_on_licences(accounts),
        *advise_on_deliveries(inventory, today),
    )
    return tuple(dict.fromkeys(found))
