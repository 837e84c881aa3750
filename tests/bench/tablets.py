"""25,000 tablets that put things off, sleep, refuse and enrol anew: is anything lost or wasted?"""

import itertools
import json
import random
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.minimum import Wish, fewest_requests
from tests.bench.process import Cost, measure

SCHOOLS, TABLETS, TEACHERS = 154, 25_000, 14
PUT_OFF = 0.1
MANNERS = ("--notnow", str(PUT_OFF), "--asleep", "0.05", "--error", "0.01")
WIPED = 100
"""Tablets that enrol anew while the first rollout runs; half as many before the next change."""

ROUNDS = 6
AUTHORITY = """\
authority: musterstadt
name: Stadt Musterstadt
types: {grundschule: Grundschule}
targets:
  tablets: {provider: nanohub, platform: ipados}
defaults:
  wifi: [schulnetz]
  apps: [anton, geogebra, book-creator, bibox, clips, office]
  restrictions: {pupil: jugendschutz, teacher: offen}
  presets: {lock_screen: "Eigentum der Stadt Musterstadt"}
"""
CATALOGUE = """\
wifi:
  schulnetz: {ssid: Schulnetz, security: wpa2-personal, password: !secret "${school.id}-wlan"}
restrictions:
  jugendschutz: {airdrop: false, app_store: false, camera: true}
  offen: {limit_ad_tracking: true}
apps:
  anton: {title: ANTON, app_store: 1180554775, approved: "2021-01-15"}
  geogebra: {title: GeoGebra, app_store: 1117998129, approved: "2021-01-15"}
  book-creator: {title: Book Creator, app_store: 442378070, approved: "2020-11-16"}
  bibox: {title: BiBox, app_store: 1, approved: "2020-11-16"}
  clips: {title: Clips, bundle: com.apple.clips, approved: "2020-11-16"}
  office: {title: Office, app_store: 2, approved: "2020-11-16"}
"""
SCHOOL = """\
school: {id}
name: Grundschule {number}
type: grundschule
cohorts:
  pupil: {{ownership: loan}}
  teacher: {{}}
"""
OWN = "presets: {lock_screen: Grundschule 007}\n"


@dataclass(frozen=True, slots=True)
class Leg:
    """One change brought to its end, in as many applies as it took.

    ``requests`` are those that the MDM counted while applies ran, ``fewest`` what its API needs for
    the same plans.
    ``cost`` sums the wall and CPU time of the applies and has the highest memory of one.
    """

    title: str
    cost: Cost
    applies: int
    requests: int
    fewest: int


@dataclass(frozen=True, slots=True)
class End:
    """How it ended, after every sleeping tablet had woken: devices by stage, and what is left."""

    stages: dict[str, int]
    changes: int
    duplicates: int
    sandbox_memory: float


def write_inventory(root: Path) -> None:
    """Write 154 schools with 25,000 tablets; every name in them is invented."""
    (root / "schools").mkdir(parents=True)
    (root / "devices").mkdir()
    (root / "authority.yml").write_text(AUTHORITY, "utf-8")
    (root / "catalogue.yml").write_text(CATALOGUE, "utf-8")
    numbers = itertools.count(1)
    for number in range(SCHOOLS):
        name, even = f"gs-{number:03}", TABLETS // SCHOOLS + (number < TABLETS % SCHOOLS)
        size = even + (60 if number % 2 else -60)  # schools are not alike
        text = SCHOOL.format(id=name, number=f"{number:03}")
        (root / f"schools/{name}.yml").write_text(text, "utf-8")
        rows = ["serial;mac;asset;model;cohort"]
        for place, n in zip(range(size), numbers, strict=False):
            cohort = "teacher" if place < TEACHERS else "pupil"
            mac = f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}"
            rows.append(f"DXXX{n:08};{mac};MU-{n:05};iPad;{cohort}")
        (root / f"devices/{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")


