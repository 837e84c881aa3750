"""``make bench-peers``: prints what Pedell and its peers cost on the same servers. Asserts nothing."""

import argparse
import datetime
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from pedell import __version__
from tests.bench.peers.ansible import ANSIBLE, MITOGEN
from tests.bench.peers.bundlewrap import BUNDLEWRAP
from tests.bench.peers.fleet import running
from tests.bench.peers.floor import FLOOR
from tests.bench.peers.ours import OURS
from tests.bench.peers.pyinfra import PYINFRA
from tests.bench.peers.races import Result, race
from tests.bench.peers.table import table
from tests.bench.peers.tools import Tool

TOOLS = {tool.name: tool for tool in (FLOOR, OURS, PYINFRA, BUNDLEWRAP, MITOGEN, ANSIBLE)}


def main() -> int:
    """Install or measure, as the command line says; return 1 where something went wrong."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers must not outlive it
    given = _parser().parse_args()
    tools = [TOOLS[name] for name in given.tools]
    if given.install:
        for tool in tools:
            _install(tool)
        return 0
    if lack := _lack(tools):
        print(lack, file=sys.stderr)
        return 1
    for line in _heading(tools):
        print(line, flush=True)
    results: list[Result] = []
    for hosts in given.hosts:
        results += _measured(tools, hosts, given)
        print(f"\n{hosts} servers:\n", flush=True)
        for line in table(results, hosts):
            print(line, flush=True)
    return 1 if any(result.faults for result in results) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=main.__doc__)
    parser.add_argument("--hosts", type=_numbers, default=[10, 30, 100], help="10,30,100")
    parser.add_argument("--tools", type=_names, default=list(TOOLS), help=",".join(TOOLS))
    parser.add_argument("--rounds", type=int, default=3, help="slow tools run once all the same")
    parser.add_argument("--deadline", type=int, default=600, help="seconds for one phase")
    parser.add_argument("--port", type=int, default=2222, help="of the servers, on 127.0.1.*")
    parser.add_argument("--install", action="store_true", help="only install the tools")
    return parser


def _numbers(text: str) -> list[int]:
    numbers = [int(word) for word in text.split(",")]
    if not all(0 < number < 255 for number in numbers):
        raise argparse.ArgumentTypeError("1 to 254 servers")
    return numbers


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in TOOLS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not one of {', '.join(TOOLS)}")
    return names


def _lack(tools: Sequence[Tool]) -> str:
    if os.geteuid() != 0:
        return "Only root may start servers with a /srv of their own."
    missing = [tool.name for tool in tools if not tool.is_here]
    return f"Not installed: {', '.join(missing)} (add --install)." if missing else ""


def _install(tool: Tool) -> None:
    if tool.is_here:
        return
    print(f"{tool.name}: {' '.join(tool.packages)}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(tool.home)], check=True)
    pip = [str(tool.home / "bin/python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *tool.packages], check=True)


def _heading(tools: Sequence[Tool]) -> Iterator[str]:
    today = datetime.datetime.now().astimezone().date()
    ours = [f"pedell {__version__}", f"paramiko {version('paramiko')}"]
    others = dict.fromkeys(word for tool in tools for word in tool.packages)
    versions = ", ".join([*ours, *(word.replace("==", " ") for word in others)])
    yield f"{today}, Python {platform.python_version()}, {os.cpu_count()} cores, Linux {platform.release()},"
    yield f"load {os.getloadavg()[0]:.1f} before the start; {versions}."
    yield "Controller and servers share the cores. Medians; every end state was checked on disk."


def _measured(tools: Sequence[Tool], hosts: int, given: argparse.Namespace) -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="pedell-peers-") as name:
        folder = Path(name)
        with running(hosts, folder / "fleet", given.port) as fleet:
            for result in race(tools, fleet, folder / "work", given.rounds, given.deadline):
                _tell(result)
                yield result


def _tell(result: Result) -> None:
    """Say how far it is, on the side: the table comes at the end."""
    cost = result.cost
    figures = f"{cost.wall:8.2f} {cost.controller:7.2f} {cost.hosts:7.2f}" if cost else ""
    words = f"{result.hosts:4} {result.tool:10} {result.phase:22} {figures}"
    print(words, *result.faults[:3], file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
