"""The ledger of one MDM: who is enrolled, what we sent, what the devices said. One SQLite file."""

import json
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pedell.ports import Command, Event, Happening, Stage, Standings, Trace
from pedell.state import ledger_sql as sql
from pedell.state.ledger_reports import Reports
from pedell.state.ledger_rows import OPEN, fold, stage_on_the_way


@dataclass(frozen=True, slots=True)
class _Sent:
    """A command as the file knows it; ``id`` rises with time."""

    id: int
    subject: int
    content: str
    at: float
    is_profile: bool


class SqliteLedger:
    """Fulfils :class:`pedell.ports.Ledger`. Threads may share it, processes the file."""

    def __init__(self, connection: sqlite3.Connection, now: Callable[[], float]) -> None:
        self._db, self._now = connection, now
        self._lock = threading.RLock()
        self._commands: dict[str, _Sent] = {}
        self._enrolments: dict[str, int] = {}
        self._subjects: dict[str, int] = {}
        self._reports = Reports(connection)

    def take(self, events: Sequence[Event]) -> None:
        """Take in what devices said, in any order and any number of times.

        What a power cut takes away here is learnt again from the next list: no sync to disk.
        """
        ordered = sorted(events, key=lambda event: event.at)
        topics = {event.topic for event in ordered if event.topic}
        with self._transaction("NORMAL"):
            self._db.executemany("INSERT OR IGNORE INTO topics VALUES (?)", zip(topics))
            self._db.executemany(sql.SEE, fold(ordered))
            self._learn(event.enrolment for event in ordered)
            self._forget(ordered)
            for event in ordered:
                self._take_answer(event)
            for event in {e.enrolment: e for e in ordered if e.profiles is not None}.values():
                self._take_list(event, event.profiles or {})

    def write(self, commands: Sequence[Command]) -> None:
        """Keep these commands as intents, on disk when this returns."""
        with self._transaction("FULL"):
            self._learn(name for command in commands for name in command.enrolments)
            for command in commands:
                subject = self._subject(command.subject)
                self._db.execute(
                    "INSERT OR IGNORE INTO commands (uuid, request, subject, content, at)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (command.uuid, command.request, subject, command.content, command.at),
                )
                sent = self._sent(command.uuid)
                rows = (
                    (subject, self._enrolments[name], sent.id, command.at)
                    for name in command.enrolments
                )
                self._db.executemany(sql.INTEND if sent.is_profile else sql.INTEND_ANEW, rows)

    def mark(self, uuids: Iterable[str], state: str, detail: str = "") -> None:
        """Set the state (queued, lost, done) of commands that no device has answered yet."""
        with self._transaction("FULL"):
            for sent in map(self._sent, uuids):
                values = {"state": state, "detail": detail, "subject": sent.subject}
                values |= {"command": sent.id, "content": sent.content, "at": sent.at}
                self._db.execute(sql.MARK[state], values)

    def enrolments(self) -> Mapping[str, str]:
        """Return serial → enrolment id of every device that is enrolled now."""
        return {serial: name for serial, name, *_ in self._enrolled()}

    def standings(self) -> Standings:
        """Return how far every enrolled device has come with every subject."""
        devices = {row[2]: row for row in self._enrolled()}
        sent = {row[0]: row[1:] for row in self._read("SELECT id, content, at FROM commands")}
        names = dict(self._read("SELECT id, name FROM subjects"))
        found: dict[str, dict[tuple[str, Stage], set[str]]] = {}
        now = self._now()
        for subject, enrolment, command, state, marked, content, held in self._each(sql.STANDINGS):
            if enrolment not in devices:
                continue
            serial, _, _, seen, asked, listed, _ = devices[enrolment]
            wanted, at = sent.get(command, ("", 0.0))
            groups = found.setdefault(names[subject], defaultdict(set))
            if stage := stage_on_the_way(state, marked, asked, seen, at, now):
                groups[wanted, stage].add(serial)
                continue
            if content:
                stage = Stage.VERIFIED if listed >= held else Stage.INSTALLED
                groups[content, stage].add(serial)
            if state == "error":
                groups[wanted, Stage.FAILED].add(serial)
        return found

    def intents(self) -> Sequence[Command]:
        """Return the commands that were begun and never marked, oldest first."""
        enrolled = {number: name for _, name, number, *_ in self._enrolled()}
        devices: dict[int, list[str]] = defaultdict(list)
        for command, enrolment in self._read(
            "SELECT command, enrolment FROM standings WHERE state = 'intent'"
        ):
            if enrolment in enrolled:
                devices[command].append(enrolled[enrolment])
        return [
            Command(uuid, request, subject, content, tuple(sorted(devices[number])), at)
            for number, uuid, request, subject, content, at in self._read(sql.INTENTS)
            if number in devices
        ]

    def attempts(self) -> Mapping[tuple[str, str, str], int]:
        """Return how many commands there were for each (request, subject, content)."""
        return {tuple(key): count for *key, count in self._read(sql.ATTEMPTS)}

    def refusals(self, subjects: Iterable[str]) -> Mapping[str, str]:
        """Return subject → what one of the devices that refused it said."""
        asked = frozenset(subjects)
        return {name: detail for name, detail in self._read(sql.REFUSALS) if name in asked}

    def pending(self, uuids: Iterable[str]) -> int:
        """Return how many devices have neither answered nor put off these commands."""
        with self._lock:
            sent = [self._sent(uuid) for uuid in uuids]
        return sum(self._read(sql.PENDING, (c.subject, c.id))[0][0] for c in sent)

    def heard(self) -> Mapping[str, tuple[float, float]]:
        """Return serial → when it enrolled and when it last said anything, of those enrolled."""
        return {serial: (enrolled, seen) for serial, _, _, seen, *_, enrolled in self._enrolled()}

    def traces(self, always: Iterable[str] = ()) -> Mapping[str, Mapping[str, Trace]]:
        """Return subject → serial → trace, where a device does not hold what it was last sent.

        Of the subjects in ``always`` every device has one.
        """
        serials = {number: serial for serial, _, number, *_ in self._enrolled()}
        found: dict[str, dict[str, Trace]] = defaultdict(dict)
        asked = json.dumps(list(always))
        for subject, enrolment, since, detail in self._read(sql.TRACES, (asked,)):
            if enrolment in serials:
                found[subject][serials[enrolment]] = Trace(since, detail)
        return found

    def topics(self) -> Sequence[str]:
        """Return the push topics that devices enrolled with."""
        return [name for (name,) in self._read("SELECT name FROM topics ORDER BY name")]

    def learn(self, tokens: Mapping[str, tuple[str, str]]) -> None:
        """Keep declaration identifier → (server token, content that bears it)."""
        with self._transaction("NORMAL"):
            self._db.executemany(
                "INSERT OR REPLACE INTO tokens (subject, token, content) VALUES (?, ?, ?)",
                [(subject, *known) for subject, known in tokens.items()],
            )

    def tokens(self) -> Mapping[str, tuple[str, str]]:
        """Return what was learnt."""
        rows = self._read(sql.TOKENS)
        return {subject: (token, content) for subject, token, content in rows}

    def seal(self, text: str) -> str:
        """Return the keyed fingerprint by which the answer ``text`` of a device is known again."""
        with self._lock, sql.failing_as_oserror():
            return self._reports.seal(text)

    def _forget(self, events: Sequence[Event]) -> None:
        # a device that enrols anew was wiped and its queue was cleared: nothing older holds
        fresh = [e for e in events if e.what is Happening.ARRIVED or e.is_fresh]
        self._db.executemany(
            "DELETE FROM standings WHERE enrolment = ? AND marked < ? AND held < ?",
            [(self._enrolments[event.enrolment], event.at, event.at) for event in fresh],
        )

    def _take_answer(self, event: Event) -> None:
        sent = self._find(event.command) if event.command else None
        if sent is None:  # a question without an answer, or a command that is not ours
            return
        enrolment = self._enrolments[event.enrolment]
        values: dict[str, object] = {"at": event.at, "enrolment": enrolment}
        values |= {"subject": sent.subject, "command": sent.id, "is_profile": sent.is_profile}
        if self._reports.is_done(event, sent.subject, sent.content, enrolment):
            self._db.execute(sql.OBEY, {**values, "content": sent.content})
        else:
            answer = event.answer if event.answer != "done" else "error"
            values |= {"answer": answer, "detail": event.detail}
            self._db.execute(sql.REFUSE, values)

    def _take_list(self, event: Event, listed: Mapping[str, str]) -> None:
        enrolment = self._enrolments[event.enrolment]
        query = "SELECT listed FROM enrolments WHERE id = ?"
        if event.at < self._db.execute(query, (enrolment,)).fetchone()[0]:
            return
        asked_by = self._find(event.command)
        missing = dict(listed)
        for row in self._db.execute(sql.LIST, (enrolment,)).fetchall():
            name, subject, command, state, wanted, content, held = row
            there = missing.pop(name, "")
            if there != content and held <= event.at:
                self._find_held(subject, enrolment, there, event.at)
            if asked_by and 0 < command < asked_by.id and state in OPEN:
                self._settle(subject, enrolment, state, is_there=there == wanted)
        for name, content in missing.items():
            self._find_held(self._subject(name), enrolment, content, event.at)

    def _find_held(self, subject: int, enrolment: int, content: str, at: float) -> None:
        values = {"subject": subject, "enrolment": enrolment, "content": content, "at": at}
        self._db.execute(sql.FOUND, values)

    def _settle(self, subject: int, enrolment: int, state: str, *, is_there: bool) -> None:
        # a queue is first in, first out: what stood before the list was offered before the list
        if is_there or state != "notnow":
            self._db.execute(
                "UPDATE standings SET state = ? WHERE subject = ? AND enrolment = ?",
                ("done" if is_there else "lost", subject, enrolment),
            )

    def _enrolled(self) -> list[tuple[str, str, int, float, float, float, float]]:
        # a tablet that came back under another enrolment id stands twice: the younger row wins
        return list({row[0]: row for row in self._read(sql.ENROLLED)}.values())

    def _learn(self, names: Iterable[str]) -> None:
        if not self._enrolments.keys() >= set(names):
            self._enrolments = dict(self._read("SELECT name, id FROM enrolments"))

    def _subject(self, name: str) -> int:
        if name not in self._subjects:
            self._db.execute("INSERT OR IGNORE INTO subjects (name) VALUES (?)", (name,))
            rows = self._read("SELECT id FROM subjects WHERE name = ?", (name,))
            self._subjects[name] = rows[0][0]
        return self._subjects[name]

    def _sent(self, uuid: str) -> _Sent:
        sent = self._find(uuid)
        if sent is None:
            raise KeyError(f"a command that was never written: {uuid}")
        return sent

    def _find(self, uuid: str) -> _Sent | None:
        if uuid not in self._commands:
            rows = self._read(sql.SENT, (uuid,))
            if not rows:
                return None
            self._commands[uuid] = _Sent(*rows[0])
        return self._commands[uuid]

    def _read(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock, sql.failing_as_oserror():
            return self._db.execute(query, values).fetchall()

    def _each(self, query: str) -> Iterator[tuple[Any, ...]]:
        # hundreds of thousands of rows: a few at a time
        with self._lock, sql.failing_as_oserror():
            cursor = self._db.execute(query)
            while rows := cursor.fetchmany(2000):
                yield from rows

    @contextmanager
    def _transaction(self, sync: str) -> Iterator[None]:
        with self._lock, sql.failing_as_oserror():
            self._db.execute(f"PRAGMA synchronous = {sync}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.OperationalError):  # on a full disk SQLite has done it
                    self._db.execute("ROLLBACK")
                self._commands, self._enrolments, self._subjects = {}, {}, {}
                raise


@contextmanager
def open_ledger(path: Path, now: Callable[[], float] = time.time) -> Iterator[SqliteLedger]:
    """Open the file, or make it, readable for its owner alone. Raises OSError."""
    with sql.connect(path) as connection:
        yield SqliteLedger(connection, now)
