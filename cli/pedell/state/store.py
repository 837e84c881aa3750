"""The memory on disk: what we left on targets, and the journal of all runs, in one SQLite file.

Every commit is on the disk before it returns (WAL with ``synchronous=FULL``), because a step may
only begin when its intent is (facts: 5.6 ms a commit). Nothing here ever holds a secret: a spec
carries names and keyed fingerprints.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pedell.model import Address, Change, Memory, Outcome, Remembered, Spec, Status, Step
from pedell.model.value import canonical, from_json
from pedell.ports import Run, Unsettled
from pedell.state.reasons import reason_of

_NOTHING: Mapping[Address, Remembered | None] = MappingProxyType({})
_SCHEMA = """
CREATE TABLE IF NOT EXISTS crowd (digest TEXT PRIMARY KEY, serials TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS remembered (
    address TEXT PRIMARY KEY, target TEXT NOT NULL, spec TEXT NOT NULL, handle TEXT NOT NULL,
    crowd TEXT NOT NULL REFERENCES crowd, run TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (
    id TEXT PRIMARY KEY, began REAL NOT NULL, ended REAL, label TEXT NOT NULL,
    steps INTEGER NOT NULL, word TEXT NOT NULL DEFAULT 'running') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (
    line INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES run, step INTEGER NOT NULL,
    address TEXT NOT NULL, action TEXT NOT NULL, word TEXT NOT NULL, at REAL NOT NULL,
    detail TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS journal_step ON journal (run, step);
CREATE TABLE IF NOT EXISTS intended (
    run TEXT NOT NULL, step INTEGER NOT NULL, target TEXT NOT NULL, spec TEXT,
    handle TEXT NOT NULL, serials TEXT NOT NULL, PRIMARY KEY (run, step)) WITHOUT ROWID;
"""
_OPEN = """
SELECT run, step, address, at FROM journal AS begun WHERE word = 'intent' AND NOT EXISTS (
    SELECT 1 FROM journal AS ended
    WHERE ended.run = begun.run AND ended.step = begun.step AND ended.word <> 'intent')
"""
_RUNS = """
SELECT id, label, began, ended, steps,
    (SELECT count(DISTINCT step) FROM journal WHERE journal.run = run.id AND word = 'done'), word
FROM run ORDER BY began DESC, id DESC
"""


class SqliteStore:
    """The store of one inventory. One thread uses it at a time. Raises OSError on a full disk."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._base = connection

    def recall(self) -> Memory:
        """Return all that our applies left there."""
        rows = self._base.execute(
            "SELECT address, target, spec, handle, crowd FROM remembered ORDER BY address"
        ).fetchall()
        crowds = {
            digest: frozenset(json.loads(serials))
            for digest, serials in self._base.execute("SELECT digest, serials FROM crowd")
        }
        specs = {spec: _spec(spec) for _, _, spec, _, _ in rows}
        return {
            (at := Address.parse(address)): Remembered(
                at, target, specs[spec], handle, crowds[crowd]
            )
            for address, target, spec, handle, crowd in rows
        }

    def begin(self, label: str, steps: int) -> str:
        """Open a run and return its id, which sorts by time."""
        now = time.time()
        salt = hashlib.sha256(f"{now}{label}".encode()).hexdigest()[:4]
        run = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now)) + f"-{salt}"
        with self._writing():
            self._base.execute(
                "INSERT INTO run VALUES (?,?,NULL,?,?,?)", (run, now, label, steps, "running")
            )
        return run

    def intend(self, run: str, steps: Sequence[Step]) -> None:
        """Write down, durably, that these steps begin now."""
        now = time.time()
        lines = (
            (run, step.number, str(step.change.address), step.change.action.word, "intent", now, "")
            for step in steps
        )
        with self._writing():
            self._base.executemany(_LINE, lines)
            self._base.executemany(_INTEND, (_intended(run, step) for step in steps))

    def conclude(self, run: str, ends: Sequence[tuple[Step, Outcome]]) -> None:
        """Write outcomes down, and remember what the done ones left."""
        now = time.time()
        rows = (
            (run, s.number, str(s.change.address), s.change.action.word, o.status, now, o.detail)
            for s, o in ends
        )
        with self._writing():
            self._base.executemany(_LINE, rows)
            self._base.executemany(_ENDED, ((run, step.number) for step, _ in ends))
            done = [(s.change, end.handle) for s, end in ends if end.status is Status.DONE]
            gone = [(str(change.address),) for change, _ in done if change.after is None]
            self._base.executemany(_FORGET, gone)
            self._remember((run, left) for end in done if (left := _left(*end)))

    def finish(self, run: str, word: str) -> None:
        """Close a run with the word that the history shows."""
        with self._writing():
            self._base.execute(
                "UPDATE run SET ended = ?, word = ? WHERE id = ?", (time.time(), word, run)
            )

    def runs(self) -> Sequence[Run]:
        """Return all runs, the newest first."""
        return [Run(*row) for row in self._base.execute(_RUNS)]

    def unsettled(self) -> Sequence[Unsettled]:
        """Return the intents without outcome, of all runs."""
        return [
            Unsettled(run, step, Address.parse(address), at)
            for run, step, address, at in self._base.execute(_OPEN)
        ]

    def intended(self) -> Mapping[Unsettled, Remembered | None]:
        """Return what each unsettled step was to leave, None where it was to take away."""
        meant = {(run, step): rest for run, step, *rest in self._base.execute(_INTENDED)}
        found: dict[Unsettled, Remembered | None] = {}
        for entry in self.unsettled():
            target, spec, handle, serials = meant.get((entry.run, entry.step), ("", None, "", ""))
            found[entry] = spec and Remembered(
                entry.address, target, _spec(spec), handle, frozenset(json.loads(serials))
            )
        return found

    def settle(
        self,
        entries: Sequence[tuple[Unsettled, str]],
        left: Mapping[Address, Remembered | None] = _NOTHING,
    ) -> None:
        """Write down what looking has shown of them, and remember what they have left there."""
        now = time.time()
        with self._writing():
            self._base.executemany(
                _LINE,
                (
                    (entry.run, entry.step, str(entry.address), "", "settled", now, found)
                    for entry, found in entries
                ),
            )
            self._base.executemany(_ENDED, ((entry.run, entry.step) for entry, _ in entries))
            runs = {entry.address: entry.run for entry, _ in entries}
            self._base.executemany(_FORGET, [(str(at),) for at, found in left.items() if not found])
            self._remember((runs[at], found) for at, found in left.items() if found)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write all of it or nothing."""
        try:
            with self._base:
                yield
        except sqlite3.OperationalError as error:
            path = Path(self._base.execute("PRAGMA database_list").fetchone()[2])
            reason = reason_of(error, path)
            raise OSError(f"the memory {path} does not take anything: {reason}") from error

    def _remember(self, left: Iterable[tuple[str, Remembered]]) -> None:
        """Write down what each run left."""
        crowds: dict[frozenset[str], tuple[str, str]] = {}
        rows: list[tuple[str, ...]] = []
        for run, one in left:
            if one.devices not in crowds:
                serials = json.dumps(sorted(one.devices))
                digest = hashlib.sha256(serials.encode()).hexdigest()[:32]
                crowds[one.devices] = (digest, serials)
            digest, _ = crowds[one.devices]
            spec = canonical(one.spec)
            rows.append((str(one.address), one.target, spec, one.handle, digest, run))
        self._base.executemany("INSERT OR IGNORE INTO crowd VALUES (?, ?)", crowds.values())
        self._base.executemany("INSERT OR REPLACE INTO remembered VALUES (?,?,?,?,?,?)", rows)


def _left(change: Change, handle: str) -> Remembered | None:
    """Return what is there afterwards; of what went, that on devices which keep it."""
    after, before = change.after, change.remembered
    if after is None:
        kept = before.devices - change.devices if before else frozenset()
        return replace(before, devices=kept) if before and kept else None
    known = change.before.handle if change.before else ""
    return Remembered(change.address, change.target, after.spec, handle or known, _reached(change))


def _reached(change: Change) -> frozenset[str]:
    """Return the devices that hold it now: a device that is not enrolled yet holds nothing."""
    wanted = change.after.devices if change.after else frozenset()
    return wanted & (change.devices | (change.before.devices if change.before else frozenset()))


def _intended(run: str, step: Step) -> tuple[object, ...]:
    change = step.change
    spec = canonical(change.after.spec) if change.after else None
    handle = change.before.handle if change.before else ""
    serials = json.dumps(sorted(_reached(change)))
    return run, step.number, change.target, spec, handle, serials


_INTEND = "INSERT OR REPLACE INTO intended VALUES (?,?,?,?,?,?)"
_INTENDED = "SELECT run, step, target, spec, handle, serials FROM intended"
_ENDED = "DELETE FROM intended WHERE run = ? AND step = ?"
_FORGET = "DELETE FROM remembered WHERE address = ?"
_LINE = "INSERT INTO journal (run, step, address, action, word, at, detail) VALUES (?,?,?,?,?,?,?)"


def _spec(text: str) -> Spec:
    value = from_json(json.loads(text))
    return value if isinstance(value, Mapping) else {}


@contextmanager
def open_store(folder: Path) -> Iterator[SqliteStore]:
    """Open (and on the first day make) the store in ``folder``; raises OSError where it cannot."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "state.db"
    base: sqlite3.Connection | None = None
    try:
        base = sqlite3.connect(path, timeout=10.0)
        base.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        )
        base.executescript(_SCHEMA)
    except sqlite3.Error as error:
        if base:
            base.close()
        raise OSError(f"the memory {path} cannot be opened: {reason_of(error, path)}") from error
    with closing(base):
        yield SqliteStore(base)
