"""What a tool is here, and the tools that are measured, the floor first."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from tests.bench.peers.fleet import Fleet

INSTALLED = Path(__file__).parents[3] / ".peers"
"""Where ``make bench-peers`` puts the peers: git ignores it."""


class Phase(StrEnum):
    """What is measured, in this order, on servers that are empty at first."""

    APPLY = "first apply"
    NOTHING = "no-op"
    CHECK = "check, 1 line pending"
    CHANGE = "1 line changed"


Environment: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool.

    ``prepare`` writes its project into an empty folder, with this number on the line that changes,
    and returns the environment that it runs in; ``command`` are its words in that folder.
    ``packages`` are what pip installs for it, none where our own environment will do; ``program``
    is one of them. A slow tool has few ``rounds`` and is left out above ``most_hosts``.
    """

    name: str
    prepare: Callable[[Path, Fleet, int], Environment]
    command: Callable[[Phase], Sequence[str]]
    packages: tuple[str, ...] = ()
    program: str = ""
    rounds: int = 100
    most_hosts: int = 250

    def words(self, phase: Phase) -> Sequence[str]:
        """Return the whole command line of a phase."""
        program = self.home / "bin" / self.program if self.packages else Path(sys.executable)
        return [str(program), *self.command(phase)]

    @property
    def home(self) -> Path:
        """Return the virtual environment of its own."""
        return INSTALLED / self.name

    @property
    def is_here(self) -> bool:
        """Tell whether it can be run."""
        return not self.packages or (self.home / "bin" / self.program).is_file()
