"""``pedell explain``: where a value of a school comes from, and whom it reaches."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.completion import complete_path, complete_school
from pedell.commands.explaining import device_table, is_below, settings_path, who_sets_table
from pedell.commands.finding import find_cohort, find_device, find_school, nothing
from pedell.commands.showing import format_for, rejections_shown, say, show
from pedell.language.layers import CHOICES
from pedell.language.nearest import did_you_mean
from pedell.model import Cohort, Pointer, School, Setting, dotted, is_same, tell
from pedell.outputs.views import Explanation
from pedell.reading import Reading
from pedell.wiring import Setting as Place
from pedell.wiring import load_schemas, read_offline

_SERVER_TOO = ("wifi", "roles", "variables")
"""What the templates of a school's server are given."""

_SERVER_ONLY = ("roles", "variables")


def _asked(context: click.Context, word: click.Parameter, value: str | None) -> str:
    """Take a word; both may be missing only where an option says what to explain."""
    told = context.params.get("device") or context.params.get("who_sets")
    if value is None and not told and not context.resilient_parsing:
        raise click.MissingParameter(ctx=context, param=word)
    return value or ""


@click.command("explain")
@click.argument(
    "school",
    required=False,
    metavar="SCHOOL",
    callback=_asked,
    shell_complete=complete_school,
)
@click.argument(
    "path",
    required=False,
    metavar="PATH",
    callback=_asked,
    shell_complete=complete_path,
)
@click.option(
    "--device",
    default="",
    metavar="SERIAL",
    is_eager=True,
    help="What reaches this device, or with PATH in the place of SCHOOL, only that.",
)
@click.option(
    "--who-sets",
    default="",
    metavar="PATH",
    is_eager=True,
    help="Every line of the inventory that says something about this path.",
)
@click.option("--cohort", default="", metavar="NAME", help="Only as it holds for this cohort.")
@options.inventory
@options.output
def command(
    school: str,
    path: str,
    device: str,
    who_sets: str,
    cohort: str,
    inventories: tuple[Path, ...],
    output: str,
) -> None:
    """Show where a value of a school comes from: all layers, the winner, the lock.

    PATH is as the plan prints it: wifi.schulnetz.vlan. A shorter one explains everything below:
    restrictions.pupil, presets; apps alone says which, apps.NAME what the catalogue says of one.
    Without --cohort the school's value is explained, and each cohort whose value differs.
    """
    _check(school, path, device, who_sets, cohort)
    with rejections_shown(output):
        reading = read_offline(Place(options.roots_of(inventories)))
        if device:
            text = _told_of_device(reading, device, school.strip("."), output)
        elif who_sets:
            text = _told_who_sets(reading, settings_path(who_sets), output)
        else:
            found = _explained(reading, find_school(reading, school), settings_path(path), cohort)
            text = format_for(output).explain(found)
    show(text)
    if path in CHOICES and found and output == "text":
        say(f"More about one of them: pedell explain {school} {path}.NAME")


def _explained(reading: Reading, school: School, path: str, cohort: str) -> tuple[Explanation, ...]:
    chosen = find_cohort(school, cohort).name if cohort else ""
    wanted = [chosen] if chosen else ["", *_cohorts(school)]
    pointers = _below(reading, school, path, wanted)
    if not pointers:
        _check_path(reading, school, path)
    explaining = _Explaining(reading, school)
    return tuple(each for at in pointers for each in explaining.at(at, chosen))


def _told_of_device(reading: Reading, serial: str, path: str, output: str) -> str:
    """Tell where a device stands, and what reaches it or where its value of a path comes from."""
    school, cohort = find_device(reading, serial)
    if not path:
        return format_for(output).listing(device_table(reading, serial, output == "text"))
    if output == "text":
        say(f"{serial.upper()} stands in the list of {school.id}, cohort {cohort.name}.")
    return format_for(output).explain(_explained(reading, school, path, cohort.name))


def _told_who_sets(reading: Reading, path: str, output: str) -> str:
    """Tell every line about a path; a path that nobody could set is a mistake."""
    table = who_sets_table(reading, path)
    parts = path.split(".")
    schools = reading.inventory.schools.values()
    if not table.rows and not any(_is_sayable(reading, each, parts) for each in schools):
        known = {dotted(at) for each in reading.values.values() for at in each.settings}
        meant = did_you_mean(path, known)
        raise nothing(tell('"{path}" is nothing that can be set. {meant}', path=path, meant=meant))
    return format_for(output).listing(table)


def _check(school: str, path: str, device: str, who_sets: str, cohort: str) -> None:
    if device and who_sets:
        raise click.UsageError("Ask for one at a time: --device or --who-sets.")
    if device and (path or cohort):
        raise click.UsageError("A device has one school and cohort: --device SERIAL [PATH]")
    if who_sets and (school or cohort):
        raise click.UsageError("--who-sets looks at all schools: --who-sets PATH")


def _below(reading: Reading, school: School, path: str, cohorts: Sequence[str]) -> list[Pointer]:
    """Return every setting at or below ``path``, in the order of the alphabet."""
    found = {at for name in cohorts for at in reading.values[school.id, name].settings}
    return sorted((at for at in found if is_below(at, path)), key=dotted)


