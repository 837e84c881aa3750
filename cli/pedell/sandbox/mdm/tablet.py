"""A simulated tablet: what it is, what it holds, and what it does with each command."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from pedell.sandbox.mdm.eligible import Nature
from pedell.sandbox.mdm.enrolments import SHARED_USER
from pedell.sandbox.mdm.plists import fragment, load_payload

OS_VERSION, NEWEST = "26.1", "27.0"
TOPIC = "com.apple.mgmt.External.5f0c7d0a-1d35-4f0e-9d6e-0b7a3c4e2d11"


class AppState(StrEnum):
    """How far an app has come."""

    INSTALLING = "Installing"
    MANAGED = "Managed"


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A configuration profile; tablets with the same bytes share one. ``listing`` is its entry.

    ``kinds`` are the types of its payloads. At ``ends``, in UTC, it removes itself.
    """

    identifier: str
    uuid: str
    payload: bytes
    listing: bytes
    kinds: tuple[str, ...] = ()
    ends: datetime.datetime | None = None

    def document(self) -> dict[str, Any]:
        """Return its content, decoded."""
        return load_payload(self.payload)


@dataclass(frozen=True, slots=True)
class HeldDeclaration:
    """A declaration on a tablet, with the bytes it was fetched as."""

    kind: str
    token: str
    content: bytes


@dataclass(slots=True, eq=False)
class Tablet:
    """One tablet. ``pushed`` is a push that it slept through; ``draws`` counts its random draws.

    ``configurations`` is what apps were told, by bundle id; ``store`` the App Store: number of an
    app → bundle id. ``user`` is the short name of whoever is signed in, where this is the channel
    of a shared iPad's user. ``due`` says of apps that are being installed when they will be there,
    in seconds of the monotonic clock, ``visit`` is the poll that has been noted for the first.
    """

    serial: str
    udid: str
    model: str
    school: str
    cohort: str
    os: str = OS_VERSION
    supervised: bool = True
    shared: bool = False
    user: str = ""
    profiles: dict[str, Profile] = field(default_factory=dict)
    apps: dict[str, AppState] = field(default_factory=dict)
    configurations: dict[str, dict[str, Any]] = field(default_factory=dict)
    store: Mapping[str, str] = field(default_factory=dict)
    declarations: dict[str, HeldDeclaration] = field(default_factory=dict)
    token: str = ""
    asleep: bool = False
    locked: bool = False
    enrolled: bool = False
    pushed: bool = False
    scheduled: bool = False
    draws: int = 0
    doubled: int = 0
    due: dict[str, float] = field(default_factory=dict)
    visit: float = 0.0

    @property
    def enrolment(self) -> str:
        """The id under which the server knows this channel."""
        return f"{self.udid}:{self.user}" if self.user else self.udid

    @property
    def voice(self) -> dict[str, str]:
        """The keys of every message that say who speaks."""
        if not self.user:
            return {"UDID": self.udid}
        names = {"UserShortName": self.user, "UserLongName": self.user}
        return {"UDID": self.udid, "UserID": SHARED_USER, **names}

    @property
    def nature(self) -> Nature:
        """What decides over what it takes."""
        return Nature(self.os, self.supervised, self.shared, bool(self.user))

    def install_apps(self, now: float) -> bool:
        """Finish what is due at ``now``, of the monotonic clock; tell whether there was any."""
        ready = [
            app
            for app, state in self.apps.items()
            if state is AppState.INSTALLING and self.due.get(app, now) <= now
        ]
        self.apps.update(dict.fromkeys(ready, AppState.MANAGED))
        self.due = {app: then for app, then in self.due.items() if app not in ready}
        return bool(ready)

    def wipe(self) -> None:
        """Forget all that management put there, as leaving management does."""
        self.profiles = {}
        self.apps, self.due = {}, {}
        self.configurations = {}
        self.declarations = {}
        self.token = ""

    def drop_ended(self, now: datetime.datetime) -> None:
        """Remove the profiles whose time is over; ``now`` in UTC."""
        over = [name for name, each in self.profiles.items() if each.ends and each.ends <= now]
        for name in over:
            del self.profiles[name]

    def update(self) -> None:
        """Install the newest system; at the next sync it judges its declarations anew."""
        self.os, self.token = NEWEST, ""

    def draw(self, seed: int) -> float:
        """Return its next random number in [0, 1), the same in every run of that seed."""
        self.draws += 1
        digest = blake2b(f"{seed}/{self.serial}/{self.draws}".encode(), digest_size=6).digest()
        return int.from_bytes(digest, "big") / (1 << 48)


def udid_of(serial: str) -> str:
    """Return the UDID of an invented tablet: uuid5 of its serial, in capitals."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, serial)).upper()


@lru_cache(maxsize=4096)
def read_profile(payload: bytes) -> Profile:
    """Read the payload of an InstallProfile command, or raise ValueError."""
    document = load_payload(payload)
    identifier, number = document.get("PayloadIdentifier"), document.get("PayloadUUID")
    if not identifier or not number or document.get("PayloadType") != "Configuration":
        raise ValueError("not a configuration profile")
    contents = document.get("PayloadContent") or []
    if not all(isinstance(each, dict) and each.get("PayloadType") for each in contents):
        raise ValueError("a payload has no type")
    ends = document.get("RemovalDate")
    kinds = tuple(sorted({str(each["PayloadType"]) for each in contents}))
    listing = _listing(document, contents)
    return Profile(str(identifier), str(number), payload, listing, kinds, ends)


def _listing(document: dict[str, Any], contents: list[dict[str, Any]]) -> bytes:
    """Render its entry of a ProfileList: identifiers and UUIDs, never the settings."""
    entry = {
        "PayloadIdentifier": document["PayloadIdentifier"],
        "PayloadUUID": document["PayloadUUID"],
        "PayloadType": document["PayloadType"],
        "PayloadVersion": document.get("PayloadVersion", 1),
        "PayloadDisplayName": document.get("PayloadDisplayName", ""),
        "IsManaged": True,
        "IsEncrypted": False,
        "PayloadContent": [
            {
                "PayloadType": each["PayloadType"],
                "PayloadIdentifier": each.get("PayloadIdentifier", ""),
                "PayloadUUID": each.get("PayloadUUID", ""),
                "PayloadVersion": each.get("PayloadVersion", 1),
            }
            for each in contents
        ],
    }
    return b"<dict>" + fragment(entry) + b"</dict>"
