"""Addresses of an MDM in ``authority.yml``: whole, guarded, and without a login in them."""

from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, urlsplit

from pedell.model import Document, Pointer, Problem, Source, Words, is_this_machine, tell

ADDRESSES = ("url", "ddm_url")
"""Where NanoHUB or NanoMDM answers, and where the KMFDDM beside a NanoMDM does."""


def check_addresses(authority: Document) -> Iterator[Problem]:
    """Find the addresses that nobody should speak to, and those that lack the other half."""
    for name, settings in authority.value["targets"].items():
        at = ("targets", name)
        for key, missing, detail in _halves():
            if key in settings and missing not in settings:
                yield Problem("E0111", detail, authority.key_source((*at, key)))
        yield from _unguarded(settings.get("database", {}), authority, (*at, "database"))
        for key in ADDRESSES:
            if isinstance(said := settings.get(key), str):
                yield from _unfit(key, said, authority.source((*at, key)))


def _halves() -> tuple[tuple[str, str, Words], ...]:
    """Return key, what it cannot stand without, and the sentence that says so."""
    return (
        (
            "ddm_url",
            "url",
            tell("There KMFDDM answers. Say under url where the NanoMDM beside it does."),
        ),
        (
            "ddm_url",
            "ddm_credential",
            tell(
                "KMFDDM has a login of its own. "
                "Name the secret with its API key under ddm_credential."
            ),
        ),
        (
            "ddm_credential",
            "ddm_url",
            tell("It opens KMFDDM. Say under ddm_url where that answers, or leave it out."),
        ),
        (
            "database",
            "url",
            tell("It is NanoMDM's. Say under url where that NanoMDM answers."),
        ),
    )


def _unfit(key: str, said: str, source: Source) -> Iterator[Problem]:
    parts = _split(said)
    if parts is None or not parts.hostname:
        detail = tell("{key} is no address. It looks like https://mdm.example.org.", key=key)
        yield Problem("E0113", detail, source)
    elif parts.username is not None:
        detail = tell("Take the login out of the address, and change it: git keeps this one.")
        yield Problem("E0114", detail, source)
    elif parts.scheme != "https" and not is_this_machine(parts.hostname):
        detail = tell(
            "{key} is not encrypted and does not lead to this machine: everybody on the way "
            "could read the API key. Use https://.",
            key=key,
        )
        yield Problem("E0113", detail, source)


def _unguarded(database: Mapping[str, str], authority: Document, at: Pointer) -> Iterator[Problem]:
    host = database.get("host", "/")
    if not host.startswith("/") and not is_this_machine(host) and "ca" not in database:
        detail = tell(
            "{host} is not this machine. Say under ca which authority signed its certificate.",
            host=host,
        )
        yield Problem("E0111", detail, authority.source((*at, "host")))


def _split(said: str) -> SplitResult | None:
    try:
        parts = urlsplit(said)
        return parts if parts.port is None or parts.port else None
    except ValueError:  # brackets that do not close, a port that is none
        return None
