"""Apps that are short, for other pupils, or for nobody, become warnings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pedell.model import (
    Account,
    App,
    Cohort,
    Desired,
    Effective,
    Inventory,
    Offer,
    Problem,
    School,
    Setting,
    Severity,
    Source,
    Span,
    Words,
    tell,
    tell_count,
    tell_row,
)

NAMED = 3
"""So many schools, or pools of one app, are named; the others are counted."""

_ADULT = "teacher"
"""The role whose apps need not fit the pupils of the school."""

Values = Mapping[tuple[str, str], Effective]


def advise_on_licences(accounts: Iterable[Account]) -> tuple[Problem, ...]:
    """Return a warning for each pool that is short; of one app with many of them a single one."""
    found: list[Problem] = []
    short = [account for account in accounts if account.short]
    for _, group in groupby(short, key=lambda account: account.app):
        pools = tuple(group)
        if len(pools) > NAMED:
            found.append(_warning("W0306", _many_short(pools), pools[0].source))
        else:
            found += [_warning("W0306", _short(account), account.source) for account in pools]
    return tuple(found)


def advise_on_apps(inventory: Inventory, values: Values) -> tuple[Problem, ...]:
    """Return warnings about apps for other grades, and about those that reach nobody."""
    found: list[Problem] = []
    for school in inventory.schools.values():
        grades = inventory.offer.grades.get(school.type)
        for cohort in school.cohorts if grades else ():
            if grades and cohort.role != _ADULT:
                found += _misfits(inventory.offer, school, cohort, values, grades)
        found += _idle(inventory.offer, school, values)
    return tuple(dict.fromkeys(found))


def advise_on_updates(inventory: Inventory, desired: Desired) -> tuple[Problem, ...]:
    """Return a warning for each app that tablets are too old to be told how to update."""
    told = {
        str(at[1]): written.source
        for at, written in inventory.catalogue.settings.items()
        if at[0] == "apps" and at[2:] == ("updates",)
    }
    deaf: dict[str, dict[str, None]] = {}
    for at, resource in desired.items() if told else ():
        if at.kind == "app" and at.name in told and "updates" not in resource.spec:
            deaf.setdefault(at.name, {})[f"{at.school} {at.place}"] = None
    return tuple(_warning("W0315", _deaf(app, tuple(deaf[app])), told[app]) for app in deaf)


def _deaf(app: str, cohorts: Sequence[str]) -> Words:
    return tell(
        '"{app}": tablets are told so from iPadOS 26 on, and these are said to be older: {cohorts}.'
        " There it is left out, and the settings of their App Store hold. Say with `os` when they"
        " are newer.",
        app=app,
        cohorts=_few([tell("{name}", name=each) for each in cohorts]),
    )


def _warning(code: str, detail: Words, source: Source) -> Problem:
    return Problem(code, detail, source, Severity.WARNING)


def _short(account: Account) -> Words:
    without = [share for share in account.shares if share.without]
    names = [tell("{school} ({count:,})", school=s.school, count=s.without) for s in without]
    return tell(
        "{app}: {short:,} of {needed:,} licences missing in the pool {pool}. Without:"
        " {schools}. More: pedell licences --app {app}",
        app=account.app,
        short=account.short,
        needed=account.needed,
        pool=account.pool,
        schools=_few(names),
    )


def _many_short(pools: Sequence[Account]) -> Words:
    names = [tell("{pool} ({count:,})", pool=each.pool, count=each.short) for each in pools]
    return tell(
        "{app}: {short:,} licences are missing in {count:,} pools: {pools}."
        " More: pedell licences --short --app {app}",
        app=pools[0].app,
        short=sum(each.short for each in pools),
        count=len(pools),
        pools=_few(names),
    )


def _few(names: Sequence[Words]) -> Words:
    told = tell_row("{first}, {last}", names[:NAMED])
    more = len(names) - NAMED
    if more <= 0:
        return told
    return tell(
        "{first} and {more}", first=told, more=tell_count(more, "one more", "{count:,} more")
    )


def _misfits(
    offer: Offer, school: School, cohort: Cohort, values: Values, grades: Span
) -> Iterator[Problem]:
    for app, setting in offer.reaching(cohort.platform, values[school.id, cohort.name]):
        if not app.suits(grades):
            detail = tell(
                '"{app}" is for {whom} ({place}), the schools of the type "{type}" have the grades'
                " {grades} (ages {ages}). Take it out there, or mend the catalogue.",
                app=app.name,
                whom=_whom(app, grades),
                place=app.source,
                type=school.type,
                grades=grades.words,
                ages=grades.as_ages().words,
            )
            yield _warning("W0307", detail, setting.source)


def _whom(app: App, grades: Span) -> Words:
    if app.grades and not app.grades.meets(grades):
        return tell("the grades {span}", span=app.grades.words)
    return tell("the ages {span}", span=app.ages.words if app.ages else "")


def _idle(offer: Offer, school: School, values: Values) -> Iterator[Problem]:
    """Yield what the school's own file chooses and none of its cohorts gets."""
    own = [each for each in offer.chosen(values[school.id, ""]) if _is_own(each[1])]
    if not own or not school.cohorts:
        return
    got = {
        app.name
        for cohort in school.cohorts
        for app, _ in offer.reaching(cohort.platform, values[school.id, cohort.name])
    }
    for app, setting in own:
        if app.name not in got:
            yield _warning("W0308", _reason(app, school), setting.source)


def _reason(app: App, school: School) -> Words:
    platforms = {cohort.platform for cohort in school.cohorts}
    if platforms & app.platforms:
        return tell(
            'The cohorts of {school} take "{app}" away again. Choose it for one of them, or take'
            " it out here.",
            school=school.id,
            app=app.name,
        )
    return tell(
        '"{app}" is for {own}, the devices of {school} run {others}. Take it out, or add to the'
        " catalogue how it is called there ({place}).",
        app=app.name,
        own=", ".join(sorted(app.platforms)),
        school=school.id,
        others=", ".join(sorted(platforms)),
        place=app.source,
    )


def _is_own(setting: Setting) -> bool:
    return any(s.layer == "school" and s.source == setting.source for s in setting.trail)
