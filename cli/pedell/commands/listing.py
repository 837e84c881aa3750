"""What there is, as tables: one function for each thing that ``pedell list`` can name."""

import datetime
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pedell.language.schemas import Schemas
from pedell.model import (
    Action,
    Address,
    App,
    Change,
    Effect,
    Inventory,
    Lock,
    Rollout,
    School,
    Step,
    Target,
    Value,
    dotted,
)
from pedell.outputs.values import show_value
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.ports import Provider, Run
from pedell.reading import Reading
from pedell.stages.schedule import schedule_steps

NAMED = 4
"""So many schools of a wave are named for a person, the others counted."""


def schools_table(chosen: Sequence[School]) -> Table:
    """List schools, with the devices of each role."""
    roles = sorted({cohort.role for school in chosen for cohort in school.cohorts})
    columns = ("id", "name", "type", "groups", "priority", *(f"{role}_devices" for role in roles))
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (s.id, s.name, s.type, list(s.groups), s.priority, *(_devices(s, role) for role in roles))
        for s in chosen
    )
    devices = sum(school.device_count for school in chosen)
    note = f"{count(len(chosen), 'school')}, {count(devices, 'device')}."
    return Table("schools", columns, rows, note)


def apps_table(reading: Reading, chosen: frozenset[str]) -> Table:
    """List the catalogue's apps, with the schools and devices that get them.

    Licences that are short are those of all schools, since they share them.
    """
    schools, devices = _getting(reading, chosen)
    short: dict[str, int] = {}
    for account in reading.accounts:
        short[account.app] = short.get(account.app, 0) + account.short
    said = reading.inventory.catalogue.settings
    rows = tuple(
        (
            name,
            app.title,
            said["apps", name, "approved"].value if app.is_approved else None,
            sorted(app.platforms),
            _meant_for(app),
            len(schools.get(name, ())),
            devices.get(name, 0),
            short.get(name),
        )
        for name, app in sorted(reading.inventory.offer.apps.items())
    )
    columns = ("id", "title", "approved", "platforms", "grades", "schools", "devices", "short")
    return Table("apps", columns, rows)


def targets_table(inventory: Inventory, chosen: frozenset[str]) -> Table:
    """List what Pedell drives; of targets in schools those of the chosen ones."""
    targets = [t for t in inventory.targets.values() if not t.school or t.school in chosen]
    rows = tuple((target.id, target.provider, _address(target)) for target in targets)
    silent = any(row[-1] is None for row in rows)
    note = "Without an address Pedell works on its own sandbox." if silent else ""
    return Table("targets", ("id", "provider", "address"), rows, note)


def locks_table(inventory: Inventory, *, for_people: bool) -> Table:
    """List what no lower layer may change, or only within bounds; people read them in words."""
    bounds = ("value",) if for_people else ("value", "allowed", "range", "until")
    others = any(lock.layer != "authority" for lock in inventory.locks)
    by = ("by",) if others or not for_people else ()
    rows = tuple(
        (
            *((" ".join(filter(None, (lock.layer, lock.name))),) if by else ()),
            dotted(lock.at),
            *(_bounds_in_words(lock) if for_people else _bounds(lock)),
            lock.reason,
            lock.owner,
            str(lock.source),
        )
        for lock in inventory.locks
    )
    return Table("locks", (*by, "at", *bounds, "reason", "owner", "place"), rows)


def waves_table(schools: Mapping[str, School], rollout: Rollout, *, for_people: bool) -> Table:
    """List the waves that a rollout cuts these schools into, as if each of them changed."""
    waves = schedule_steps(tuple(_one_step_each(schools)), schools, rollout)
    rows = tuple(
        (
            wave.number,
            len(wave.schools),
            sum(schools[name].device_count for name in wave.schools),
            _few(wave.schools) if for_people else list(wave.schools),
        )
        for wave in waves
    )
    note = f"{rollout.name}: as if every school changed. A plan leaves out those that do not."
    return Table("waves", ("wave", "schools", "devices", "which"), rows, note)


def kinds_table(schemas: Schemas, providers: Mapping[str, Provider]) -> Table:
    """List what can be declared, how a change of it feels, and which brands can hold it."""
    rows = tuple(
        (
            name,
            str(kind.schema.get("description", "")),
            str(kind.effects[()]),
            [brand for brand, provider in providers.items() if name in provider.abilities],
        )
        for name, kind in sorted(schemas.kinds.items())
    )
    return Table("kinds", ("kind", "about", "change", "providers"), rows)


def runs_table(runs: Iterable[Run], timezone: str) -> Table:
    """List the applies of the journal, the newest first, in the authority's time."""
    zone = zoneinfo.ZoneInfo(timezone)
    rows = tuple(
        (run.id, _time(run.began, zone), _time(run.ended, zone), run.steps, run.done, _word(run),
         run.label)
        for run in runs
    )  # fmt: skip  # one row of the table, one line
    return Table("runs", ("run", "began", "ended", "steps", "done", "end", "rollout"), rows)


def _getting(
    reading: Reading, chosen: frozenset[str]
) -> tuple[Mapping[str, set[str]], Mapping[str, int]]:
    """Return app → the chosen schools that get it, and app → how many of their devices do."""
    schools: dict[str, set[str]] = {}
    devices: dict[str, int] = {}
    for school in (reading.inventory.schools[name] for name in chosen):
        for cohort in school.cohorts:
            effective = reading.values[school.id, cohort.name]
            for app, _ in reading.inventory.offer.reaching(cohort.platform, effective):
                schools.setdefault(app.name, set()).add(school.id)
                devices[app.name] = devices.get(app.name, 0) + len(cohort.devices)
    return schools, devices


def _meant_for(app: App) -> str | None:
    grades = str(app.grades.words) if app.grades else ""
    ages = f"ages {app.ages.words}" if app.ages else ""
    return ", ".join(filter(None, (grades, ages))) or None


def _bounds_in_words(lock: Lock) -> tuple[Value, ...]:
    return (" ".join(filter(None, (lock.in_words(show_value), lock.end))),)


def _bounds(lock: Lock) -> tuple[Value, ...]:
    numbers = None if lock.bounds is None else {"min": lock.bounds[0], "max": lock.bounds[1]}
    until = None if lock.until is None else lock.until.isoformat()
    return lock.value, lock.allowed, numbers, until


def _devices(school: School, role: str) -> int:
    return sum(len(cohort.devices) for cohort in school.cohorts if cohort.role == role)


def _address(target: Target) -> str | None:
    where, port = " + ".join(target.addresses), target.settings.get("port")
    return f"{where}:{port}" if where and port else where or None


def _one_step_each(schools: Iterable[str]) -> Iterator[Step]:
    for number, name in enumerate(sorted(schools), 1):
        at = Address(name, "", "", "")
        nobody: frozenset[str] = frozenset()
        change = Change(
            at, "", Action.UPDATE, None, None, None, (), nobody, nobody, Effect.HARMLESS
        )
        yield Step(number, change, ())


def _few(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _time(seconds: float | None, zone: zoneinfo.ZoneInfo) -> str | None:
    if seconds is None:
        return None
    return datetime.datetime.fromtimestamp(seconds, zone).isoformat(" ", "seconds")


def _word(run: Run) -> str:
    return "not ended" if run.ended is None else run.word.replace("_", " ")
