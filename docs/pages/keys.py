"""The page of keys: what each file of an inventory may say."""

from collections.abc import Iterable

from docs.pages.markdown import code, example, page, table
from docs.pages.schemas import Key, Schema, keys_of, resolved, type_in_words

LAYER_KEYS = (
    "wifi", "apps", "restrictions", "certificates", "presets", "profiles", "roles", "variables",
    "service", "handover", "cohorts",
)  # fmt: skip
MERGES = {
    "replace": "the highest layer wins",
    "union": "each layer adds names, or takes them away",
    "deep": "each field on its own: the highest layer that says it wins; of some the strictest",
}

FILES = (
    ("authority.yml", "authority.json"),
    ("catalogue.yml", "catalogue.json"),
    ("groups/NAME.yml", "group.json"),
    ("municipalities/NAME.yml", "municipality.json"),
    ("owners/NAME.yml", "owner.json"),
    ("schools/SCHOOL.yml", "school.json"),
    ("playbooks/NAME.yml", "playbook.json"),
    ("playbooks/roles/ROLE/role.yml", "role.json"),
)
_ELSEWHERE = ("layer.json#/$defs/", "kinds/")
_RIGHTS = "kinds/restrictions.json"


def keys_page() -> str:
    """Return every key of every file with type, description and example."""
    files = [(f"[`{file}`](#{_anchor(file)})", _about(schema)) for file, schema in FILES]
    layers = ("[the layers](#layers)", _about("layer.json"))
    return page(
        "Keys",
        "The files of an inventory, and what may stand in them. `NAME` stands for a name of your "
        "own, `[]` for the entries of a list; **must** marks what cannot be left out. An unknown "
        "key is an error. Editors read the same from `pedell schema --write FOLDER`.",
        table(("file", "what for"), [*files, layers]),
        *(_file(file, schema) for file, schema in FILES),
        _layers(),
    )


def _anchor(heading: str) -> str:
    return "".join(sign for sign in heading.lower() if sign.isalnum() or sign in "-_")


def _about(schema: str) -> str:
    return str(resolved({"$ref": schema}, "")[0]["description"])


def _file(file: str, schema: str) -> str:
    keys = keys_of(schema, _ELSEWHERE)
    return f"## {file}\n\n{_about(schema)}\n\n{_table(keys)}"


def _layers() -> str:
    rows: list[Key] = []
    for name in LAYER_KEYS:
        reference = f"layer.json#/$defs/{name}"
        schema = resolved({"$ref": reference}, "")[0]
        rows.append(Key(name, schema, False, ""))
        below = keys_of(reference, _ELSEWHERE if name == "cohorts" else ())
        rows += [
            Key(_joined(name, key.path), key.schema, key.required, "")
            for key in below
            if not key.reference.startswith(_RIGHTS)
        ]
    return "\n\n".join(
        [
            "## Layers",
            _about("layer.json")
            + " Which of them wins: [layers and locks](../explanation/layers-and-locks.md). "
            "Below `restrictions.NAME`, the role of a cohort, every field of "
            "[restrictions](kinds.md#restrictions) may stand.",
            table(("key", "how layers combine it"), (_merge(name) for name in LAYER_KEYS[:-1])),
            _table(rows),
        ]
    )


def _merge(name: str) -> tuple[str, str]:
    rule = str(resolved({"$ref": f"layer.json#/$defs/{name}"}, "")[0]["x-merge"])
    return code(name), f"{rule}: {MERGES[rule]}"


def _joined(name: str, path: str) -> str:
    return f"{name}{path}" if path.startswith("[") else f"{name}.{path}"


def _table(keys: Iterable[Key]) -> str:
    return table(("key", "", "value", "what for", "example"), (_row(key) for key in keys))


def _row(key: Key) -> tuple[str, str, str, str, str]:
    name = code(key.path)
    if key.reference.startswith("layer.json#/$defs/") and not key.reference.endswith("/id"):
        name = f"[{name}](#layers)"
    must = "**must**" if key.required else ""
    about = str(key.schema.get("description", ""))
    return name, must, type_in_words(key.schema), about, _example(key.schema)


def _example(schema: Schema) -> str:
    return example(schema["examples"][0]) if schema.get("examples") else ""
