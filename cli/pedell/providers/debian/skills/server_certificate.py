"""A server's certificate: key and request are made on the server, the authority signs them here.

A new key waits beside the old one under the name of the key and ``.pedell-next``, and takes its
place together with the certificate. What is in use is replaced only by what fits together.
"""

import datetime
from collections.abc import Mapping

from pedell.certificates.trust import NAME
from pedell.model import Sealed, Secret, Spec, Value
from pedell.providers.debian.paths import plain_path
from pedell.providers.debian.skills.server_certificate_shell import LOOK, WORK
from pedell.providers.debian.skills.skill import Skill, Words, text

DAYS, RENEW_BEFORE, KEY_TYPE = 398, 30, "ec-p256"
_OFF = datetime.timedelta(hours=12)
"""How far the server's clock may be from ours before nothing is signed."""


def _names(spec: Spec) -> list[str]:
    names = spec.get("names")
    return list(dict.fromkeys(map(str, names))) if isinstance(names, list | tuple) else []


def _number(spec: Spec, field: str, otherwise: int) -> int:
    value = spec.get(field)
    return value if isinstance(value, int) else otherwise


def _places(spec: Spec) -> tuple[str, str]:
    return plain_path(text(spec, "path")), plain_path(text(spec, "key_path"))


def _unfit(_name: str, spec: Spec) -> str:
    if not spec:
        return ""
    wrong = [name for name in _names(spec) if not NAME.fullmatch(name)]
    if wrong:
        return f"{wrong[0]!r} is no DNS name in small letters"
    path, key = _places(spec)
    return "the key and the certificate need a file each" if path == key else ""


def _ask(_name: str, spec: Spec) -> Words:
    return ("ask_server_certificate", *_places(spec))


def _read(_name: str, spec: Spec, answer: str) -> Spec | None:
    clock, _, rest = answer.partition("\n")
    rights, _, rest = rest.partition("\n")
    key, _, chain = rest.partition("\n")
    if not clock.isdigit():
        return None
    seen: dict[str, Value] = {}
    if rights.count(" ") == 2:
        seen["owner"], seen["group"], mode = rights.split(" ")
        seen["mode"] = str(mode).zfill(4)
    now = datetime.datetime.fromtimestamp(int(clock), datetime.UTC)
    return {**seen, **_read_chain(spec, chain, key, now)}


def _read_chain(spec: Spec, chain: str, key: str, now: datetime.datetime) -> Spec:
    """Say what a chain has that differs from what is wanted; ``key`` names the key beside it."""
    from pedell.certificates.certificate import is_issued_by, read_certificates

    try:
        first = read_certificates(chain)[0]
        is_ours = is_issued_by(chain, text(spec, "anchor"))
    except ValueError:
        return {"key": "no certificate", "issuer": "nobody", "names": []}
    seen: dict[str, Value] = {"key_type": first.key_type}
    if key != first.key:
        seen["key"] = "of another certificate" if key else "missing"
    if not is_ours:
        is_forged = first.issuer_label == spec.get("issuer")
        seen["issuer"] = f"forged: {first.issuer_label}" if is_forged else first.issuer_label
    if first.ends - now < datetime.timedelta(days=_number(spec, "renew_before", RENEW_BEFORE)):
        seen["lifetime"] = _left(first.ends - now, first.ends)
    wanted, held = set(_names(spec)), set(first.names)
    if not (wanted <= held if spec.get("given") else wanted == held):
        seen["names"] = [*first.names]
    return seen


def _left(left: datetime.timedelta, ends: datetime.datetime) -> str:
    """Say when it ends, the same words every day: a saved plan compares them again."""
    return f"{'over since' if left < datetime.timedelta() else 'until'} {ends.date()}"


def _put(_name: str, spec: Spec) -> Words:
    rights = (text(spec, "owner"), text(spec, "group"), text(spec, "mode"))
    seconds = _number(spec, "renew_before", RENEW_BEFORE) * 86400
    return (
        "put_server_certificate",
        *_places(spec),
        *rights,
        text(spec, "key_type") or KEY_TYPE,
        " ".join(_names(spec)),  # the first is what people see
        str(seconds),
        text(spec, "anchor"),
        "given" if spec.get("given") else "",
    )


def _remove(_name: str, spec: Spec) -> Words:
    return ("remove_server_certificate", *_places(spec))


def _answer(_name: str, spec: Spec, said: bytes, secrets: Mapping[str, Secret]) -> bytes:
    """Sign the request, or take the chain that was given for it. Raises ValueError."""
    from pedell.certificates.authority import Authority
    from pedell.certificates.issuing import sign_request

    clock, _, request = said.decode("ascii", "replace").partition("\n")
    now = datetime.datetime.now(datetime.UTC)
    _check_clock(clock, now)
    sealed = spec.get("secrets")
    named = next(iter(sealed.values()), None) if isinstance(sealed, Mapping) else None
    secret = named.name if isinstance(named, Sealed) else ""
    value = secrets[secret].reveal() if secret in secrets else ""
    if spec.get("given"):
        return _given(spec, request, secret, value, now)
    if not value:
        who = text(spec, "authority")
        raise ValueError(
            f"the key of {who} cannot be opened here (secret {secret}): run it where that opens;"
            f" if somebody else signs for {who}: given: true"
        )
    authority, days = Authority(value, text(spec, "anchor")), _number(spec, "days", DAYS)
    return sign_request(request, authority, _names(spec), days, now).encode()


def _given(spec: Spec, request: str, secret: str, chain: str, now: datetime.datetime) -> bytes:
    from pedell.certificates.issuing import check_chain

    way = f"have {text(spec, 'key_path')}.csr signed, then: pedell secret set {secret}"
    if not chain:
        raise ValueError(f"the request waits on the server: {way}")
    try:
        check_chain(chain, request, text(spec, "anchor"), _names(spec), now)
    except ValueError as error:
        raise ValueError(f"{error}: {way}") from None
    return chain.encode()


def _check_clock(said: str, now: datetime.datetime) -> None:
    clock = int(said) if said.isdigit() and len(said) < 12 else 0
    there = datetime.datetime.fromtimestamp(clock, datetime.UTC)
    if abs(there - now) > _OFF:
        raise ValueError(
            f"the server's clock says {there:%Y-%m-%d %H:%M} UTC, here it is {now:%Y-%m-%d %H:%M}:"
            " nothing is signed before both agree (timedatectl)"
        )


SERVER_CERTIFICATE = Skill(
    ask=_ask,
    read=_read,
    put=_put,
    remove=_remove,
    look=LOOK,
    work=WORK,
    unfit=_unfit,
    home=("path", "key_path"),
    answer=_answer,
)
