"""Reads the examples with plain yaml, csv and jsonschema, independent of the tool."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

HOME = Path(__file__).parents[2]


class _Loader(yaml.CSafeLoader):
    """YAML in which the name of a secret is a text."""


_Loader.add_constructor("!secret", lambda loader, node: loader.construct_scalar(node))


@cache
def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=_Loader)


@cache
def _validator(name: str) -> Draft202012Validator:
    folder = HOME / "schemas"
    schemas = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*.json")}
    resources = {n: json.loads(p.read_text("utf-8")) for n, p in schemas.items()}
    registry = Registry().with_resources(
        (f"https://schemas.example.org/{n}", Resource.from_contents(s))
        for n, s in resources.items()
    )
    schema = {**resources[name], "$id": f"https://schemas.example.org/{name}"}
    return Draft202012Validator(schema, registry=registry)


def _violations(schema: str, value: Any) -> list[str]:
    return [f"{e.json_path}: {e.message}" for e in _validator(schema).iter_errors(value)]


@pytest.fixture(scope="session")
def read_yaml() -> Callable[[Path], Any]:
    return _read


@pytest.fixture(scope="session")
def violations() -> Callable[[str, Any], list[str]]:
    return _violations
