"""Server roles, ``roles/<name>/role.yml``, and kinds of services, which are written like them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from pedell.model import (
    Document,
    Folder,
    Pointer,
    Problem,
    Role,
    RoleResource,
    SecretName,
    Source,
    Spec,
    Value,
    tell,
)

SERVICES = (
    "radius", "dhcp_reservations", "dns_records", "web_filter", "proxy_pac", "file_share",
    "content_cache",
)  # fmt: skip
"""Kinds with a meaning: each is written in plain kinds, ``services/<kind>/service.yml``."""
SERVER_KINDS = (
    "package", "file", "template", "directory", "service", "command", "symlink", "group", "user",
    "ssh_key", "block", "sysctl", "sudo_rule", "reboot", "server_certificate",
    "timer", "line_in_file", "ntp", "certificate_authority", "firewall",
    "verify_eap", "verify_dhcp", "verify_dns", "verify_http", "verify_tcp", "verify_certificate",
    *SERVICES,
)  # fmt: skip
_ALSO_FIELDS = ("group", "user")
"""Beside another kind these are fields of it: a file has a group, and a user too."""
_OURS = ("needs", "needed_by", "tags")
_OF_SERVICES = ("when", "each")

FindService: TypeAlias = Callable[[str], Role]
"""Returns a kind of service by its name."""


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


def read_service(
    document: Document, templates: Mapping[str, str], schema: Mapping[str, Any]
) -> Role:
    """Return a kind of service: its resources, its templates, what its parameters are left out.

    The file comes with Pedell, and tests hold that it is sound. ``schema`` is that of its
    parameters; one without a default is None.
    """
    resources = _resources(document, [], _OF_SERVICES)
    return Role(
        name=document.value["service_kind"],
        defaults={name: _default(field) for name, field in schema["properties"].items()},
        resources=tuple(resources),
        templates=templates,
        source=document.source(),
    )


def _default(field: Mapping[str, Any]) -> Value:
    value: Value = field.get("default")
    return SecretName(value) if field.get("x-secret") and isinstance(value, str) else value


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


def _resources(
    document: Document, problems: list[Problem], more: tuple[str, ...] = ()
) -> Iterator[RoleResource]:
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
        yield _resource(kinds[0], entry, source, _places(document, number), more)


def _resource(
    kind: str,
    entry: Mapping[str, Any],
    source: Source,
    places: Mapping[Pointer, Source],
    more: tuple[str, ...],
) -> RoleResource:
    spec: Spec = {key: v for key, v in entry.items() if key not in (kind, *_OURS, *more)}
    return RoleResource(
        kind=kind,
        name=entry[kind],
        spec=spec,
        needs=tuple(entry.get("needs", [])),
        needed_by=tuple(entry.get("needed_by", [])),
        tags=tuple(entry.get("tags", [])),
        source=source,
        places=places,
        when=entry.get("when", {}) if "when" in more else {},
        each=entry.get("each", "") if "each" in more else "",
    )


def _places(document: Document, number: int) -> Mapping[Pointer, Source]:
    return {
        at[2:]: Source(document.path, *place)
        for at, place in document.values.items()
        if at[:2] == ("resources", number) and len(at) > 2
    }


def _kinds(entry: Mapping[str, object]) -> list[str]:
    named = [kind for kind in SERVER_KINDS if kind in entry]
    return [kind for kind in named if kind not in _ALSO_FIELDS] or named[-1:]
