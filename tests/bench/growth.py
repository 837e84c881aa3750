"""How the cost grows with the number of schools: parts of an inventory that has 1,800 of them."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pedell import pipeline
from pedell.model import Outcome, Status
from pedell.wiring import Setting, open_workplace
from tests.bench.process import Cost, measure, middle

HESSEN = Path(__file__).parents[2] / "inventories/hessen"
SIZES = (10, 100, 600, 1800)
RUNS = 3
SECONDS_AGAIN = 1.5


@dataclass(frozen=True, slots=True)
class Size:
    """What a command costs for so many schools and devices."""

    schools: int
    devices: int
    cost: Cost


def validate_sizes(folder: Path) -> Iterator[Size]:
    """Validate parts of Hessen, from the smallest to all of it, in ``folder``."""
    for number in SIZES:
        root = folder / str(number)
        devices = _take_part(root, number)
        yield Size(number, devices, _measured(["validate", "-i", str(root)], folder))


def plan_again(folder: Path) -> Size:
    """Plan all of Hessen after everything was applied and the file of one school has changed."""
    root, memory = folder / "all", folder / "memory"
    devices = _take_part(root, SIZES[-1])
    _remember_all(root, memory)
    school = next(path for path in _schools(root) if "base: apple" in path.read_text("utf-8"))
    own = school.read_text("utf-8") + "\nwifi:\n  schulnetz: {ssid: Neuer-Name}\n"
    school.write_text(own, "utf-8")
    command = ["plan", "--offline", "-i", str(root), "--state", str(memory)]
    return Size(SIZES[-1], devices, _measured(command, folder))


def slope(smaller: Size, larger: Size) -> float:
    """Return the milliseconds of CPU time that one school more costs between two sizes."""
    more = larger.schools - smaller.schools
    return (larger.cost.cpu - smaller.cost.cpu) / more * 1000


def _take_part(root: Path, number: int) -> int:
    """Copy so many schools, spread over the whole, and return how many devices they have."""
    schools = _schools(HESSEN)
    said = "".join(path.read_text("utf-8") for path in (HESSEN / "owners").iterdir())
    named = [path for path in schools if f"{path.stem}:" in said]
    others = [path for path in schools if path not in named]
    places = number - len(named)
    chosen = {path.stem for path in named}
    chosen |= {others[at * len(others) // places].stem for at in range(places)}

    def left_out(folder: str, names: list[str]) -> set[str]:
        is_listed = Path(folder).name == "schools" or "devices" in Path(folder).parts[-2:]
        files = {name for name in names if Path(name).suffix in (".csv", ".yml")}
        return {n for n in names if n == ".pedell"} | {
            name for name in files if is_listed and Path(name).stem not in chosen
        }

    shutil.copytree(HESSEN, root, ignore=left_out)
    lists = root.glob("devices/**/*.csv")
    return sum(path.read_bytes().count(b"\n") - 1 for path in lists)


def _schools(root: Path) -> Sequence[Path]:
    return sorted((root / "schools").glob("*.yml"))


def _remember_all(root: Path, memory: Path) -> None:
    """Write into the memory what an apply of everything would have left there."""
    with open_workplace(Setting((root,), state=memory, offline=True)) as place:
        planned = pipeline.plan_from_memory(place.reading, place.world, pipeline.Choice())
        steps = tuple(planned.steps)
        run = place.store.begin("bench", len(steps))
        ends = [(step, Outcome(step.number, Status.DONE)) for step in steps]
        place.store.conclude(run, ends)
        place.store.finish(run, "done")


def _measured(words: Sequence[str], folder: Path) -> Cost:
    command = [sys.executable, "-m", "pedell", *words]
    return middle([measure(command, folder) for _ in range(RUNS)])
