"""Runs a sandbox MDM in a process of its own, for tests and for the sandbox command."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pedell

PATIENCE = 5.0  # seconds to end


@contextmanager
def running(config: Mapping[str, Any]) -> Iterator[str]:
    """Start a sandbox MDM, yield its URL, and end it.

    Yields when all tablets are enrolled. Raises RuntimeError where it does not start, and at the
    end where it did not live until then.
    """
    with tempfile.TemporaryDirectory(prefix="pedell-mdm-") as folder:
        path = Path(folder, "mdm.json")
        path.write_text(json.dumps(config), encoding="utf-8")
        command = [sys.executable, "-m", "pedell.sandbox.mdm", "--config", str(path)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=_environment()
        ) as process:
            url = _url(process)
            try:
                yield url
            finally:
                _end(process)


def _environment() -> dict[str, str]:
    """Return our own environment, so that the process imports the same pedell as we."""
    root = str(Path(pedell.__file__).parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout  # noqa: S101 - it was asked for above
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the sandbox MDM did not start (exit code {process.wait()})")
    return str(json.loads(line)["url"])


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        raise RuntimeError(f"the sandbox MDM ended by itself (exit code {process.returncode})")
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
