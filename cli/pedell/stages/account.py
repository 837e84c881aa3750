"""Stage (pure): what is wanted and what is owned become the accounts of the licences."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pedell.model import (
    Account,
    App,
    Cohort,
    Counting,
    Effective,
    Inventory,
    Licensed,
    Pointer,
    PoolOf,
    School,
    Service,
    Setting,
    Share,
)

Values = Mapping[tuple[str, str], Effective]
Settings = Mapping[Pointer, Setting]
Ready = tuple[School, Sequence[tuple[Cohort, Settings]]]
Wants = Sequence[tuple[School, int]]


def account_licences(inventory: Inventory, values: Values) -> tuple[Account, ...]:
    """Return an account for each counted app and each pool of it, in the order of their names.

    Devices of cohorts that get the app count, whoever sets them up, as long as the service goes so
    far. A device is one licence; a person is one device, unless its cohort says how many persons
    there are; a school with any such device is one. Inside a pool the schools of the greatest
    priority are served first, among equals by id.
    """
    ready = _ready(inventory, values)
    found: list[Account] = []
    for _, app in sorted(inventory.offer.apps.items()):
        if app.licences is not None:
            wants = tuple(_wants(ready, app, app.licences))
            pools = sorted(_pools(inventory, app, app.licences, wants).items())
            found += [_account(inventory, app, app.licences, *each) for each in pools]
    return tuple(found)


def _ready(inventory: Inventory, values: Values) -> Sequence[Ready]:
    """Return the schools, each with its cohorts that are set up and what holds for them."""
    found = []
    for school in inventory.schools.values():
        cohorts = [(c, values[school.id, c.name].settings) for c in school.cohorts]
        found.append((school, [each for each in cohorts if _is_set_up(each[1])]))
    return found


def _is_set_up(settings: Settings) -> bool:
    service = settings.get(("service",))
    return service is None or service.value == Service.CONFIGURED


def _wants(ready: Sequence[Ready], app: App, licences: Licensed) -> Iterator[tuple[School, int]]:
    """Yield how many each school needs; those who need none are left out."""
    chosen = ("apps", app.name, "present")
    for school, cohorts in ready:
        needed = 0
        for cohort, settings in cohorts:
            said = settings.get(chosen)
            if said is not None and said.value is True and cohort.platform in app.platforms:
                needed += _needed(cohort, licences.counting)
        if needed:
            yield school, 1 if licences.counting is Counting.SCHOOL else needed


def _needed(cohort: Cohort, counting: Counting) -> int:
    persons = cohort.persons if counting is Counting.PERSON else None
    return len(cohort.devices) if persons is None else persons


def _pools(inventory: Inventory, app: App, licences: Licensed, wants: Wants) -> Mapping[str, Wants]:
    """Return pool → the schools that draw from it; what is owned and not needed is there too."""
    pools: dict[str, list[tuple[School, int]]] = defaultdict(list)
    for school, needed in wants:
        pools[_pool(inventory, school, licences.pool_of)].append((school, needed))
    for name, pool in inventory.offer.owned:
        if name == app.name:
            pools.setdefault(pool, [])
    if licences.pool_of is PoolOf.AUTHORITY:
        pools.setdefault(inventory.authority, [])
    return pools


def _pool(inventory: Inventory, school: School, pool_of: PoolOf) -> str:
    match pool_of:
        case PoolOf.SCHOOL:
            return school.id
        case PoolOf.MUNICIPALITY if school.municipality:
            return school.municipality
        case _:
            return inventory.authority


def _account(
    inventory: Inventory, app: App, licences: Licensed, pool: str, wants: Wants
) -> Account:
    listed = inventory.offer.owned.get((app.name, pool))
    owned = licences.owned if listed is None else listed.count
    return Account(
        app=app.name,
        title=app.title,
        pool=pool,
        counting=licences.counting,
        owned=owned,
        cost=app.cost,
        shares=tuple(_served(wants, owned)),
        source=licences.source if listed is None else listed.source,
    )


def _served(wants: Wants, owned: int) -> Iterator[Share]:
    for school, needed in sorted(wants, key=lambda want: (-want[0].priority, want[0].id)):
        served = min(needed, owned)
        owned -= served
        yield Share(school.id, needed, served)
