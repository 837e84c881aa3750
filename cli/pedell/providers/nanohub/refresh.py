"""The devices themselves are asked what they hold, and the server what it was told to tell them."""

import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pedell.model import Address, Remembered, Resource, fingerprint
from pedell.payloads.apple import COMMANDED, DECLARATIONS, PROFILES
from pedell.ports import Ledger, Stage
from pedell.providers.nanohub.api import Api
from pedell.providers.nanohub.apps import questions_again
from pedell.providers.nanohub.books import Books, open_books
from pedell.providers.nanohub.codecs import LIST, Report
from pedell.providers.nanohub.names import Names
from pedell.providers.nanohub.post import Letter, Post

GRACE = 5.0
"""Seconds that a device gets to report declarations after it said that it fetched them."""


_DOUBT = ("", "")
"""Stands in the ledger for a declaration that was found wrong, until it is found right again."""


def doubt_declarations(ledger: Ledger, identifiers: Iterable[str]) -> None:
    """Note that these were found wrong."""
    ledger.learn(dict.fromkeys(identifiers, _DOUBT))


def doubted_declarations(ledger: Ledger) -> Set[str]:
    """Return the identifiers of declarations that were wrong when they were asked for last."""
    return {name for name, known in ledger.tokens().items() if known == _DOUBT}


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

    names: Names
    ledger: Ledger
    api: Api
    until: float

    def ask_profiles(self, wanted: Sequence[Resource]) -> None:
        """Have every device list its profiles, and wait for the answers. Raises OSError."""
        serials = _devices(r for r in wanted if r.address.kind in PROFILES)
        self.ask_all_profiles(serials)

    def ask_all_profiles(self, serials: Set[str]) -> frozenset[str]:
        """Have these list all profiles, and wait; return who has not answered. Raises OSError."""
        uuids, _ = self.ask(serials)
        self.wait(uuids)
        groups = open_books(self.ledger).standings.get(LIST, {})
        done = (Stage.INSTALLED, Stage.VERIFIED)
        return frozenset(serials).difference(*(groups.get((LIST, stage), ()) for stage in done))

    def ask(self, serials: Set[str]) -> tuple[Sequence[str], Mapping[str, str]]:
        """Have these devices list their profiles. Raises OSError.

        Returns the uuids of what was sent, and enrolment id → why it could not be woken.
        """
        post = Post(self.names.owner, self.ledger, self.api)
        commands = post.address(LIST, LIST, LIST, open_books(self.ledger).ids(serials))
        said = {"RequestType": LIST, "ManagedOnly": True}
        post.note(commands)
        post.send([Letter(command, lambda: said) for command in commands])
        if self.api.gone:
            raise self.api.gone
        names = {name for command in commands for name in command.enrolments}
        unwoken = post.push(names - post.outcasts.keys())
        return [command.uuid for command in commands], unwoken

    def wait(self, uuids: Sequence[str]) -> None:
        """Wait for answers to these commands, as long as there is time."""
        while time.monotonic() < self.until and self.ledger.pending(uuids):
            time.sleep(0.1)

    def ask_again(self, wanted: Iterable[Resource], *, only_unsure: bool = False) -> Sequence[str]:
        """Ask devices that have apps by command whether they have them so; wait for nobody.

        Returns the uuids of what was sent. Raises OSError.

        ``only_unsure`` are those that did not have it so yet when they were asked last.
        """
        books, post = open_books(self.ledger), Post(self.names.owner, self.ledger, self.api)
        apps = [resource for resource in wanted if resource.address.kind in COMMANDED]
        letters = questions_again(self.names, post, books, apps, only_unsure=only_unsure)
        post.note(letter.command for letter in letters)
        post.send(letters)
        names = {name for letter in letters for name in letter.command.enrolments}
        post.push(names - post.outcasts.keys())
        if self.api.gone:
            raise self.api.gone
        return [letter.command.uuid for letter in letters]

    def ask_apps(self, wanted: Sequence[Resource]) -> Findings:
        """Compare what devices report of declarations with what they should. Raises OSError."""
        apps = [resource for resource in wanted if resource.address.kind in DECLARATIONS]
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
        wrong = findings.read.keys() | findings.unheld.keys()
        doubt_declarations(self.ledger, wrong)
        return findings

    def reports(self, books: Books, serials: Set[str]) -> Mapping[str, Mapping[str, Report]]:
        """Return serial → identifier → what the device last reported. Raises OSError.

        What it reported before it enrolled anew is left out: the MDM keeps that, the device not.
        """
        ids = {books.enrolments[serial]: serial for serial in sorted(serials)}
        found, heard = self.api.reports(list(ids)), self.ledger.heard()
        return {
            serial: rows if _is_since(rows, heard.get(serial, (0.0,))[0]) else {}
            for name, serial in ids.items()
            for rows in (found.get(name, {}),)
        }

    def ask_heirs(
        self, wanted: Sequence[Resource], remembered: Sequence[Remembered]
    ) -> Mapping[str, Set[str]]:
        """Return identifier → serials without it, of what takes fields of a profile over.

        As long as the profile is there, the declaration counts as held by those alone who have
        said so: only then may the profile let go. Raises OSError.
        """
        kept: dict[tuple[str, str], set[str]] = {}
        for left in remembered:
            if left.address.kind in PROFILES:
                kept.setdefault(_home(left.address), set()).update(left.spec)
        heirs = [
            resource
            for resource in wanted
            if resource.address.kind == "configuration"
            and not resource.spec.keys().isdisjoint(kept.get(_home(resource.address), ()))
        ]
        if not heirs:
            return {}
        books = open_books(self.ledger)
        reports = self.reports(books, _devices(heirs) & books.informed)
        return self._unheld(heirs, books, reports)

    def _unheld(
        self,
        apps: Sequence[Resource],
        books: Books,
        reports: Mapping[str, Mapping[str, Report]],
    ) -> dict[str, Set[str]]:
        found: dict[str, Set[str]] = {}
        for app in apps:
            name = self.names.identifier(app.address)
            members = books.members(self.names.set_name(app.address))
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
            name: fingerprint(DECLARATIONS[app.address.kind].encode(name, app.spec)["Payload"])
            for app in apps
            if (name := self.names.identifier(app.address))
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


def _home(address: Address) -> tuple[str, str]:
    return address.school, address.place


def _is_since(rows: Mapping[str, Report], enrolled: float) -> bool:
    """Tell whether these were reported after that moment; both are in the MDM's time."""
    received = next((row.received for row in rows.values()), "")
    try:
        return not received or datetime.fromisoformat(received).timestamp() >= enrolled
    except ValueError:
        return True


def _devices(resources: Any) -> Set[str]:
    return frozenset().union(*(resource.devices for resource in resources))
