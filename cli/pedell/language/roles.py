"""Server roles: ``roles/<name>/role.yml`` with its templates."""

from collections.abc import Iterator, Mapping

from pedell.model import Document, Folder, Problem, Role, RoleResource, Source, tell

SERVER_KINDS = (
    "package", "file", "template", "directory", "service", "command", "symlink", "group", "user",
    "ssh_key", "block", "sysctl", "sudo_rule",
)  # fmt: skip
_ALSO_FIELDS = ("group", "user")
"""Beside another kind these are fields of it: a file has a group, and a user too."""
_OURS = ("needs", "needed_by", "tags")


def read_roles(folder: Folder) -> tuple[Mapping[str, Role], tuple[Problem, ...]]:
    """Return all roles by name, and what is wrong with them."""
    problems: list[Problem] = []
    roles = {}
    for document in folder.documents:
        if document.relative.startswith("roles/"):
            name = document.relative.split("/")[1]
            stated = document.value["role"]
            if stated != name:
                detail = tell(
                    'The folder is called {name}, the id inside is "{id}".', name=name, id=stated
                )
                problems.append(Problem("E0115", detail, document.source(("role",))))
            roles[name] = Role(
                name=name,
                defaults=document.value.get("defaults", {}),
                resources=tuple(_resources(document, problems)),
                templates=dict(_templates(folder, name, problems)),
                source=document.source(),
            )
    return roles, tuple(problems)


def _templates(folder: Folder, role: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    home = f"roles/{role}/templates/"
    for relative, asset in folder.assets.items():
        if not relative.startswith(home):
            continue
        try:
            yield relative.removeprefix(home), asset.content.decode("utf-8")
        except UnicodeDecodeError:
            detail = tell("A template is UTF-8 text. Save it so in your editor.")
            problems.append(Problem("E0101", detail, Source(asset.path, 1, 1)))


def _resources(document: Document, problems: list[Problem]) -> Iterator[RoleResource]:
    first: dict[str, Source] = {}
    for number, entry in enumerate(document.value["resources"]):
        kinds = _kinds(entry)
        source = document.source(("resources", number))
        if len(kinds) != 1:
            detail = tell("Begin with exactly one of: {kinds}.", kinds=", ".join(SERVER_KINDS))
            problems.append(Problem("E0111", detail, source))
            continue
        before = first.setdefault(f"{kinds[0]}/{entry[kinds[0]]}", source)
        if before != source:
            kind, name = kinds[0], entry[kinds[0]]
            detail = tell(
                '{kind} "{name}" stands already at {place}.', kind=kind, name=name, place=before
            )
            problems.append(Problem("E0201", detail, source))
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
    named = [kind for kind in SERVER_KINDS if kind in entry]
    return [kind for kind in named if kind not in _ALSO_FIELDS] or named[-1:]