class _Explaining:
    """One school, explained value by value."""

    def __init__(self, reading: Reading, school: School) -> None:
        self._reading = reading
        self._school = school
        kinds = load_schemas().kinds
        sections = ("restrictions", "presets")
        self._strict = {(section, *at) for section in sections for at in kinds[section].strict}

    def at(self, pointer: Pointer, cohort: str) -> Iterator[Explanation]:
        """Yield the school's value and those of cohorts that differ, or only the cohort's."""
        by_cohort = {
            each: setting
            for each in self._school.cohorts
            if (setting := self._setting(each.name, pointer)) and cohort in ("", each.name)
        }
        shared = None if cohort else self._setting("", pointer)
        alike = [c for c, s in by_cohort.items() if shared and is_same(s.value, shared.value)]
        if shared is not None:
            yield self._told("", pointer, shared, alike)
        for each, setting in by_cohort.items():
            if each not in alike:
                yield self._told(each.name, pointer, setting, [each])

    def _setting(self, cohort: str, pointer: Pointer) -> Setting | None:
        return self._reading.values[self._school.id, cohort].settings.get(pointer)

    def _told(
        self, cohort: str, pointer: Pointer, setting: Setting, concerned: Sequence[Cohort]
    ) -> Explanation:
        field = (pointer[0], *pointer[2:]) if pointer[0] == "restrictions" else pointer
        is_chosen = pointer[0] in CHOICES and pointer[-1] == "present"
        rule = "restrict" if field in self._strict else "union" if is_chosen else "replace"
        reaches = tuple(self._reached(pointer, self._getting(pointer, concerned)))
        return Explanation(self._school.id, cohort, pointer, setting, rule, reaches)

    def _getting(self, pointer: Pointer, concerned: Sequence[Cohort]) -> Sequence[Cohort]:
        """Leave out cohorts for whose platform there is no such app."""
        app = self._reading.inventory.offer.apps.get(str(pointer[1])) if pointer[1:] else None
        if pointer[0] != "apps" or app is None:
            return concerned
        return [cohort for cohort in concerned if cohort.platform in app.platforms]

    def _reached(self, pointer: Pointer, concerned: Sequence[Cohort]) -> Iterator[str]:
        section = str(pointer[0])
        for cohort in concerned if section not in _SERVER_ONLY else ():
            number = len(cohort.devices)
            what = "tablet" if cohort.platform == "ipados" else "device"
            whom = f"{number:,} {cohort.name} {what if number == 1 else f'{what}s'}"
            yield f"{whom} in a declaration" if self._is_declared(pointer, cohort) else whom
        if section in _SERVER_TOO:
            held = {a.place for a in self._reading.desired if a.school == self._school.id}
            for target in self._reading.inventory.targets.values():
                if target.school == self._school.id and target.name in held:
                    yield f"{target.name} {self._school.id}"

    def _is_declared(self, pointer: Pointer, cohort: Cohort) -> bool:
        """Tell whether this goes to its devices outside of profiles, as a configuration."""
        home, found = (self._school.id, cohort.name, "configuration"), self._reading.desired
        held = (found[at].spec for at in found if (at.school, at.place, at.kind) == home)
        return pointer[0] in ("restrictions", "presets") and any(pointer[-1] in s for s in held)


def _check_path(reading: Reading, school: School, path: str) -> None:
    """Reject a path that nobody could ever set; one that merely nobody has set is no mistake."""
    if _is_sayable(reading, school, path.split(".")):
        return
    settings = (reading.values[school.id, c].settings for c in ("", *_cohorts(school)))
    pointers = {at for each in settings for at in each}
    known = {dotted(at[:end]) for at in pointers for end in range(1, len(at) + 1)}
    meant = did_you_mean(path, known)
    if not meant.startswith("Did"):
        first = ", ".join(sorted({str(at[0]) for at in pointers}))
        meant = tell("It begins with one of: {names}.", names=first)
    detail = tell(
        '"{path}" is nothing that can be set for {school}. {meant}',
        path=path,
        school=school.id,
        meant=meant,
    )
    raise nothing(detail)


def _is_sayable(reading: Reading, school: School, parts: Sequence[str]) -> bool:
    """Tell whether a layer could say this, judged by the schemas and the catalogue."""
    schemas, catalogue = load_schemas(), reading.inventory.catalogue.settings
    network = schemas.document("layer.json")["$defs"]["wifi_entry"]["properties"]
    roles = {cohort.role for cohort in school.cohorts}
    match parts:
        case ["wifi", name, *rest]:
            return (("wifi", name) in catalogue) and (not rest or rest[0] in network)
        case ["restrictions", role, field]:
            return role in roles and field in schemas.kinds["restrictions"].schema["properties"]
        case ["presets", field, *_]:
            return field in schemas.kinds["presets"].schema["properties"]
        case [("apps" | "certificates" | "profiles") as section, name, *_]:
            return (section, name) in catalogue
        case [section]:
            return section in schemas.document("school.json")["properties"]
        case _:
            return False


def _cohorts(school: School) -> Iterator[str]:
    return (cohort.name for cohort in school.cohorts)
