"""The house rules that a machine can check: who may import whom, sizes, and habits."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).parents[1]
PACKAGE = HOME / "cli/pedell"

_CORE = {"model", "ports", "graph", "language", "stages", "lines", "reading", "pipeline"}
_EDGE = {"certificates", "payloads", "transports", "providers", "state", "vault", "sandbox"}
MAY_IMPORT = {
    "model": set(),
    "graph": set(),
    "files": set(),
    "ports": {"model"},
    "language": {"model"},
    "certificates": {"model"},
    "stages": {"model", "language", "ports", "graph", "certificates"},
    "reading": {"model", "language", "stages"},
    "lines": {"model", "ports"},
    "pipeline": {"model", "language", "ports", "stages", "reading", "lines"},
    "payloads": {"model"},
    "transports": {"model"},
    "providers": {"model", "ports", "payloads", "transports", "certificates"},
    "adoption": {"model", "language", "payloads", "stages"},
    "outputs": {"model", "payloads"},
    "state": {"model", "ports", "files"},
    "vault": {"model", "files"},
    "sandbox": {"model", "state"},
    "wiring": _CORE | _EDGE,
    "commands": _CORE | _EDGE | {"adoption", "files", "outputs", "wiring"},
    "__main__": {"commands"},
    "__init__": set(),
}
# A file that goes beyond what its room may import, and why.
EXCUSED = {
    ("sandbox/listener.py", "providers"): "it runs the real listener, and none of its own",
    ("language/profiles.py", "payloads"): "a raw profile is Apple's tongue inside the files",
    ("stages/compile/clashes.py", "payloads"): "only there is what we say in Apple's tongue",
    ("stages/compile/placing.py", "payloads"): "profile or declaration is a question of Apple's",
}

_SOCKETS = {"transports", "sandbox"}
# A library, and the rooms, folders or files that alone may import it.
ONLY_IN = {
    "yaml": {"language/documents.py", "language/apple_schema.py"},
    "jsonschema": {"language/schemas.py"},
    "referencing": {"language/schemas.py"},
    "jinja2": {"language/templates.py"},
    "openpyxl": {"language/lists/spreadsheets.py"},
    "networkx": {"graph.py"},
    "paramiko": {"transports", "sandbox/servers"},
    "psycopg": {"transports/postgres.py"},
    "cryptography": {"certificates", "sandbox"},
    "click": {"commands"},
    "pyrage": {"vault/age.py"},
    "rich": {"outputs/progress.py"},
    "sqlite3": {"state"},
    "asyncio": _SOCKETS,
    "http": _SOCKETS,
    "select": _SOCKETS,
    "selectors": _SOCKETS,
    "socket": _SOCKETS,
    "socketserver": _SOCKETS,
    "ssl": _SOCKETS,
    "urllib.request": _SOCKETS,
}
# None of these may be loaded before a command needs it: start-up is most of a short run.
HEAVY = {
    "paramiko",
    "cryptography",
    "networkx",
    "jinja2",
    "jsonschema",
    "referencing",
    "rich",
    "pyrage",
    "psycopg",
}

# What is longer than this, each with its reason. A new line here is a decision.
LINES_OF_A_FILE = 250
LONG_FILES: dict[str, str] = {}
LINES_OF_A_FUNCTION = 30
LONG_FUNCTIONS = {
    "commands/__init__.py:_run": "one line for each way in which a command can end",
    "commands/apply.py:command": "its options stand one a line",
    "commands/plan.py:command": "its options stand one a line",
    "language/schemas.py:Schemas._validator": "what the library is told of secrets, in one place",
    "pipeline.py:apply": "the whole of an apply, to be read in one go",
    "sandbox/world.py:_start": "three processes, each given what the one before has said",
}

VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "base", "common", "misc"}
VAGUE_FILES = VAGUE | {"data", "info"}

CODE = {
    path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}
TREES = {name: ast.parse(text) for name, text in CODE.items()}


def _imports(tree: ast.Module) -> Iterator[str]:
    """Yield every dotted name that is imported, wherever in the file that happens."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


IMPORTS = {name: sorted(set(_imports(tree))) for name, tree in TREES.items()}


def _room(name: str) -> str:
    return name.split("/", maxsplit=1)[0].removesuffix(".py")


def _rooms_needed(name: str) -> set[str]:
    inside = {
        imported.split(".")[1] for imported in IMPORTS[name] if imported.startswith("pedell.")
    }
    return inside - {_room(name), "__version__"}


def _neighbours(room: str, name: str) -> set[str]:
    """Return what a file of ``stages`` or ``providers`` imports from beside it."""
    own = name.split("/")[1].removesuffix(".py")
    start = f"pedell.{room}."
    return {i.split(".")[2] for i in IMPORTS[name] if i.startswith(start)} - {own}


