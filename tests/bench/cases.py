"""What is measured: the floors first, then the commands that people type."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

HOME = Path(__file__).parents[2]
DORTMUND = HOME / "inventories/dortmund"
HESSEN = HOME / "inventories/hessen"

_PARSE = """
import sys, yaml
from pathlib import Path

class Loader(yaml.CSafeLoader):
    pass

Loader.add_constructor("!secret", lambda loader, node: loader.construct_scalar(node))
for path in Path(sys.argv[1]).rglob("*.yml"):
    yaml.load(path.read_bytes(), Loader=Loader)
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One command, and the most that it should cost: seconds, MB."""

    title: str
    command: Sequence[str]
    seconds: float | None = None
    memory: float | None = None


CaseMaker: TypeAlias = Callable[[Path], Case]
"""Prepares a case in an empty folder of its own, anew for each run."""


def bare_python(_: Path) -> Case:
    """Start Python and stop it: no program in it can be quicker."""
    return Case("python -c pass", [sys.executable, "-c", "pass"])


def parsed_files(_: Path) -> Case:
    """Read and parse every YAML file of Dortmund with libyaml, and do nothing with it."""
    return Case("parse all YAML (CSafeLoader)", [sys.executable, "-c", _PARSE, str(DORTMUND)])


def version(_: Path) -> Case:
    """Start the program, and no more."""
    return Case("pedell --version", _pedell("--version"))


def validate(_: Path) -> Case:
    """Check all files of 154 schools."""
    command = _pedell("validate", "-i", str(DORTMUND))
    return Case("pedell validate -i dortmund", command, seconds=2, memory=300)


def validate_state(_: Path) -> Case:
    """Check all files of 1,800 schools with 66,101 devices."""
    command = _pedell("validate", "-i", str(HESSEN))
    return Case("pedell validate -i hessen", command, seconds=6, memory=500)


def plan_offline(folder: Path) -> Case:
    """Plan everything against an empty memory."""
    command = _pedell("plan", "-i", str(DORTMUND), "--offline", "--state", str(folder / "memory"))
    return Case("pedell plan -i dortmund --offline", command, seconds=5, memory=300)


def _pedell(*words: str) -> list[str]:
    return [sys.executable, "-m", "pedell", *words]


FLOORS: Sequence[CaseMaker] = (bare_python, parsed_files)
CASES: Sequence[CaseMaker] = (version, validate, validate_state, plan_offline)
