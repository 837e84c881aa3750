"""Who decides beside the authority, as tables: municipalities and owners."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pedell.model import Cohort, Inventory, School, Service, Value
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.reading import Reading

_PLATFORMS = ("ipados", "windows", "other")


def municipalities_table(reading: Reading, chosen: Mapping[str, School]) -> Table:
    """List municipalities with their schools, and the devices there for which no owner decides.

    ``service`` names every depth that holds for these devices, the most frequent one first.
    """
    inventory = reading.inventory
    cohorts = {name: [c for c in s.cohorts if not c.owner] for name, s in chosen.items()}
    platforms = _platforms(cohort for own in cohorts.values() for cohort in own)
    rows: list[tuple[Value, ...]] = []
    schools = devices = 0
    for member in sorted(inventory.municipalities.values(), key=lambda each: each.id):
        names = [name for name, school in chosen.items() if school.municipality == member.id]
        if not names and len(chosen) < len(inventory.schools):
            continue
        own = [cohort for name in names for cohort in cohorts[name]]
        depths = _depths(reading, {name: cohorts[name] for name in names})
        schools, devices = schools + len(names), devices + sum(depths.values())
        service = [depth for depth, _ in depths.most_common()]
        rows.append((member.id, member.name, len(names), *_counted(own, platforms), service))
    note = (
        f"{count(len(rows), 'municipality')}, {count(schools, 'school')}, "
        f"{count(devices, 'device')}. By service: pedell deliveries --by service"
    )
    columns = ("id", "name", "schools", *platforms, "service")
    return Table("municipalities", columns, tuple(rows), note if rows else "")


def owners_table(inventory: Inventory, chosen: Mapping[str, School]) -> Table:
    """List owners with the roles they decide for, and the schools and devices where they do."""
    platforms = _platforms(c for s in chosen.values() for c in s.cohorts if c.owner)
    rows: list[tuple[Value, ...]] = []
    total = 0
    for owner in sorted(inventory.owners.values(), key=lambda each: each.id):
        own = [(s.id, c) for s in chosen.values() for c in s.cohorts if c.owner == owner.id]
        total += sum(len(cohort.devices) for _, cohort in own)
        rows.append(
            (
                owner.id,
                owner.name,
                sorted(owner.roles),
                sorted(owner.accepts),
                len({school for school, _ in own}),
                *_counted([cohort for _, cohort in own], platforms),
            )
        )
    columns = ("id", "name", "decides_for", "accepts", "schools", *platforms)
    everything = sum(school.device_count for school in chosen.values())
    note = f"{count(len(rows), 'owner')}, {total:,} of {count(everything, 'device')}."
    return Table("owners", columns, tuple(rows), note if rows else "")


def _platforms(cohorts: Iterable[Cohort]) -> tuple[str, ...]:
    """Return the platforms that there are, in their usual order."""
    there = {cohort.platform for cohort in cohorts}
    return tuple(platform for platform in _PLATFORMS if platform in there)


def _depths(reading: Reading, cohorts: Mapping[str, Sequence[Cohort]]) -> Counter[str]:
    """Count the devices of each depth of service; ``cohorts`` are those of each school."""
    found: Counter[str] = Counter()
    for school, own in cohorts.items():
        for cohort in own:
            said = reading.values[school, cohort.name].settings.get(("service",))
            depth = str(said.value) if said else Service.CONFIGURED.value
            found[depth] += len(cohort.devices)
    return found


def _counted(cohorts: Sequence[Cohort], platforms: Sequence[str]) -> tuple[int, ...]:
    devices: Counter[str] = Counter()
    for cohort in cohorts:
        devices[cohort.platform] += len(cohort.devices)
    return tuple(devices[platform] for platform in platforms)
