"""Targets: the systems of ``authority.yml``; what every school has of its own, once for each."""

import re
from collections.abc import Iterator, Mapping

from pedell.language.addresses import check_addresses
from pedell.language.nearest import did_you_mean
from pedell.model import Document, Problem, School, Source, Spec, Target, Value, tell, tell_row

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


def read_targets(
    authority: Document, schools: Mapping[str, School]
) -> tuple[Mapping[str, Target], tuple[Problem, ...]]:
    """Return all targets by id, and what is wrong with them."""
    problems = [*check_addresses(authority)]
    found = {target.id: target for target in _targets(authority, schools, problems)}
    return found, tuple(problems)


def _targets(
    authority: Document, schools: Mapping[str, School], problems: list[Problem]
) -> Iterator[Target]:
    for name, value in authority.value["targets"].items():
        source = authority.key_source(("targets", name))
        where = authority.source(("targets", name, "host"))
        settings = {key: said for key, said in value.items() if key not in ("provider", "per")}
        if value.get("per", "authority") == "authority":
            own = _aimed(settings, {}, where, problems)
            yield Target(name, name, value["provider"], "", own, source)
            continue
        for school in schools.values():
            server = school.variables.get("server")
            if server is None and "${school.server}" in str(settings.get("host")):
                continue  # whoever has no server has nothing to drive there
            fields = {"school.id": school.id, "school.server": server}
            own = _aimed(settings, fields, where, problems)
            yield Target(f"{name}/{school.id}", name, value["provider"], school.id, own, source)


def _aimed(
    settings: Spec,
    fields: Mapping[str, Value],
    source: Source,
    problems: list[Problem],
) -> Spec:
    """Fill in what the address asks of the school."""
    host = settings.get("host")
    if not isinstance(host, str):
        return settings
    for name in _PLACEHOLDER.findall(host):
        value = fields.get(name)
        if value is None:
            unknown = tell("{field} is not known here.", field=f"${{{name}}}")
            detail = tell_row("{first} {last}", [unknown, did_you_mean(name, fields)])
            problems.append(Problem("E0221", detail, source))
        host = host.replace(f"${{{name}}}", str(value or ""))
    return {**settings, "host": host}
