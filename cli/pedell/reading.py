"""What the files say, read from end to end: the first half of every run. Touches no target."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pedell.language.roles import FindService
from pedell.language.schemas import Schemas
from pedell.model import Account, Desired, Effective, Folder, Inventory, Problem
from pedell.stages.account import account_licences
from pedell.stages.advise import advise
from pedell.stages.compile import compile_resources
from pedell.stages.expire import leave_out_past
from pedell.stages.load import load_folder
from pedell.stages.resolve import resolve_values
from pedell.stages.validate import validate_folder
from pedell.stages.vouch import vouch_for_signing

Seal = Callable[[str], str | None]
"""Name of a secret → its keyed fingerprint, or None where nobody here may open the vault."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files say: inventory, effective values, what is wanted, doubts, and licences."""

    folder: Folder
    inventory: Inventory
    values: Mapping[tuple[str, str], Effective]
    desired: Desired
    warnings: tuple[Problem, ...] = ()
    accounts: tuple[Account, ...] = ()

    @property
    def driven_devices(self) -> int:
        """How many devices Pedell sets up; others are only counted."""
        members = (found for at, found in self.desired.items() if at.kind == "membership")
        return sum(len(found.devices) for found in members)


def read(
    roots: tuple[Path, ...],
    schemas: Schemas,
    seal_for: Callable[[Inventory], Seal],
    now: datetime.datetime,
    find_service: FindService,
    stand_in: Callable[[Inventory], Inventory] = lambda inventory: inventory,
) -> Reading:
    """Read what is wanted from the files. Touches no target.

    ``seal_for`` opens the vault that belongs to the inventory, once that is known. ``now`` decides
    which locks still hold and which exams are over. ``find_service`` knows the kinds of services
    that roles use, ``stand_in`` what the sandbox takes instead of the real thing.
    """
    folder = load_folder(roots)
    valid = validate_folder(folder, schemas)
    unsure = vouch_for_signing(valid.signing, now)
    inventory = stand_in(valid)
    today = now.date()
    values = resolve_values(inventory, schemas.kinds, today)
    compiled = compile_resources(inventory, values, schemas, seal_for(inventory), find_service)
    desired = leave_out_past(compiled, now)
    accounts = account_licences(inventory, values)
    doubts = advise(inventory, values, desired, accounts, schemas.kinds, today)
    return Reading(folder, inventory, values, desired, (*unsure, *doubts), accounts)
