"""A server's certificate, completed: who issues it, with which secret, and what devices trust."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from pedell.certificates.trust import NAME, is_within, key_of
from pedell.language.nearest import did_you_mean
from pedell.model import Problem, Resource, Sealed, Spec, Value, Words, tell, tell_row

KIND = "server_certificate"
_DAYS, _RENEW_BEFORE = 398, 30


@dataclass(frozen=True, slots=True)
class Completed:
    """The resources of a server with their certificates completed, and what is wrong with them."""

    resources: tuple[Resource, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _About:
    """What the certificate of an authority says, or why it cannot sign."""

    label: str = ""
    domains: tuple[str, ...] = ()
    reason: str | Words = ""


def complete_certificates(
    resources: Iterable[Resource],
    authorities: Mapping[str, str],
    seal: Callable[[str], str | None],
) -> Completed:
    """Fill in what follows from the catalogue (name → PEM); other kinds pass through."""
    found: list[Resource] = []
    problems: list[Problem] = []
    for one in resources:
        if one.address.kind != KIND:
            found.append(one)
            continue
        wrong = list(_problems(one, authorities))
        problems += wrong
        if not wrong:
            found.append(replace(one, spec=_completed(one, authorities, seal)))
    return Completed(tuple(found), tuple(problems))


def names_of_two(desired: Iterable[Resource]) -> Iterator[Problem]:
    """Yield each name that certificates of two schools carry, once: one could pose as the other."""
    first: dict[str, Resource] = {}
    told: set[str] = set()
    for one in desired:
        if one.address.kind == KIND:
            for name in _names(one.spec):
                other = first.setdefault(name, one)
                if other.address.school != one.address.school and name not in told:
                    told.add(name)
                    detail = tell(
                        "{name} is a name of the server of {other} already: {school} could pose as"
                        " it. Each school needs names of its own, such as radius.{place}.",
                        name=name,
                        other=other.address.school,
                        school=one.address.school,
                        place="${school.id}.example.org",
                    )
                    yield Problem("E0264", detail, one.source)


def _problems(one: Resource, authorities: Mapping[str, str]) -> Iterator[Problem]:
    who, thing = str(one.spec.get("authority")), f"{KIND} {one.address.name}"
    wrong = [name for name in _names(one.spec) if not NAME.fullmatch(name)]
    if wrong:
        detail = tell(
            '{thing}: "{name}" is no DNS name: small letters, a dot, no wildcard.',
            thing=thing,
            name=wrong[0],
        )
        yield Problem("E0264", detail, one.source)
    if _number(one.spec, "renew_before", _RENEW_BEFORE) >= _number(one.spec, "days", _DAYS):
        detail = tell(
            "{thing}: it would be due as soon as it is made. Give renew_before fewer days.",
            thing=thing,
        )
        yield Problem("E0264", detail, one.source)
    if who in authorities:
        yield from _hindrances(one, thing, who, _about(authorities[who]))
    else:
        meant = did_you_mean(who, authorities)
        detail = tell('"{name}" is not in the catalogue. {meant}', name=who, meant=meant)
        yield Problem("E0234", detail, one.source)


def _hindrances(one: Resource, thing: str, who: str, about: _About) -> Iterator[Problem]:
    """Yield why an authority of the catalogue cannot sign this."""
    if about.reason:
        detail = tell(
            "{thing}: the certificate of {authority} cannot sign: {reason}.",
            thing=thing,
            authority=who,
            reason=about.reason,
        )
        yield Problem("E0264", detail, one.source)
    elif outside := [name for name in _names(one.spec) if not is_within(name, about.domains)]:
        detail = tell(
            "{thing}: {authority} signs names below {domains} only, not {name}.",
            thing=thing,
            authority=who,
            domains=tell_row("{first}, {last}", about.domains),
            name=outside[0],
        )
        yield Problem("E0264", detail, one.source)


def _completed(
    one: Resource, authorities: Mapping[str, str], seal: Callable[[str], str | None]
) -> Spec:
    spec, pem = one.spec, authorities[str(one.spec["authority"])]
    if spec.get("given"):
        what, secret = "chain", chain_of(one.address.school, one.address.name)
    else:
        what, secret = "key", key_of(str(spec["authority"]))
    filled: dict[str, Value] = {
        "issuer": _about(pem).label,
        "anchor": pem,
        "key": "there and fitting",
        "lifetime": f"{_number(spec, 'renew_before', _RENEW_BEFORE)} days or more",
        "secrets": {what: Sealed(secret, seal(secret))},
    }
    return {**spec, **filled}


def chain_of(school: str, name: str) -> str:
    """Return the name of the secret that holds a chain which somebody else has signed."""
    return f"{school}-{re.sub(r'[^A-Za-z0-9.-]', '-', name)}-chain"


@cache
def _about(pem: str) -> _About:
    # a heavy library: only an inventory whose servers have certificates loads it
    from pedell.certificates.certificate import read_certificates

    try:
        first = read_certificates(pem)[0]
    except ValueError as error:
        return _About(reason=error.args[0])
    if not first.is_authority:
        why = tell("it is the certificate of a server and not of an authority")
        return _About(reason=why)
    return _About(first.label, first.domains)


def _names(spec: Spec) -> list[str]:
    names = spec.get("names")
    return [str(one) for one in names] if isinstance(names, list | tuple) else []


def _number(spec: Spec, field: str, otherwise: int) -> int:
    value = spec.get(field)
    return value if isinstance(value, int) else otherwise
