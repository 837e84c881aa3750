"""What comes and goes with the devices of the lists: deliveries, contracts, how they are shared."""

from collections.abc import Mapping
from dataclasses import dataclass

from pedell.language.lists.contracts import read_contracts
from pedell.language.lists.deliveries import FILE, check_lots, read_deliveries
from pedell.language.lists.device_lists import DeviceLists
from pedell.model import Asset, Contract, Delivery, Document, Problem, School, Stock


@dataclass(frozen=True, slots=True)
class Goods:
    """Lot → delivery, school → serial number → contract, and how to share out what comes."""

    deliveries: Mapping[str, Delivery]
    contracts: Mapping[str, Mapping[str, Contract]]
    stock: Stock | None


def read_goods(
    assets: Mapping[str, Asset],
    authority: Document,
    lists: DeviceLists,
    schools: Mapping[str, School],
) -> tuple[Goods, list[Problem]]:
    """Read what stands beside the device lists, and hold both against each other.

    ``lists`` have been read; what is wrong in them once their schools are known is told here too.
    """
    deliveries, problems = read_deliveries(assets.get(FILE))
    is_readable = bool(deliveries) or not problems
    contracts, unsound = read_contracts(assets, schools)
    outside = {n for n, t in authority.value["targets"].items() if t["provider"] == "outside"}
    problems += lists.misfits(schools, outside)
    if is_readable:  # of another no lot would be known
        problems += check_lots(lists, schools, deliveries)
    return Goods(deliveries, contracts, _stock(authority)), [*problems, *unsound]


def _stock(authority: Document) -> Stock | None:
    said = authority.value.get("stock")
    if said is None:
        return None
    return Stock(said["role"], said["minimum"], said.get("top_up", "need"))
