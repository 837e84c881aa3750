"""How an editor learns which schema a file has: a first line in it, or settings of the editor."""

import json
import re
from collections.abc import Mapping

SCHEMA_BY_PLACE = {
    "authority.yml": "authority.json",
    "catalogue.yml": "catalogue.json",
    "groups/*.yml": "group.json",
    "municipalities/*.yml": "municipality.json",
    "owners/*.yml": "owner.json",
    "schools/*.yml": "school.json",
    "playbooks/*.yml": "playbook.json",
    "playbooks/roles/*/role.yml": "role.json",
}
"""The YAML files of an inventory that have a schema, as patterns."""

_MODELINE = re.compile(r"#\s+(?:yaml-language-server\s*:|\$schema:)[^\r\n]*")


def modeline(schema: str) -> str:
    """Return the line that names the schema at ``schema``, a path relative to the file.

    Source: README of redhat-developer/yaml-language-server, "Using inlined schema"; JetBrains'
    editors read the same line.
    """
    return f"# yaml-language-server: $schema={schema}"


def with_modeline(text: str, schema: str) -> str:
    """Return the text with that line: mended where its first comments have one, else put on top.

    All other lines stay as they are, and so do a byte order mark and the ends of lines.
    """
    mark, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    wanted = modeline(schema)
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith("#"):
            break
        if found := _MODELINE.match(line):
            return mark + text[:at] + wanted + text[at + found.end() :]
        at += len(line)
    end = "\r\n" if "\r\n" in text else "\n"
    return f"{mark}{wanted}{end}{text}"


def vscode_settings(place_by_schema: Mapping[str, str]) -> str:
    """Return what belongs into ``.vscode/settings.json``, for Red Hat's YAML extension.

    ``place_by_schema`` maps paths of schemas to patterns of files. ``!secret NAME`` is a tag of
    ours; without that line the extension calls it unresolved.
    """
    settings = {
        "yaml.schemas": dict(place_by_schema),
        "yaml.customTags": ["!secret scalar"],
    }
    return json.dumps(settings, ensure_ascii=False, indent=2)
