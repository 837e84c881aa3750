"""The sandbox's own API: look at tablets, handle them, switch quirks on, ask for faults."""

import base64
import json
import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pedell.sandbox.mdm.core import Mdm
from pedell.sandbox.mdm.fleet import Fleet
from pedell.sandbox.mdm.quirks import QUIRKS, switch
from pedell.sandbox.mdm.site import Routes, Site, decoded, value_of
from pedell.sandbox.mdm.tablet import Profile, Tablet
from pedell.sandbox.mdm.webhook import Webhook
from pedell.sandbox.mdm.wire import Request, Response

DONE = Response(204)
ALL = "*"


class Control:
    """The handlers of ``/sandbox``: no login, and only for this machine."""

    def __init__(self, mdm: Mdm, fleet: Fleet, webhook: Webhook) -> None:
        self._mdm, self._fleet, self._webhook = mdm, fleet, webhook
        self._sites: tuple[Site, ...] = ()
        self._actions = {
            "sleep": self._sleep,
            "wake": self._wake,
            "lock": self._lock,
            "unlock": self._unlock,
            "reenrol": self._reenrol,
            "checkout": self._check_out,
            "poll": self._poll,
            "update": Tablet.update,
            "signout": self._fleet.sign_out,
        }

    def serve(self, sites: Iterable[Site]) -> None:
        """Say whose requests and faults the summary counts; they share their faults."""
        self._sites = tuple(sites)

    def routes(self) -> Routes:
        """Return what is answered here."""
        return {
            "/sandbox/summary": {"GET": self.summary},
            "/sandbox/tablets": {
                "GET": self.tablets,
                "POST": self.act,
                "DELETE": self.remove_profile,
            },
            "/sandbox/idle": {"GET": self.idle},
            "/sandbox/quirks": {"GET": self.quirks, "POST": self.switch_quirks},
            "/sandbox/faults": {"POST": self.add_fault},
            "/sandbox/log": {"GET": self.log},
        }

    def summary(self, _: Request, __: str) -> Response:
        """Count everything."""
        tablets, tally, log = self._fleet.by_serial.values(), self._webhook.tally, self._mdm.log
        everybody = self._mdm.enrolments.values()
        faults = self._sites[0].faults
        return _json(
            {
                "pid": os.getpid(),
                "tablets": len(tablets),
                "enrolled": sum(each.enabled for each in everybody if not each.parent),
                "users": sum(each.enabled for each in everybody if each.parent),
                "asleep": sum(tablet.asleep for tablet in tablets),
                "locked": sum(tablet.locked for tablet in tablets),
                "messages": self._mdm.messages,
                "events": {"sent": tally.sent, "lost": tally.lost, "open": tally.open},
                "requests": {k: n for site in self._sites for k, n in site.counts().items()},
                "faults": {"served": faults.served, "waiting": len(faults.waiting)},
                "commands": {
                    "accepted": log.total,
                    "copies": log.copies,
                    "delivered": self._mdm.delivered,
                    "by_request": dict(log.by_request),
                },
                "duplicates": sum(tablet.doubled for tablet in tablets),
                "profiles": sum(len(tablet.profiles) for tablet in tablets),
                "quirks": self._mdm.quirks,
            }
        )

    def tablets(self, _: Request, rest: str) -> Response:
        """Show one tablet, or list all in brief."""
        if not rest:
            return _json([_brief(tablet) for tablet in self._fleet.by_serial.values()])
        tablet = self._find(decoded(rest))
        return _json(self._describe(tablet)) if tablet else _unknown(rest)

    def remove_profile(self, __: Request, rest: str) -> Response:
        """Remove a profile by hand; the server hears nothing of it."""
        serial, _, tail = rest.partition("/")
        word, _, identifier = tail.partition("/")
        tablet = self._find(decoded(serial))
        if tablet is None or word != "profiles":
            return _unknown(rest)
        found = tablet.profiles.pop(decoded(identifier), None)
        return DONE if found else _unknown(rest)

    def act(self, __: Request, rest: str) -> Response:
        """Do something to one tablet, or to all (``*``)."""
        serial, _, word = rest.partition("/")
        found = self._find(decoded(serial))
        word, _, name = word.partition("/")
        if name and word == "signin" and found:
            return self._sign_in(found, decoded(name))
        action = None if name else self._actions.get(word)
        tablets = list(self._fleet.by_serial.values()) if decoded(serial) == ALL else [found]
        if action is None or None in tablets:
            return _unknown(rest)
        for tablet in tablets:
            if tablet is not None:
                action(tablet)
        return DONE

    def idle(self, _: Request, __: str) -> Response:
        """Say whether everything has come to rest: 204, else 202.

        At rest means that nothing will happen by itself: no tablet is about to poll (a sleeping
        or locked one is not, nor one that nobody pushed) and every event was answered or lost.
        """
        return DONE if self._fleet.idle and self._webhook.idle else Response(202, b"{}\n")

    def quirks(self, _: Request, __: str) -> Response:
        """List the quirks."""
        on = self._mdm.quirks
        return _json({name: {"on": on.get(name, 0), "text": QUIRKS[name]} for name in QUIRKS})

    def switch_quirks(self, request: Request, _: str) -> Response:
        """Switch quirks on and off."""
        try:
            switch(self._mdm.quirks, json.loads(request.body))
        except (ValueError, TypeError) as problem:
            return _json({"error": str(problem)}, 400)
        return DONE

    def add_fault(self, request: Request, _: str) -> Response:
        """Ask for a fault."""
        try:
            self._sites[0].faults.add(json.loads(request.body))
        except (ValueError, TypeError) as problem:
            return _json({"error": str(problem)}, 400)
        return DONE

    def log(self, request: Request, _: str) -> Response:
        """List the commands that were accepted since a number."""
        since = value_of(request, "since") or "0"
        if not since.isdigit():
            return _json({"error": "since is a number"}, 400)
        return _json(self._mdm.log.since(int(since)))

    def _find(self, name: str) -> Tablet | None:
        return self._fleet.by_serial.get(name) or self._fleet.by_enrolment.get(name)

    def _sleep(self, tablet: Tablet) -> None:
        tablet.asleep = True

    def _wake(self, tablet: Tablet) -> None:
        tablet.asleep = False
        if tablet.pushed:
            tablet.pushed = False
            self._fleet.schedule(tablet, (0.0, 0.0))

    def _lock(self, tablet: Tablet) -> None:
        tablet.locked = True

    def _unlock(self, tablet: Tablet) -> None:
        tablet.locked = False
        self._poll(tablet)

    def _reenrol(self, tablet: Tablet) -> None:
        self._fleet.enrol(self._mdm, tablet)

    def _check_out(self, tablet: Tablet) -> None:
        self._fleet.leave(self._mdm, tablet)

    def _sign_in(self, tablet: Tablet, name: str) -> Response:
        if not tablet.shared or tablet.user:
            return _json({"error": f"{tablet.serial} is no shared iPad"}, 409)
        if not tablet.asleep and tablet.enrolled:
            self._fleet.sign_in(self._mdm, tablet, name)
            return DONE
        return _json({"error": f"{tablet.serial} sleeps, or has left"}, 409)

    def _poll(self, tablet: Tablet) -> None:
        if tablet.asleep:
            tablet.pushed = True
        else:
            self._fleet.schedule(tablet, (0.0, 0.0))

    def _describe(self, tablet: Tablet) -> dict[str, Any]:
        enrolment = self._mdm.enrolments[tablet.enrolment]
        return {
            **_brief(tablet),
            "enabled": enrolment.enabled,
            "tally": enrolment.tally,
            "profiles": [_profile(each) for each in tablet.profiles.values()],
            "apps": {app: state.value for app, state in tablet.apps.items()},
            "configurations": tablet.configurations,
            "declarations": [
                {"identifier": identifier, "kind": each.kind, "token": each.token}
                | {"declaration": json.loads(each.content)}
                for identifier, each in tablet.declarations.items()
            ],
            "queue": len(tuple(enrolment.queue.waiting())),
            "waiting": [each.uuid for each in enrolment.queue.waiting()],
            "doubled": tablet.doubled,
        }


def _brief(tablet: Tablet) -> dict[str, Any]:
    return {
        "serial": tablet.serial,
        "enrolment": tablet.enrolment,
        "model": tablet.model,
        "school": tablet.school,
        "cohort": tablet.cohort,
        "enrolled": tablet.enrolled,
        "asleep": tablet.asleep,
        "locked": tablet.locked,
    }


def _profile(profile: Profile) -> dict[str, Any]:
    content = _plain(profile.document())
    file = base64.b64encode(profile.payload).decode()  # to the byte, as the command brought it
    return {
        "identifier": profile.identifier,
        "uuid": profile.uuid,
        "payload": content,
        "mobileconfig": file,
    }


def _plain(value: Any) -> Any:
    """Return a plist's value as JSON can hold it: data in base64, dates as text."""
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            return value.isoformat()
        case _:
            return value


def _json(document: dict[str, Any] | Iterable[Any], status: int = 200) -> Response:
    return Response(status, json.dumps(document, ensure_ascii=False).encode() + b"\n")


def _unknown(what: str) -> Response:
    return _json({"error": f"there is no {decoded(what)}"}, 404)
