"""Twins of certificates for the sandbox: the same ones with keys that anybody may know."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from pedell.certificates.trust import key_of
from pedell.model import Inventory, Signing


def keys_of_twins(inventory: Inventory) -> Mapping[str, Callable[[str], str]]:
    """Return, for each secret that must be a private key, what makes one of an invented value."""
    signing = {one.credential for one in inventory.signing.values()}
    return dict.fromkeys((*map(key_of, _named(inventory)), *signing), _invented)


def with_twins(inventory: Inventory, reveal: Callable[[str], str]) -> Inventory:
    """Return the inventory with twins of authorities that issue, and of who signs profiles.

    So the sandbox signs, installs and checks as the real world does, and opens nothing real.
    ``reveal`` returns the value of a secret by its name.
    """
    names = _named(inventory)
    if not names and not inventory.signing:
        return inventory
    # a heavy library: only an inventory whose servers have certificates loads it
    from pedell.certificates.authority import make_twin

    twins = dict(inventory.certificates)
    for name in names:
        with suppress(ValueError):  # what cannot be read is told of where it is compiled
            twins[name] = make_twin(twins[name], reveal(key_of(name)))

    def signing_twin(one: Signing) -> Signing:
        return replace(one, chain=make_twin(one.chain, reveal(one.credential)))

    signing = {target: signing_twin(one) for target, one in inventory.signing.items()}
    return replace(inventory, certificates=twins, signing=signing)


def _named(inventory: Inventory) -> list[str]:
    """Return the authorities of the catalogue, all as soon as any role names one of them.

    Else each would change its key in the moment in which a role turns to it, or away from it.
    """
    wishes = [wish for role in inventory.roles.values() for wish in role.resources]
    words = {value for wish in wishes for value in wish.spec.values() if isinstance(value, str)}
    known = inventory.certificates.keys()
    return sorted(known) if words & known else []


def _invented(value: str) -> str:
    from pedell.certificates.authority import invented_key

    return invented_key(value)
