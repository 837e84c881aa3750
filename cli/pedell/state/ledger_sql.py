"""What the ledger says to SQLite, and how it comes to speak."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pedell.state.reasons import reason_of

LAYOUT = 2
SCHEMA = """
CREATE TABLE enrolments (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, serial TEXT NOT NULL, arrived REAL NOT NULL,
    enrolled REAL NOT NULL, left REAL NOT NULL, seen REAL NOT NULL, asked REAL NOT NULL,
    listed REAL NOT NULL);
CREATE TABLE subjects (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE commands (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, request TEXT NOT NULL,
    subject INTEGER NOT NULL, content TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE standings (
    subject INTEGER NOT NULL, enrolment INTEGER NOT NULL, command INTEGER NOT NULL,
    state TEXT NOT NULL, marked REAL NOT NULL, detail TEXT NOT NULL DEFAULT '',
    content TEXT NOT NULL DEFAULT '', held REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, enrolment)) WITHOUT ROWID;
CREATE INDEX standings_of ON standings (enrolment);
CREATE TABLE tokens (subject TEXT PRIMARY KEY, token TEXT NOT NULL, content TEXT NOT NULL);
"""
# `held` is when a device confirmed that it holds `content`; `listed` the time of its last list
UPGRADES = {
    1: """
ALTER TABLE standings ADD COLUMN since REAL NOT NULL DEFAULT 0;
UPDATE standings SET since = marked;
CREATE TABLE topics (name TEXT PRIMARY KEY);
"""
}
# layout → what makes the next one of it. `since` is when the first of the commands was written that
# a device has not obeyed ever since; a new file is laid out as 1 and then upgraded like an old one

SEE = """
INSERT INTO enrolments (name, serial, arrived, enrolled, left, seen, asked, listed)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
    serial = CASE WHEN excluded.serial <> '' THEN excluded.serial ELSE serial END,
    arrived = max(arrived, excluded.arrived), enrolled = max(enrolled, excluded.enrolled),
    left = max(left, excluded.left), seen = max(seen, excluded.seen),
    asked = max(asked, excluded.asked), listed = max(listed, excluded.listed)
"""
INTEND = """
INSERT INTO standings (subject, enrolment, command, state, marked, since)
VALUES (?1, ?2, ?3, 'intent', ?4, ?4)
ON CONFLICT (subject, enrolment) DO UPDATE SET
    since = CASE WHEN state = 'done' THEN excluded.since ELSE since END,
    command = excluded.command, state = 'intent', marked = excluded.marked, detail = ''
"""
# what is no profile is not held on until something replaces it: it has to be done anew
INTEND_ANEW = f"{INTEND}, content = ''"
OBEY = """
UPDATE standings SET
    content = CASE WHEN :at >= held AND NOT (:is_profile
            AND :at <= (SELECT listed FROM enrolments WHERE id = :enrolment))
        THEN :content ELSE content END,
    held = max(held, :at),
    state = CASE WHEN command = :command THEN 'done' ELSE state END,
    marked = CASE WHEN command = :command THEN :at ELSE marked END
WHERE subject = :subject AND enrolment = :enrolment
"""
REFUSE = """
UPDATE standings SET state = :answer, marked = :at, detail = :detail
WHERE subject = :subject AND enrolment = :enrolment AND command = :command
    AND state NOT IN ('done', 'error')
"""
MARK = {
    "queued": "UPDATE standings SET state = :state, detail = :detail"
    " WHERE subject = :subject AND command = :command AND state = 'intent'",
    "lost": "UPDATE standings SET state = :state, detail = :detail"
    " WHERE subject = :subject AND command = :command AND state IN ('intent', 'queued', 'notnow')",
    "done": "UPDATE standings SET state = :state, detail = :detail, content = :content, held = :at"
    " WHERE subject = :subject AND command = :command AND state = 'intent'",
}
SENT = """
SELECT id, subject, content, at, request IN ('InstallProfile', 'RemoveProfile')
FROM commands WHERE uuid = ?
"""
LIST = """
SELECT name, s.subject, s.command, state, ifnull(c.content, ''), s.content, held
FROM standings s JOIN subjects n ON n.id = s.subject LEFT JOIN commands c ON c.id = s.command
WHERE enrolment = ? AND (c.id IS NULL OR request IN ('InstallProfile', 'RemoveProfile'))
"""
FOUND = """
INSERT INTO standings (subject, enrolment, command, state, marked, since, content, held)
VALUES (:subject, :enrolment, 0, 'done', :at, :at, :content, :at)
ON CONFLICT (subject, enrolment) DO UPDATE SET
    since = CASE WHEN state = 'done' THEN excluded.since ELSE since END,
    content = excluded.content, held = excluded.held
WHERE command = 0 OR (SELECT request FROM commands WHERE id = command)
    IN ('InstallProfile', 'RemoveProfile')
"""
# a device that shows a profile named like a set of declarations takes no note of the set away
TOKENS = "SELECT subject, token, content FROM tokens WHERE subject <> 'key of reports'"
MAKE_KEY = "INSERT OR IGNORE INTO tokens VALUES ('key of reports', ?, '')"
KEY = "SELECT token FROM tokens WHERE subject = 'key of reports'"
# an app whose device reports another configuration (left is '?') is there all the same
DISPROVE = """
UPDATE standings SET held = :at,
    content = CASE WHEN :left = '' THEN '' ELSE substr(content, 1, instr(content, '/')) || :left END
WHERE enrolment = :enrolment AND content <> '' AND held <= :until AND subject = (
    SELECT a.id FROM subjects a JOIN subjects q ON q.name = a.name || '?' WHERE q.id = :asked)
"""
# Servers stamp each event by itself: a TokenUpdate may bear a time before that of its Authenticate
# (observed on NanoHUB and NanoMDM: up to 6 of 600 devices that enrolled at once).
ENROLLED = """
SELECT serial, name, id, seen, asked, listed, enrolled FROM enrolments
WHERE serial <> '' AND enrolled > 0 AND enrolled >= arrived - 0.5 AND enrolled > left
ORDER BY enrolled
"""
STANDINGS = """
SELECT subject, enrolment, command, state, marked, content, held FROM standings
"""
INTENTS = """
SELECT c.id, uuid, request, name, content, at FROM commands c JOIN subjects s ON s.id = c.subject
ORDER BY c.id
"""
ATTEMPTS = """
SELECT request, name, content, count(*) FROM commands c JOIN subjects s ON s.id = c.subject
GROUP BY request, name, content
"""
REFUSALS = """
SELECT name, max(detail) FROM standings t JOIN subjects s ON s.id = t.subject
WHERE state = 'error' GROUP BY name
"""
TRACES = """
SELECT n.name, enrolment, since, CASE WHEN state = 'error' THEN detail ELSE '' END
FROM standings s JOIN subjects n ON n.id = s.subject LEFT JOIN commands c ON c.id = s.command
WHERE state <> 'done' OR s.content <> ifnull(c.content, '') OR n.name IN (SELECT value FROM
    json_each(?))
"""
PENDING = """
SELECT count(*) FROM standings
WHERE subject = ? AND command = ? AND state IN ('intent', 'queued')
"""


@contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, or make it with its tables, readable for its owner alone. Raises OSError."""
    path.touch(mode=0o600)
    with failing_as_oserror(path):
        connection = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
    with closing(connection):
        with failing_as_oserror(path):
            connection.execute("PRAGMA journal_mode = WAL")
            _lay_out(connection)
        yield connection


@contextmanager
def failing_as_oserror(path: Path | None = None) -> Iterator[None]:
    """Turn what SQLite raises into OSError, which is what callers of a ledger expect.

    With the ``path`` of the file it says too whether there is any room left.
    """
    try:
        yield
    except sqlite3.Error as error:
        where = f" {path}" if path else ""
        why = reason_of(error, path) if path else error
        raise OSError(f"the ledger{where} does not work: {why}") from error


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if layout == 0:
        _execute(connection, SCHEMA)
        layout = min(UPGRADES)
    while layout in UPGRADES:
        _execute(connection, UPGRADES[layout])
        layout += 1
        connection.execute(f"PRAGMA user_version = {layout}")
    connection.execute("COMMIT")
    if layout != LAYOUT:
        raise OSError(f"the ledger was written by another version of Pedell (layout {layout})")


def _execute(connection: sqlite3.Connection, script: str) -> None:
    for statement in filter(str.strip, script.split(";")):
        connection.execute(statement)
