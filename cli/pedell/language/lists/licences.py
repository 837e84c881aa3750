"""The list of licences: ``licences.csv``, what single schools or municipalities own."""

import re
from collections.abc import Mapping

from pedell.language.lists.tables import Entry, Shape, Table
from pedell.language.nearest import did_you_mean
from pedell.model import App, Asset, Licensed, Owned, PoolOf, Problem, tell

_FILE = "licences.csv"
_SHAPE = Shape(
    code="E0238",
    headings={
        "app": ("app", "programm", "software"),
        "pool": ("pool", "standort", "schule", "kommune", "location"),
        "owned": ("owned", "vorhanden", "lizenzen", "anzahl", "licences", "licenses"),
    },
    required=("app", "pool", "owned"),
)
_COUNT = re.compile(r"[0-9]{1,9}\Z")
_UNKNOWN_POOL = {
    PoolOf.AUTHORITY: "E0220",
    PoolOf.MUNICIPALITY: "E0213",
    PoolOf.SCHOOL: "E0210",
}

Pools = Mapping[PoolOf, frozenset[str]]
"""The ids that pools of each kind can have."""


def read_licences(
    assets: Mapping[str, Asset], apps: Mapping[str, App], pools: Pools
) -> tuple[dict[tuple[str, str], Owned], tuple[Problem, ...]]:
    """Return (app, pool) → what it owns, and what is wrong with the list."""
    if _FILE not in assets:
        return {}, ()
    table = Table(assets[_FILE], _SHAPE)
    reader = _Reader(table, apps, pools)
    for entry in table.entries():
        reader.take(entry)
    return reader.found, tuple(table.problems)


class _Reader:
    """Reads one list line by line; what is wrong goes to the problems of the table."""

    def __init__(self, table: Table, apps: Mapping[str, App], pools: Pools) -> None:
        self._table = table
        self._apps = apps
        self._pools = pools
        self.found: dict[tuple[str, str], Owned] = {}

    def take(self, entry: Entry) -> None:
        """Read one row."""
        app, pool, owned = (entry.said[field] for field in ("app", "pool", "owned"))
        place = entry.places["owned"]
        licences = self._licences(entry)
        is_pool = licences is not None and self._is_pool(entry, licences)
        if not _COUNT.match(owned):
            detail = tell('"{owned}" is no number of licences: digits alone.', owned=owned[:40])
            self._table.complain(detail, place)
        elif is_pool and (app, pool) in self.found:
            detail = tell(
                "{app} of {pool} stands in line {line} already. Keep one of the two.",
                app=app,
                pool=pool,
                line=self.found[app, pool].source.line,
            )
            self._table.problems.append(Problem("E0201", detail, entry.source))
        elif is_pool:
            self.found[app, pool] = Owned(int(owned), place)

    def _licences(self, entry: Entry) -> Licensed | None:
        name = entry.said["app"]
        app = self._apps.get(name)
        if app is None:
            meant = did_you_mean(name, self._apps)
            detail = tell('"{name}" is not in the catalogue. {meant}', name=name[:60], meant=meant)
            self._table.problems.append(Problem("E0231", detail, entry.places["app"]))
        elif app.licences is None:
            detail = tell(
                "The catalogue does not count the licences of {name} ({place}). Say how, there:"
                " licences: {{count: device, pool: school}}",
                name=name,
                place=app.source,
            )
            self._table.problems.append(Problem("E0220", detail, entry.places["app"]))
        return app.licences if app else None

    def _is_pool(self, entry: Entry, licences: Licensed) -> bool:
        pool, known = entry.said["pool"], self._pools[licences.pool_of]
        if pool in known:
            return True
        detail = tell(
            '"{pool}" is no pool of {app}: each {kind} has its own ({place}). {meant}',
            pool=pool[:60],
            app=entry.said["app"],
            kind=licences.pool_of.value,
            place=licences.source,
            meant=did_you_mean(pool, known),
        )
        code = _UNKNOWN_POOL[licences.pool_of]
        self._table.problems.append(Problem(code, detail, entry.places["pool"]))
        return False
