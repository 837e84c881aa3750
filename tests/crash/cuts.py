"""One apply to one server, broken at one moment; kind and moment are drawn from a seed.

What is asked of it: each file is the old or the new one, whole, with its owner and mode; the next
run ends all, does nothing twice, and leaves on the server what a run that nobody broke leaves.
"""

import hashlib
import random
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pedell.model import Status
from pedell.sandbox.servers.world import environment
from tests.crash.servers import kill
from tests.providers.debian.world import remember, steps, want
from tests.transports.cutter import wire

KINDS = {
    "bytes up": "plain",
    "bytes down": "plain",
    "moment": "plain",
    "script killed": "plain",
    "disk full": "small",
    "sshd killed": "sshd",
}
"""What happens, and the server on which it does."""

SIZES = (30_000, 30_000, 30_000)
SCRIPT, ANSWER, REPORT = 16_000, 4_000, 600
"""Bytes that a script takes, and those that come back until it begins and while it works, about."""

OWN = ("var/lib/pedell-sandbox", "filler")  # what belongs to the sandbox and not to the server


@dataclass(frozen=True)
class Version:
    """What the server shall hold: sizes of its three files, and a number in each of their lines."""

    number: int
    sizes: tuple[int, int, int]

    @property
    def rights(self):
        return "0644" if self.number % 2 else "0640", "daemon" if self.number % 3 else "root"

    def text(self, which):
        line = f"{which} of version {self.number:08}\n"
        return line * (self.sizes[which] // len(line) + 1)

    def resources(self):
        mode, owner = self.rights
        rights = {"mode": mode, "owner": owner, "group": "adm"}
        once = f"/etc/once/{self.number}"
        # what says that it is done is made last: on a full disk >> leaves an empty file
        part = f"{once[1:]}.part"
        run = f"sleep 0.03; echo done >> {part} && mv {part} {once[1:]}"
        return [
            want("package", "squid", installed=True),
            want("directory", "/etc/once", mode="0755"),
            want("file", "/etc/squid.conf", content=self.text(0), **rights),
            want("file", "/srv/list", content=self.text(1), **rights),
            want("command", f"once-{self.number}", run=run, creates=once, done=True),
            want("file", "/srv/new/list", content=self.text(2), **rights),
            want("service", "squid", running=True, restart_on=["file//etc/squid.conf"]),
        ]

    def facts(self):
        """Return what lies at each path: sum, owner, group and mode."""
        mode, owner = self.rights
        paths = ("etc/squid.conf", "srv/list", "srv/new/list")
        return {
            path: (_sum(self.text(n).encode()), f"{owner} adm {int(mode)}")
            for n, path in enumerate(paths)
        }


@dataclass
class Trial:
    """What was broken and how, and every way in which it went wrong."""

    seed: int
    kind: str
    moment: str = ""
    is_broken: bool = False
    wrong: list[str] = field(default_factory=list)
    left_at_once: int = 0

    def __str__(self):
        return f"seed {self.seed}: {self.kind}, {self.moment}: {'; '.join(self.wrong) or 'well'}"


class Course:
    """Applies to one server, one version after the other."""

    def __init__(self, name, ground, folder):
        self._name, self._ground, self._folder = name, ground, folder
        self._version = Version(0, SIZES)
        self._number = 0
        assert self._apply(self._version, None) == set()
        self._tree = self._listing()
        self._seconds = min(map(self._measure, range(3)))

    def run(self, seed):
        """Break an apply as this seed says, look at the server, apply again, look again."""
        dice = random.Random(seed)
        kinds = [kind for kind, name in KINDS.items() if name == self._name]
        trial = Trial(seed, dice.choice(kinds))
        sizes = tuple(int(10 ** dice.uniform(1.5, 5.6)) for _ in range(3))
        old, new = self._version, self._next(sizes)
        self._tidy(old)
        restarts = self._restarts()
        with self._breaking(trial, dice, sum(sizes)) as (place, begin):
            try:
                trial.is_broken = bool(self._apply(new, old, *place, begin=begin))
            except OSError:
                trial.is_broken = True
        self._look(trial, old, new)
        if dice.random() < 0.5:
            self._ground.quiet()
            self._look(trial, old, new)
            trial.left_at_once = len(self._leftovers())
        self._finish(trial, old, new, restarts)
        self._version = new
        return trial

    def _measure(self, _):
        """Apply a version that nobody breaks; return how long the script takes."""
        old, self._version = self._version, self._next(SIZES)
        self._tidy(old)
        began = []
        assert (
            self._apply(self._version, old, begin=lambda: began.append(time.monotonic())) == set()
        )
        return time.monotonic() - began[0]

    def _finish(self, trial, old, new, restarts):
        undone = self._apply(new, old)
        self._ground.quiet()
        trial.wrong += [f"the next run did not do {one}" for one in sorted(undone)]
        for path in self._leftovers():
            trial.wrong.append(f"left behind: {path}")
            self._sweep(self._ground.root / path)
        for path, fact in new.facts().items():
            if (found := self._fact(path)) != fact:
                trial.wrong.append(f"{path} is {found and found[1]}, not {fact[1]}")
        said = (self._ground.root / f"etc/once/{new.number}").read_text()
        if said != "done\n":
            trial.wrong.append(f"the command ran {said.count('done')} times")
        often = self._restarts() - restarts
        if often < 1 or (often > 1 and trial.kind != "script killed"):
            trial.wrong.append(f"squid was restarted {often} times")
        with self._ground.session() as session:
            if self._todo(new, old, session)[0]:
                trial.wrong.append("the plan after it is not empty")

    def _apply(self, new, old, *place, begin=None):
        """Do what a run does, and return what did not end well; OSError if there was no look."""
        with self._ground.session(*place) as session:
            todo, seen = self._todo(new, old, session)
            if begin:
                begin()
            ends = list(session.perform(steps(todo, seen)))
        return {
            f"{todo[end.step - 1].address.name} ({end.detail})"
            for end in ends
            if end.status is not Status.DONE
        }

    def _todo(self, new, old, session):
        resources = new.resources()
        left = [remember(one) for one in (old.resources() if old else ())]
        seen = session.observe(resources, left)
        specs = {one.address: one.spec for one in seen}
        return [one for one in resources if specs.get(one.address) != one.spec], seen

    def _next(self, sizes):
        self._number += 1
        return Version(self._number, sizes)

    def _tidy(self, old):
        """Take away what the next version makes anew."""
        (self._ground.root / "srv/new/list").unlink(missing_ok=True)
        (self._ground.root / f"etc/once/{old.number}").unlink(missing_ok=True)

    def _look(self, trial, old, new):
        before, after = old.facts(), new.facts()
        before["srv/new/list"] = None
        for path, fact in after.items():
            found = self._fact(path)
            if found not in (before[path], fact):
                trial.wrong.append(f"torn: {path} is {found and found[1]}")

    def _fact(self, path):
        place = self._ground.root / path
        there = environment(self._ground.root, self._ground.key.parent / "bin")
        for _ in range(5):  # between two looks it may be replaced
            try:
                found = _sum(place.read_bytes())
            except FileNotFoundError:
                return None
            words = ["stat", "-c", "%U %G %a", str(place)]
            said = subprocess.run(words, env=there, capture_output=True, text=True, check=False)
            if found == _sum(place.read_bytes()):
                return found, said.stdout.strip()
        return None

    def _restarts(self):
        units = self._ground.root / "var/lib/pedell-sandbox/units"
        return int((units / "squid/restarts").read_text() or 0)

    def _listing(self):
        paths = (path.relative_to(self._ground.root) for path in self._ground.root.rglob("*"))
        names = (str(path) for path in paths if not str(path).startswith(OWN))
        return {name for name in names if not name.startswith("etc/once/")}

    def _leftovers(self):
        found = sorted(self._listing() - self._tree)
        return [path for path in found if not path.startswith(tuple(f"{one}/" for one in found))]

    def _sweep(self, path):
        """So that each trial is judged by itself."""
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    @contextmanager
    def _breaking(self, trial, dice, size):
        share, harsh = dice.random(), dice.random() < 0.5
        late = dice.random() < 0.7  # in the script, not already at the login
        match trial.kind:
            case "bytes up":
                left = int(share * (size + SCRIPT))
                trial.moment = f"after {left} of {size + SCRIPT} bytes, {harsh=}, {late=}"
                with self._wire(0, left, harsh=harsh, late=late) as found:
                    yield found
            case "bytes down":
                left = int(share * (REPORT if late else ANSWER))
                trial.moment = f"after {left} bytes, {harsh=}, {late=}"
                with self._wire(1, left, harsh=harsh, late=late) as found:
                    yield found
            case "moment":
                with (
                    self._line(harsh=harsh) as (stretch, place),
                    self._later(trial, share, stretch.cut) as begin,
                ):
                    yield place, begin
            case "script killed":
                with self._later(trial, share, lambda: self._kill(trial, dice)) as begin:
                    yield (), begin
            case "disk full":
                free = int(share * 2.5 * size)
                trial.moment = f"{free} bytes are free, {size} come"
                self._ground.leave_free(free)
                yield (), None
                self._ground.quiet()
                self._ground.leave_free(None)
            case _:
                with self._later(trial, share, self._kill_sshd) as begin:
                    yield (), begin

    def _kill(self, trial, dice):
        """Kill all that works there, or one of it; wait for it to begin."""
        everyone = dice.random() < 0.5
        until = time.monotonic() + self._seconds
        while not (found := self._ground.processes()) and time.monotonic() < until:
            time.sleep(0.001)
        trial.moment += ", all of it" if everyone else ", one process"
        kill(found if everyone else [dice.choice(found)] if found else [])

    def _kill_sshd(self):
        kill(self._ground.children_of_sshd())

    @contextmanager
    def _later(self, trial, share, deed):
        """Yield what starts the clock; the deed is done so much later, if the run is still on."""
        moment = share * self._seconds * 1.1
        trial.moment = f"after {moment * 1000:.0f} ms"
        timer = threading.Timer(moment, deed)
        yield timer.start
        timer.cancel()
        if timer.ident:
            timer.join()

    @contextmanager
    def _wire(self, way, left, *, harsh, late):
        """Yield a line that breaks after so many bytes one way, counted from the script on if late."""
        with self._line(harsh=harsh) as (stretch, place):
            if not late:
                stretch.limit(way, left)
            yield place, (lambda: stretch.limit(way, left)) if late else None

    @contextmanager
    def _line(self, *, harsh):
        server, pins = self._ground.server, self._ground.known_hosts
        with wire(server.host, server.port, pins, self._folder, harsh=harsh) as (stretch, pinned):
            yield stretch, (stretch.port, pinned)
        pinned.unlink()


def courses(grounds, folder: Path):
    """Return a course for each server that is there."""
    return {name: Course(name, ground, folder) for name, ground in grounds.items()}


def course_of(seed, found):
    """Return the course of a seed: the six kinds take turns where all can be done."""
    names = [name for name in KINDS.values() if name in found]
    return found[names[seed % len(names)]]


def _sum(content):
    return hashlib.sha256(content).hexdigest()[:12]
