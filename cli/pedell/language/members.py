"""Who decides beside the authority: municipalities for their schools, owners for their cohorts."""

from collections.abc import Iterator, Mapping

from pedell.language.layers import read_layer
from pedell.language.nearest import did_you_mean
from pedell.model import Document, Layer, Municipality, Owner, Problem, tell


def read_municipality(document: Document) -> Municipality:
    """Read one file of ``municipalities/``."""
    name, source = document.value["municipality"], document.source(("municipality",))
    layer = read_layer("municipality", document, (), name)
    return Municipality(name, document.value["name"], layer, source)


def read_owner(document: Document) -> Owner:
    """Read one file of ``owners/``."""
    value, name = document.value, document.value["owner"]
    return Owner(
        id=name,
        name=value["name"],
        roles=frozenset(value["decides_for"]),
        accepts=frozenset(value.get("accepts", ())),
        layer=read_layer("owner", document, (), name),
        schools={
            school: read_layer("owner", document, ("schools", school), name)
            for school in value.get("schools", {})
        },
        source=document.source(("owner",)),
    )


def accepted_part(layer: Layer, accepts: frozenset[str]) -> Layer:
    """Return what an owner lets this layer say for its cohorts."""
    return Layer(
        layer.kind,
        layer.name,
        {at: said for at, said in layer.settings.items() if at[0] in accepts},
        {
            cohort: {at: said for at, said in settings.items() if at[0] in accepts}
            for cohort, settings in layer.cohorts.items()
        },
    )


def contested_roles(owners: Mapping[str, Owner]) -> Iterator[Problem]:
    """Yield where two owners claim the same role, and where one speaks of a role not its own."""
    first: dict[str, Owner] = {}
    for owner in owners.values():
        for role in sorted(owner.roles):
            other = first.setdefault(role, owner)
            if other is not owner:
                detail = tell(
                    'The cohorts "{role}" are those of "{other}" ({place}) already.',
                    role=role,
                    other=other.id,
                    place=other.source,
                )
                yield Problem("E0201", detail, owner.source)
        for layer in (owner.layer, *owner.schools.values()):
            yield from _of_others(owner, layer)


def unknown_schools(
    owners: Mapping[str, Owner], documents: Mapping[str, Document], schools: Mapping[str, object]
) -> Iterator[Problem]:
    """Yield where an owner says something for a school that there is not."""
    for owner in owners.values():
        document = documents[f"owners/{owner.id}.yml"]
        for name in owner.schools.keys() - schools.keys():
            detail = tell(
                '"{name}" is not known. {meant}', name=name, meant=did_you_mean(name, schools)
            )
            yield Problem("E0210", detail, document.key_source(("schools", name)))


def overreaching(layer: Layer, owner: Owner, cohort: str) -> Iterator[Problem]:
    """Yield what a municipality or a school says for a cohort that an owner decides for."""
    rights = [
        (str(at[1]), said)
        for at, said in layer.settings.items()
        if at[0] == "restrictions" and at[1] in owner.roles
    ]
    named = [
        (cohort, said)
        for at, said in layer.cohorts.get(cohort, {}).items()
        if at[0] not in owner.accepts
    ]
    for whose, said in (*rights, *named):
        detail = tell(
            '"{owner}" decides for the cohort "{cohort}" ({place}). Take it out and ask them.',
            owner=owner.name,
            cohort=whose,
            place=owner.source,
        )
        yield Problem("E0203", detail, said.source)


def _of_others(owner: Owner, layer: Layer) -> Iterator[Problem]:
    for at, said in layer.settings.items():
        if at[0] == "restrictions" and at[1] not in owner.roles:
            detail = tell(
                '"{role}" is none of the roles that "{owner}" decides for: {roles}.',
                role=at[1],
                owner=owner.id,
                roles=", ".join(sorted(owner.roles)),
            )
            yield Problem("E0203", detail, said.source)
