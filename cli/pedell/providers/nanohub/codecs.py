"""Our words and NanoHUB's, both ways (pure)."""

import plistlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pedell.model import Address, Sealed, Spec, Value
from pedell.payloads.apple import PROFILES, Payload, compile_profile, profile_uuid
from pedell.providers.nanohub.names import Names
from pedell.transports.strict_json import read_json

INSTALL, REMOVE = "InstallProfile", "RemoveProfile"
LIST, SYNC = "ProfileList", "DeclarativeManagement"
MEMBER = "SetMembership"  # no command of Apple's: our note that a device was put into a set


@dataclass(frozen=True, slots=True)
class Profile:
    """A resource as a profile, its secrets still sealed; ``uuid`` names the content.

    Devices show it as the profile's PayloadUUID.
    """

    identifier: str
    title: str
    payloads: Sequence[Payload]
    uuid: str

    def compile(self, reveal: Callable[[str], str]) -> bytes:
        """Write it as devices read it, with the secrets in it."""
        return compile_profile(self.identifier, self.title, self.payloads, reveal, self.uuid)


def profile_of(names: Names, address: Address, spec: Spec) -> Profile:
    """Write a spec as a profile. Raises ValueError where it cannot be written."""
    name = names.identifier(address)
    title = f"{address.name} ({address.kind}, {address.school} {address.place})"
    payloads = PROFILES[address.kind].encode(spec)
    content = profile_uuid(name, title, payloads)
    return Profile(name, title, payloads, names.uuid(address, content))


def opened(value: Value, book: Value) -> Value:
    """Fill in fingerprints that nobody here could compute from those that ``book`` remembers.

    So a plan made without the vault still knows an unchanged password for what it is.
    """
    match value, book:
        case Sealed(name, None), Sealed(other, fingerprint) if name == other:
            return Sealed(name, fingerprint)
        case Mapping(), Mapping():
            return {key: opened(child, book.get(key)) for key, child in value.items()}
        case _:
            return value


def resealed(value: Value, fingerprint: Callable[[str], str | None]) -> Value:
    """Fill in fingerprints that were not known where the plan was made."""
    match value:
        case Sealed(name, None):
            return Sealed(name, fingerprint(name))
        case Mapping():
            return {key: resealed(child, fingerprint) for key, child in value.items()}
        case _:
            return value


def write_command(uuid: str, fields: Mapping[str, object]) -> bytes:
    """Write one command as the enqueue endpoint wants it."""
    return plistlib.dumps({"CommandUUID": uuid, "Command": dict(fields)})


@dataclass(frozen=True, slots=True)
class Taken:
    """How the MDM took a command or a push. ``refusal`` concerns all devices.

    ``refused`` and ``unpushed`` map enrolment ids to what went wrong with each.
    """

    refusal: str = ""
    push_error: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    unpushed: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_repeat(self) -> bool:
        """True where the same CommandUUID was there already: it is queued, and stays so once.

        Source: facts of NanoMDM v0.9.0; the texts of its key-value, PostgreSQL, MySQL storages.
        """
        texts = ("already exists", "duplicate key", "duplicate entry")
        return any(text in self.refusal.lower() for text in texts)


def read_taken(body: bytes) -> Taken:
    """Read an APIResult whatever its HTTP status: 500 may mean that only the push failed.

    Raises ValueError where it is none.
    """
    match read_json(body):
        case {"error": str(error)}:
            return Taken(refusal=error)
        case dict(result) if result.keys() & {
            "no_push",
            "command_uuid",
            "status",
            "push_error",
        } or ("command_error" in result):
            status = result.get("status") or {}
            return Taken(
                refusal=str(result.get("command_error", "")),
                push_error=str(result.get("push_error", "")),
                refused=_errors(status, "command_error"),
                unpushed=_errors(status, "push_error"),
            )
    raise ValueError("not the answer of an MDM")


def _errors(status: Any, key: str) -> dict[str, str]:
    if not isinstance(status, dict):
        raise ValueError("not the answer of an MDM")  # noqa: TRY004  # the answer is wrong, not us
    return {
        name: str(one[key]) for name, one in status.items() if isinstance(one, dict) and key in one
    }


def read_names(body: bytes) -> frozenset[str]:
    """Read a list of names, which is ``null`` where it is empty. Raises ValueError."""
    names = read_json(body)
    if not isinstance(names, list | None):
        raise ValueError("not a list of names")  # noqa: TRY004  # the answer is wrong, not us
    return frozenset(map(str, names or ()))


@dataclass(frozen=True, slots=True)
class Report:
    """What a device last said about one declaration; ``received`` is the MDM's time (ISO 8601)."""

    token: str
    is_current: bool
    is_active: bool
    is_valid: bool
    is_refused: bool
    reason: str
    received: str = ""

    @property
    def is_held(self) -> bool:
        """True where the device keeps what the server holds (facts: convergence)."""
        return self.is_current and self.is_active and self.is_valid


def read_reports(body: bytes) -> Mapping[str, Mapping[str, Report]]:
    """Read a declaration status: enrolment id → identifier → report. Raises ValueError."""
    found = read_json(body)
    if not isinstance(found, dict):
        raise ValueError("not a declaration status")  # noqa: TRY004  # the answer is wrong, not us
    return {
        enrolment: {
            str(one.get("identifier")): _report(one) for one in rows or () if isinstance(one, dict)
        }
        for enrolment, rows in found.items()
        if isinstance(rows, list | None)
    }


def _report(one: Mapping[str, Any]) -> Report:
    reasons = one.get("reasons")
    first = reasons[0] if isinstance(reasons, list) and reasons else {}
    return Report(
        token=str(one.get("server-token", "")),
        is_current=one.get("current") is True,
        is_active=one.get("active") is True,
        is_valid=one.get("valid") == "valid",
        is_refused=one.get("valid") == "invalid",
        reason=str(first.get("description", "") if isinstance(first, dict) else "")[:200],
        received=str(one.get("status_received", "")),
    )
