"""Who signs the profiles of which target: ``signing`` in ``authority.yml``."""

from collections.abc import Mapping

from pedell.language.nearest import did_you_mean
from pedell.model import Document, Problem, Signing, tell


def read_signing(
    authority: Document, certificates: Mapping[str, str]
) -> tuple[dict[str, Signing], tuple[Problem, ...]]:
    """Return name of the target → who signs there, and what is wrong with the names.

    ``certificates`` are those of the catalogue whose files could be read, name → PEM.
    """
    found: dict[str, Signing] = {}
    problems: list[Problem] = []
    for target, value in authority.value["targets"].items():
        said = value.get("signing")
        if said is None:
            continue
        source = authority.source(("targets", target, "signing", "certificate"))
        name = said["certificate"]
        if name in certificates:
            found[target] = Signing(name, certificates[name], said["credential"], source)
        else:
            meant = did_you_mean(name, certificates)
            detail = tell('"{name}" is not in the catalogue. {meant}', name=name, meant=meant)
            problems.append(Problem("E0234", detail, source))
    return found, tuple(problems)
