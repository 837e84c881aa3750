"""The reference says what the program does: nothing is missing, and nothing is stale."""

import re
from pathlib import Path

import click
import pytest

from docs.generate import REFERENCE, rendered
from docs.pages.commands import all_commands, help_of
from docs.pages.keys import FILES, LAYER_KEYS
from docs.pages.schemas import Key, keys_of
from pedell.commands.exits import Exit
from pedell.model import SUMMARIES
from pedell.providers import PROVIDERS
from pedell.sandbox.mdm.quirks import QUIRKS
from pedell.wiring import load_schemas

SCHEMAS = [
    *(schema for _, schema in FILES),
    *(f"layer.json#/$defs/{key}" for key in LAYER_KEYS),
    *(name for name in sorted(load_schemas().names) if name.startswith("kinds/")),
]
COMMANDS = [pytest.param(*found, id=found[0]) for found in all_commands()]


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def section(name: str, heading: str) -> str:
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^## |\Z)", page(name), re.M | re.S)
    assert found, f"{name} has no section {heading!r}"
    return found[1]


@pytest.mark.parametrize(("path", "text"), [pytest.param(*p, id=p[0].name) for p in rendered()])
def test_a_generated_page_is_what_the_generator_gives_now(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "write it anew: make docs"


@pytest.mark.parametrize(("names", "command"), COMMANDS)
def test_every_command_and_option_is_explained(names: str, command: click.Command) -> None:
    text = section("commands.md", f"pedell {names}")
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert command.help
    assert [o.name for o in options if f"| `{'`, `'.join(o.opts)}`" not in text] == []
    assert [o.name for o in options if not help_of(o)] == []


def test_every_exit_code_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| (\d+) \| ([a-z ]+) \|", page("exit-codes.md"), re.M)
    assert {int(code): word for code, word in rows} == {
        code.value: code.name.lower().replace("_", " ") for code in Exit
    }


@pytest.mark.parametrize("code", SUMMARIES)
def test_every_error_has_its_section(code: str) -> None:
    assert SUMMARIES[code] in section("errors.md", code)


@pytest.mark.parametrize("name", load_schemas().kinds)
def test_every_kind_and_field_is_documented_with_who_can_hold_it(name: str) -> None:
    text = section("kinds.md", name)
    for field in load_schemas().kinds[name].schema.get("properties", {}):
        assert f"| `{field}` |" in text
    holders = {each for each in PROVIDERS if name in PROVIDERS[each].abilities}
    assert {each for each in PROVIDERS if f"| {each} |" in text} == holders


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_is_documented(provider: str) -> None:
    assert f"`{provider}`" in section("keys.md", "authority.yml")
    assert f"| {provider} |" in page("kinds.md")


@pytest.mark.parametrize("quirk", QUIRKS)
def test_every_quirk_is_documented(quirk: str) -> None:
    assert f"| `{quirk}` | {QUIRKS[quirk]} |" in page("sandbox.md")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_key_of_the_language_has_a_description_and_an_example(schema: str) -> None:
    keys = list(keys_of(schema))
    paths = [key.path for key in keys]
    assert [key.path for key in keys if not key.schema.get("description")] == []
    assert [key.path for key in keys if lacks_example(key, paths)] == []


def lacks_example(key: Key, paths: list[str]) -> bool:
    """What the core fills in has no example; a block may leave it to the keys below."""
    has_keys = any(path.startswith(f"{key.path}.") for path in paths)
    is_filled_in = key.schema.get("description", "").endswith("Pedell fills it in.")
    return not (key.schema.get("examples") or has_keys or is_filled_in)
