"""The authorities that a server itself trusts, completed with their certificates. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pedell.language.nearest import did_you_mean
from pedell.model import Problem, Resource, tell

KIND = "certificate_authority"
_BEGIN = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class Completed:
    """The resources of a server with what they trust completed, and what is wrong with them."""

    resources: tuple[Resource, ...]
    problems: tuple[Problem, ...]


def complete_trust(resources: Iterable[Resource], authorities: Mapping[str, str]) -> Completed:
    """Fill in the certificates of the catalogue (name → PEM); other kinds pass through.

    Left out, ``certificate`` is the one with the name of the resource. Who brings a ``pem`` of his
    own needs none of the catalogue.
    """
    filled = [_filled(one, authorities) for one in resources]
    problems = [problem for one in filled for problem in _problems(one, authorities)]
    return Completed(tuple(filled), tuple(problems))


def _filled(one: Resource, authorities: Mapping[str, str]) -> Resource:
    if one.address.kind != KIND or "pem" in one.spec:
        return one
    pem = authorities.get(_name(one))
    return replace(one, spec={**one.spec, "pem": pem}) if pem else one


def _problems(one: Resource, authorities: Mapping[str, str]) -> Iterator[Problem]:
    if one.address.kind != KIND:
        return
    if "pem" not in one.spec:
        meant = did_you_mean(_name(one), authorities)
        detail = tell('"{name}" is not in the catalogue. {meant}', name=_name(one), meant=meant)
        yield Problem("E0234", detail, one.source)
    elif (count := str(one.spec["pem"]).count(_BEGIN)) != 1:
        detail = tell(
            "{thing}: it holds {count} certificates; the list of a server takes one a name.",
            thing=f"{KIND} {one.address.name}",
            count=count,
        )
        yield Problem("E0113", detail, one.source)


def _name(one: Resource) -> str:
    return str(one.spec.get("certificate") or one.address.name)
