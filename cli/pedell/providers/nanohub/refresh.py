"""The devices themselves are asked what they hold, and the server what it was told to tell them."""

import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from pedell.model import Resource, fingerprint
from pedell.payloads.apple import PROFILES, encode_app
from pedell.ports import Ledger
from pedell.providers.nanohub.api import Api
from pedell.providers.nanohub.books import Books, open_books
from pedell.providers.nanohub.codecs import LIST, Report, identifier_of, set_of
from pedell.providers.nanohub.post import Letter, Post

GRACE = 5.0
"""Seconds that a device gets to report declarations after it said that it fetched them."""


@dataclass(slots=True)
class Findings:
    """What only asking has shown, for the next observation.

    ``read`` holds declarations that are not what their apps want; ``unheld`` maps an app's
    identifier to serials that do not keep it.
    """

    read: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    unheld: dict[str, Set[str]] = field(default_factory=dict)

    def forget(self, name: str) -> None:
        """Let go of what was found of one app, because it is being changed."""
        self.read.pop(name, None)
        self.unheld.pop(name, None)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of questions."""

    owner: str
    ledger: Ledger
    api: Api
    until: float

    def ask_profiles(self, wanted: Sequence[Resource]) -> None:
        """Have every device list its profiles, and wait for the answers. Raises OSError."""
        books = open_books(self.ledger)
        serials = _devices(r for r in wanted if r.address.kind in PROFILES)
        post = Post(self.owner, self.ledger, self.api)
        commands = post.address(LIST, LIST, LIST, books.ids(serials))
        said = {"RequestType": LIST, "ManagedOnly": True}
        post.note(commands)
        post.send([Letter(command, lambda: said) for command in commands])
        if self.api.gone:
            raise self.api.gone
        post.push(name for command in commands for name in command.enrolments)
        uuids = [command.uuid for command in commands]
        while time.monotonic() < self.until and self.ledger.pending(uuids):
            time.sleep(0.1)

    def ask_apps(self, wanted: Sequence[Resource]) -> Findings:
        """Compare what devices report of declarations with what they should. Raises OSError."""
        apps = [resource for resource in wanted if resource.address.kind == "app"]
        findings = Findings()
        if not apps:
            return findings
        until = min(self.until, time.monotonic() + GRACE)
        while True:
            books = open_books(self.ledger)
            reports = self.reports(books, _devices(apps) & books.informed)
            findings.unheld = self._unheld(apps, books, reports)
            if not findings.unheld or time.monotonic() >= until:
                break
            time.sleep(0.5)
        findings.read = self._changed(apps, reports)
        return findings

    def reports(self, books: Books, serials: Set[str]) -> Mapping[str, Mapping[str, Report]]:
        """Return serial → identifier → what the device last reported. Raises OSError."""
        ids = {books.enrolments[serial]: serial for serial in sorted(serials)}
        found = self.api.reports(list(ids))
        return {serial: found.get(name, {}) for name, serial in ids.items()}

    def _unheld(
        self,
        apps: Sequence[Resource],
        books: Books,
        reports: Mapping[str, Mapping[str, Report]],
    ) -> dict[str, Set[str]]:
        found: dict[str, Set[str]] = {}
        for app in apps:
            name, members = (
                identifier_of(self.owner, app.address),
                books.members(set_of(self.owner, app.address)),
            )
            # who never reported anything may be slow; who reported, and not this, does not keep it
            bad = {
                serial
                for serial in app.devices & members
                if (rows := reports.get(serial)) and not (name in rows and rows[name].is_held)
            }
            if bad:
                found[name] = bad
        return found

    def _changed(
        self, apps: Sequence[Resource], reports: Mapping[str, Mapping[str, Report]]
    ) -> dict[str, Mapping[str, Any]]:
        wanted = {
            name: fingerprint(encode_app(name, app.spec)["Payload"])
            for app in apps
            if (name := identifier_of(self.owner, app.address))
        }
        known, doubtful = self.ledger.tokens(), set()
        for rows in reports.values():
            for name in rows.keys() & wanted.keys():
                if known.get(name) != (rows[name].token, wanted[name]) or not rows[name].is_current:
                    doubtful.add(name)
        read = self.api.read_declarations(sorted(doubtful))
        content = {name: fingerprint(one.get("Payload")) for name, one in read.items()}
        self.ledger.learn(
            {name: (str(one.get("ServerToken", "")), content[name]) for name, one in read.items()}
        )
        return {name: one for name, one in read.items() if content[name] != wanted[name]}


def _devices(resources: Any) -> Set[str]:
    return frozenset().union(*(resource.devices for resource in resources))
