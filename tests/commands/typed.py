"""What a person types, and what comes back: the real command line in a process of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pedell

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