class Journey:
    """The whole way on one sandbox, each command a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._root = folder, folder / "inventory"
        write_inventory(self._root)
        self._serials = [f"DXXX{n:08}" for n in range(1, TABLETS + 1)]
        random.Random(3).shuffle(self._serials)
        self._mdm = ""

    def run(self) -> Iterator[Leg]:
        """Yield the legs: first rollout, one line for everybody, the change of one school."""
        self._pedell("sandbox", "start", *MANNERS)
        try:
            where = self._root / ".pedell/sandbox/sandbox.json"
            self._mdm = json.loads(where.read_text("utf-8"))["mdm"]
            with self._enrolling_anew(self._serials[:WIPED]):
                yield self._leg("first rollout")
            self._edit("catalogue.yml", "camera: true", "camera: false")
            with self._enrolling_anew(self._serials[WIPED : WIPED * 3 // 2]):
                yield self._leg("one line changed, all schools")
            school = self._root / "schools/gs-007.yml"
            school.write_text(school.read_text("utf-8") + OWN, "utf-8")
            yield self._leg("the change of one school")
        finally:
            self.end = self._wake_all()
            self._pedell("sandbox", "stop")

    def _leg(self, title: str) -> Leg:
        requests, fewest, costs = 0, 0, []
        for _ in range(ROUNDS):
            wishes = self._plan()
            if not wishes:
                break
            before = self._requests()
            costs.append(self._measure("apply", "--yes", "--wait", "60"))
            requests += self._requests() - before
            fewest += fewest_requests(wishes, PUT_OFF)
        cost = Cost(
            sum(each.wall for each in costs),
            sum(each.cpu for each in costs),
            max(each.memory for each in costs),
        )
        return Leg(title, cost, len(costs), requests, fewest)

    def _wake_all(self) -> End:
        """Wake who slept, ask everybody, and send again what was refused or is missing."""
        self._ask("POST", "/sandbox/tablets/*/wake")
        for _ in range(ROUNDS):
            self._pedell("sync", "--wait", "60", check=False)
            if not self._plan():
                break
            self._pedell("apply", "--yes", "--wait", "60", check=False)
        told = json.loads(self._pedell("status", "--output", "json"))["summary"]
        stages = {name: number for name, number in told.items() if number}
        summary = json.loads(self._ask("GET", "/sandbox/summary"))
        status = Path(f"/proc/{summary['pid']}/status").read_text("utf-8")
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        memory = int(peak.split()[1]) * 1024 / 1e6
        return End(stages, len(self._plan()), summary["duplicates"], memory)

    def _plan(self) -> list[Wish]:
        told = self._pedell("plan", "--output", "json")
        return [
            Wish(
                (change["school"], change["place"]),
                change["kind"],
                change["action"] == "create",
                bool(change["fields"]),
                change["devices"],
                len(change["leaving"]),
            )
            for change in json.loads(told)["changes"]
        ]

    @contextmanager
    def _enrolling_anew(self, serials: Sequence[str]) -> Iterator[None]:
        """Wipe tablets one after the other while something else happens."""
        is_over = threading.Event()

        def wipe() -> None:
            for serial in serials:
                self._ask("POST", f"/sandbox/tablets/{serial}/reenrol")
                is_over.wait(0.1)

        thread = threading.Thread(target=wipe)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _requests(self) -> int:
        counts = json.loads(self._ask("GET", "/sandbox/summary"))["requests"]
        return sum(counts.values())

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(self._mdm + path, method=method)  # ours
        with urllib.request.urlopen(request, timeout=120) as answer:  # likewise
            found: bytes = answer.read()
        return found

    def _edit(self, name: str, old: str, new: str) -> None:
        path = self._root / name
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    def _measure(self, *words: str) -> Cost:
        return measure(self._command(*words), self._folder)

    def _pedell(self, *words: str, check: bool = True) -> str:
        command = self._command(*words)
        return subprocess.run(command, check=check, capture_output=True, text=True).stdout

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "pedell", *words, "-i", str(self._root)]


def main() -> int:
    """Run the journey alone and print it: ``python -m tests.bench.tablets FOLDER``."""
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for line in table_of_journey(folder):
        print(line, flush=True)
    return 0


ROW = "{:<36} {:>7} {:>7} {:>6} {:>8} {:>9} {:>8} {:>6}"


def table_of_journey(folder: Path) -> Iterator[str]:
    """Run the journey in ``folder`` and yield the lines of its table as they come."""
    yield ROW.format("", "wall s", "CPU s", "MB", "applies", "requests", "fewest", "x")
    journey = Journey(folder)
    for leg in journey.run():
        cost = (f"{leg.cost.wall:.1f}", f"{leg.cost.cpu:.1f}", f"{leg.cost.memory:.0f}")
        ratio = f"{leg.requests / leg.fewest:.2f}"
        figures = (leg.applies, f"{leg.requests:,}", f"{leg.fewest:,}", ratio)
        yield ROW.format(leg.title, *cost, *figures)
    end = journey.end
    stages = ", ".join(f"{number:,} {name}" for name, number in end.stages.items())
    yield f"At the end, all woken: {stages}; {end.changes} changes left in the plan,"
    yield f"{end.duplicates} installed twice; the sandbox took {end.sandbox_memory:.0f} MB."


if __name__ == "__main__":
    sys.exit(main())
