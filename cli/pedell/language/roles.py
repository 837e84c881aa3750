"""Server roles: ``roles/<name>/role.yml`` with its templates."""

from collections.abc import Iterator, Mapping

from pedell.model import Document, Folder, Problem, Role, RoleResource

SERVER_KINDS = ("package", "file", "template", "directory", "service", "command")
_OURS = ("needs", "needed_by", "tags")


def read_roles(folder: Folder) -> tuple[Mapping[str, Role], tuple[Problem, ...]]:
    """Return all roles by name, and what is wrong with them."""
    problems: list[Problem] = []
    roles = {}
    for document in folder.documents:
        if document.relative.startswith("roles/"):
            name = document.relative.split("/")[1]
            roles[name] = Role(
                name=name,
                defaults=document.value.get("defaults", {}),
                resources=tuple(_resources(document, problems)),
                templates=_templates(folder, name),
                source=document.source(),
            )
    return roles, tuple(problems)


def _templates(folder: Folder, role: str) -> Mapping[str, str]:
    home = f"roles/{role}/templates/"
    return {
        relative.removeprefix(home): asset.content.decode("utf-8", "replace")
        for relative, asset in folder.assets.items()
        if relative.startswith(home)
    }


def _resources(document: Document, problems: list[Problem]) -> Iterator[RoleResource]:
    for number, entry in enumerate(document.value["resources"]):
        kinds = _kinds(entry)
        source = document.source(("resources", number))
        if len(kinds) != 1:
            detail = f"Begin with exactly one of: {', '.join(SERVER_KINDS)}."
            problems.append(Problem("E0111", detail, source))
            continue
        yield RoleResource(
            kind=kinds[0],
            name=entry[kinds[0]],
            spec={key: value for key, value in entry.items() if key not in (kinds[0], *_OURS)},
            needs=tuple(entry.get("needs", [])),
            needed_by=tuple(entry.get("needed_by", [])),
            tags=tuple(entry.get("tags", [])),
            source=source,
        )


def _kinds(entry: Mapping[str, object]) -> list[str]:
    return [kind for kind in SERVER_KINDS if kind in entry]
