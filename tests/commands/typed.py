"""What a person types, and what comes back: the real command line in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pedell
from tests.inventory_builder import write

SOURCE = Path(pedell.__file__).parent.parent


@dataclass(frozen=True)
class Answer:
    """Exit code, results and remarks of one command."""

    code: int
    out: str
    err: str


def pedell_says(
    *words: object,
    cwd: Path,
    env: dict[str, str] | None = None,
    timeout: float = 120,
    typed: str = "",
) -> Answer:
    """Run ``pedell`` with these words in ``cwd``."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PEDELL_")}
    variables |= {"PYTHONPATH": str(SOURCE), "NO_COLOR": "1", "PEDELL_LANG": "en", **(env or {})}
    done = subprocess.run(
        [sys.executable, "-m", "pedell", *map(str, words)],
        cwd=cwd,
        env=variables,
        input=typed,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@contextmanager
def saying(root: Path, files: Mapping[str, str | bytes | None]) -> Iterator[Callable[..., str]]:
    """Write files, and yield what runs ``pedell`` there and gives back all it says in one line.

    A sandbox that was started there is stopped at the end.
    """
    write(root, files)

    def says(*words: object) -> str:
        answer = pedell_says(*words, cwd=root)
        return " ".join(f"{answer.out} {answer.err}".split())

    yield says
    says("sandbox", "stop")
