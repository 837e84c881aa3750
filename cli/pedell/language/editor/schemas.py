"""The schemas of the language, narrowed to the names of one inventory: what editors complete.

A name is an ``enum`` with ``enumDescriptions``, because that is what editors offer best: the YAML
language server of Red Hat completes ``enum`` everywhere, ``const`` not inside ``items``
(redhat-developer/vscode-yaml issue 1011), and shows ``enumDescriptions`` beside each value when it
completes and hovers (yaml-language-server, yamlCompletion.ts ``addEnumValueCompletions`` and
yamlHover.ts; looked at in version 1.25.0). They are plain text; Markdown out of a catalogue could
carry links. A block that is keyed by names lists them as ``properties`` too, since those are
completed with their own words, and ``propertyNames`` holds that there are no others; where the
mark ``x-new`` stands beside, another name is a new thing, which must say those keys. The server
also offers ``examples``, so those that could name what this inventory lacks are left out.
"""

from collections.abc import Mapping
from typing import Any

from pedell.language.editor.names import NameList, Names

NAMES_FILE = "names.json"
MARK = "x-names"
NEW = "x-new"
_REPLACED = ("$ref", "type", "pattern", "examples", MARK, NEW)
_HOLDING = ("properties", "items", "additionalProperties", "propertyNames", "oneOf", "anyOf")


def narrow_schemas(
    schemas: Mapping[str, Mapping[str, Any]], names: Names
) -> Mapping[str, Mapping[str, Any]]:
    """Return the schemas in which each place with the mark ``x-names`` takes just those names.

    Both map file names (``school.json``, ``kinds/wifi.json``) to JSON Schemas of draft 2020-12;
    ``names.json`` comes in addition, and the others refer to it. Where ``names`` has no list, the
    place stays as it is.
    """
    narrowed = {file: _Narrowing(file, names).schema(schema) for file, schema in schemas.items()}
    return {**narrowed, NAMES_FILE: _lists(names)}


def _lists(names: Names) -> Mapping[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Names",
        "description": "The names of this inventory. `pedell schema --write` writes them anew.",
        "$defs": {word: _list(names[word]) for word in sorted(names)},
    }


def _list(names: NameList) -> Mapping[str, Any]:
    if not names.words_by_name:  # an empty enum is no good schema for every editor
        none = f"{names.about} There is none yet."
        return {"description": none, "pattern": "(?!)", "patternErrorMessage": none}
    return {
        "type": "string",
        "description": names.about,
        "enum": list(names.words_by_name),
        "enumDescriptions": list(names.words_by_name.values()),
    }


class _Narrowing:
    """A walk through one schema; it holds where the lists are to be found from there."""

    def __init__(self, file: str, names: Names) -> None:
        self._lists = "../" * file.count("/") + NAMES_FILE
        self._names = names

    def schema(self, node: Any, at: str = "#") -> Any:
        """Return the part of the schema at the JSON Pointer ``at``, narrowed."""
        if isinstance(node, list):
            return [self.schema(one, f"{at}/{place}") for place, one in enumerate(node)]
        if not isinstance(node, dict):
            return node
        if node.get(MARK) in self._names:
            rest = {key: value for key, value in node.items() if key not in _REPLACED}
            return {"$ref": f"{self._lists}#/$defs/{node[MARK]}", **rest}
        below = {key: self.schema(one, f"{at}/{_escaped(key)}") for key, one in node.items()}
        if _is_holding(node):
            below.pop("examples", None)
            below |= self._keys(node, at)
        return below

    def _keys(self, node: Mapping[str, Any], at: str) -> Mapping[str, Any]:
        """List the keys of a block that is keyed by names, so that editors can say more of each.

        ``doNotSuggest`` keeps the YAML language server from offering each of them twice.
        """
        marked = node.get("propertyNames", {}).get(MARK)
        if marked not in self._names or not isinstance(node.get("additionalProperties"), dict):
            return {}
        entry = self.schema(node["additionalProperties"], f"{at}/additionalProperties")
        known = entry if "$ref" in entry else {"$ref": f"{at}/additionalProperties"}
        keys = {
            name: {**known, **({"description": words} if words else {})}
            for name, words in self._names[marked].words_by_name.items()
        }
        only = self.schema(node["propertyNames"])
        narrowed: dict[str, Any] = {"properties": keys}
        if new := node["propertyNames"].get(NEW):
            only = {"$ref": node["propertyNames"]["$ref"]}
            narrowed["additionalProperties"] = {**entry, "required": new}
        return {**narrowed, "propertyNames": {"doNotSuggest": True, "allOf": [only]}}


def _is_holding(node: Mapping[str, Any]) -> bool:
    """Tell whether a schema speaks of more than one plain value (a key may be called the same)."""
    return any(isinstance(node.get(key), (dict, list)) for key in _HOLDING) or "allOf" in node


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
