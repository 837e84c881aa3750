"""Payloads of strangers in the shape that our codecs write: named, and their secrets sealed."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from pedell.adoption.likeness import (
    AIRPRINT,
    IDENTITY,
    ROOT,
    WEB_CLIP,
    WEB_FILTER,
    simplified,
)
from pedell.adoption.naming import Names, ordered_names
from pedell.adoption.trying import Content, Trial
from pedell.payloads.apple import Payload

_MARKS = {
    WEB_CLIP: ("clip", "Label"),
    "com.apple.subscribedcalendar.account": ("calendar", "SubCalAccountDescription"),
}
"""Types that stand beside each other: how their codec calls one, and the key to name it by."""
_LISTS = {
    WEB_FILTER: ("AllowListBookmarks", "Title"),
    "com.apple.notificationsettings": ("NotificationSettings", "BundleIdentifier"),
}
"""Types with a list whose entries have names with us: the list, and the key to name them by."""
_NAMES = "PayloadDescription"
"""Where their codecs keep those names."""

_MOST_CERTIFICATES = 5
"""So many a network may name; more than that stand together in one file."""


class Shaping:
    """Shapes the payloads of one profile; equal things of all profiles get the same names."""

    def __init__(self, trial: Trial, names: Names) -> None:
        self._trial, self._names = trial, names
        self._met: Counter[str] = Counter()
        self._shaped: dict[int, list[Payload]] = {}

    def network(self, content: Content, named: Sequence[Content]) -> list[Payload]:
        """Shape a network with the certificates that it names, each of them once."""
        payloads = [self._payload("wifi", content)]
        roots = dict(self.certificate(each) for each in named if each["PayloadType"] == ROOT)
        names = [*roots]
        if len(names) > _MOST_CERTIFICATES:
            whole = "".join(_text(payload.content) for payload in roots.values())
            names = [self._names.name("certificates", names[0], whole)] * len(names)
        for number, (name, root) in enumerate(zip(names, roots.values(), strict=True), start=1):
            labelled = {**root.content, "PayloadDisplayName": name}
            payloads.append(Payload(f"ca-{number}", ROOT, labelled))
        own = [each for each in named if each["PayloadType"] == IDENTITY]
        return [*payloads, *(self._payload("identity", each) for each in own)]

    def certificate(self, content: Content) -> tuple[str, Payload]:
        """Name an authority's certificate after what its maker called it, and shape it."""
        shown, file = content.get("PayloadDisplayName"), content.get("PayloadCertificateFileName")
        title = shown if isinstance(shown, str) else PurePath(str(file or "ca")).stem
        payload = self._payload("ca-1", content)
        return self._names.name("certificates", title, _text(payload.content)), payload

    def whole(self, content: Content) -> list[Payload]:
        """Shape a payload that is the only one of its type."""
        return [self._payload("one", content)]

    def preset(self, number: int, content: Content) -> list[Payload]:
        """Shape what becomes a preset; a payload of several printers becomes one for each."""
        if number not in self._shaped:
            self._shaped[number] = self._preset(content)
        return self._shaped[number]

    def _preset(self, content: Content) -> list[Payload]:
        kind = str(content["PayloadType"])
        own = simplified(kind, content)[0]
        printers = own.get("AirPrint")
        if kind == AIRPRINT and isinstance(printers, list):
            return [self._printer(own, printer) for printer in printers]
        if kind in _MARKS:
            mark, key = _MARKS[kind]
            name = self._name(mark, str(own.get(key, "")), own)
            return [self._payload(f"{mark}.{name}", own)]
        if kind in _LISTS and isinstance(own.get(_LISTS[kind][0]), list):
            key, title = _LISTS[kind]
            titles = [str(each.get(title, "")) for each in own[key] if isinstance(each, dict)]
            own = {**own, _NAMES: "\n".join(ordered_names(titles, "entry"))}
        return [self._payload("one", own, named=_NAMES in own)]

    def _printer(self, own: Content, printer: Any) -> Payload:
        about = printer if isinstance(printer, dict) else {}
        name = self._name("printer", str(about.get("IPAddress", "")), about)
        return self._payload(f"printer.{name}", {**own, "AirPrint": [printer]})

    def _name(self, mark: str, title: str, content: Content) -> str:
        """Name an entry; what a profile says twice gets two names, the same in all profiles."""
        text = f"{mark} {_text(content)}"
        self._met[text] += 1
        return self._names.name(mark, title, f"{text} {self._met[text]}")

    def _payload(self, name: str, content: Content, *, named: bool = False) -> Payload:
        kind = str(content["PayloadType"])
        own = simplified(kind, content)[0]
        del own["PayloadType"]
        own |= {_NAMES: content[_NAMES]} if named else {}
        return Payload(name, kind, self._trial.covered(kind, own))


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, default=repr)