def _heads(name: str) -> set[str]:
    return {imported.split(".")[0] for imported in IMPORTS[name]} - {"pedell"}


def _is_in(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}/")


def test_imports_run_downward():
    uphill = {
        (name, room)
        for name in CODE
        for room in _rooms_needed(name)
        if room not in MAY_IMPORT[_room(name)]
    }
    assert uphill == EXCUSED.keys()


def test_the_rule_itself_runs_downward():
    floors = dict(MAY_IMPORT)
    while ground := {room for room, below in floors.items() if not below & floors.keys()}:
        floors = {room: below for room, below in floors.items() if room not in ground}
    assert floors == {}


def test_the_ground_floor_knows_the_standard_library_alone():
    strangers = {name: _heads(name) - sys.stdlib_module_names for name in CODE}
    assert {n: found for n, found in strangers.items() if found and _room(n) == "model"} == {}


def test_each_library_lives_in_one_room():
    astray = {
        (name, library)
        for name in CODE
        for library, places in ONLY_IN.items()
        if any(_is_in(i.replace(".", "/"), library.replace(".", "/")) for i in IMPORTS[name])
        and not any(_is_in(name, place) for place in places)
    }
    assert astray == set()


def test_every_library_has_its_room():
    homeless = {name: _heads(name) - sys.stdlib_module_names - ONLY_IN.keys() for name in CODE}
    assert {name: found for name, found in homeless.items() if found} == {}


def test_no_stage_imports_another():
    met = {name: _neighbours("stages", name) for name in CODE if _room(name) == "stages"}
    assert {name: found for name, found in met.items() if found} == {}


def test_no_provider_imports_another():
    met = {name: _neighbours("providers", name) for name in CODE if _room(name) == "providers"}
    assert {name: found for name, found in met.items() if found} == {}


def test_every_file_says_what_it_is_for():
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_every_folder_of_code_is_a_package():
    folders = {name.rpartition("/")[0] for name in CODE}
    assert [folder for folder in folders if f"{folder}/__init__.py".lstrip("/") not in CODE] == []


def test_no_type_is_imported_for_the_checker_alone():
    assert [name for name, text in CODE.items() if "TYPE_CHECKING" in text] == []


def test_nothing_is_mocked():
    tests = {path: ast.parse(path.read_text("utf-8")) for path in (HOME / "tests").rglob("*.py")}
    named = {**TREES, **tests}
    mocks = ("unittest", "mock", "pytest_mock")
    assert [
        p for p, tree in named.items() if any(i.startswith(mocks) for i in _imports(tree))
    ] == []


def test_what_people_read_goes_through_the_outputs():
    calls = {
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert calls == set()


def test_files_and_folders_say_what_they_hold():
    vague = [name for name in CODE if VAGUE_FILES & set(re.split(r"[/_.]", name))]
    assert vague == []


def test_classes_and_functions_say_what_they_are():
    definitions = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    vague = {
        f"{name}:{node.name}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, definitions)
        if VAGUE & {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+", node.name)}
    }
    assert vague == set()


def test_long_files_are_a_decision():
    lines = {name: [line.strip() for line in text.splitlines()] for name, text in CODE.items()}
    sizes = {name: sum(line[:1] not in ("", "#") for line in all_) for name, all_ in lines.items()}
    assert {name for name, size in sizes.items() if size > LINES_OF_A_FILE} == LONG_FILES.keys()


def test_long_functions_are_a_decision():
    long = {
        f"{name}:{function}"
        for name, tree in TREES.items()
        for function, length in _functions(tree)
        if length > LINES_OF_A_FUNCTION
    }
    assert long == LONG_FUNCTIONS.keys()


def test_every_exception_has_its_reason():
    assert all([*EXCUSED.values(), *LONG_FILES.values(), *LONG_FUNCTIONS.values()])


def _functions(tree: ast.AST, above: str = "") -> Iterator[tuple[str, int]]:
    """Yield name and length of each function, from its ``def`` on, without its docstring."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{above}{node.name}", _length(node)
            yield from _functions(node, f"{above}{node.name}.")
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{above}{node.name}.")
        else:
            yield from _functions(node, above)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    docstring = node.body[0] if ast.get_docstring(node) else None
    words = docstring.end_lineno - docstring.lineno + 1 if docstring else 0
    return node.end_lineno - node.lineno + 1 - words


def test_start_up_loads_nothing_heavy():
    code = "import sys, pedell.commands; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(HOME / "cli")},
    )
    assert HEAVY & set(loaded.stdout.split()) == set()
