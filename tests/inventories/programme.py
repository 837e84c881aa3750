"""What the tests of the programmes share: device lists as plain rows, and the generators."""

import csv
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

INVENTORIES = Path(__file__).parents[2] / "inventories"


@cache
def rows_of(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Return list → rows of the device lists that lie directly in ``folder``."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file, delimiter=";"))
    return found


def devices_in(folder: Path) -> list[dict[str, str]]:
    """Return all rows of the device lists in ``folder``."""
    return [row for rows in rows_of(folder).values() for row in rows]


def generate(folder: Path, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the generator of an example that lies in ``folder``."""
    command = [sys.executable, str(folder / f"generate_{name}.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def addresses_in(home: Path) -> set[str]:
    """Return every host and every mail domain that the files of an inventory name."""
    texts = [path.read_text("utf-8") for path in home.rglob("*.yml")]
    hosts = {host for text in texts for host in re.findall(r"https?://([^/\"]+)", text)}
    mails = {mail for text in texts for mail in re.findall(r"@([a-z.]+\.[a-z]+)", text)}
    return hosts | mails


def repeated(marks: list[str]) -> list[str]:
    """Return what stands there more than once."""
    return [mark for mark, times in Counter(marks).items() if times > 1]
