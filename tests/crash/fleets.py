"""A few schools with a server each and some tablets, whose apply is killed or stopped on the way.

The servers and the sandbox's tablets are the witnesses, and so is the journal, read past Pedell.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pedell.sandbox import control
from pedell.sandbox.world import find_sandbox
from tests.commands.typed import SOURCE, pedell_says
from tests.crash.servers import command_of, processes_below

MINIMAL = Path(__file__).parents[2] / "inventories" / "minimal"
ROLE = """\
role: welcome
resources:
  - directory: /etc/pedell
  - template: motd
    path: /etc/pedell/motd
    source: motd.j2
  - package: freeradius
  - service: freeradius
    running: true
    enabled: true
    needs: [package/freeradius]
    restart_on: [template/motd]
    needed_by: [wifi]
  - command: once
    run: sleep {slow}; echo version {version} >> etc/pedell/once
    unless: grep -qx 'version {version}' etc/pedell/once
    needs: [directory//etc/pedell]
"""


@dataclass
class Kill:
    """One apply that was killed, and every way in which that did harm."""

    seed: int
    moment: float
    is_killed: bool = False
    wrong: list[str] = field(default_factory=list)

    def __str__(self):
        when = f"after {self.moment * 1000:.0f} ms"
        return f"seed {self.seed}: killed {when}: {'; '.join(self.wrong) or 'well'}"


class Fleet:
    """An inventory, its running sandbox, and what every version of it changes everywhere."""

    def __init__(self, folder, schools, tablets, weight):
        self.folder, self._tablets = folder, tablets
        self._ballast = "Willkommen in der Schule!\n" * (weight // 26)
        self.schools = [f"gs-{number:02}" for number in range(schools)]
        self.version = 0
        self._window = 0.0
        shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns(".pedell"))
        (folder / "playbooks/roles/welcome/templates/motd.j2").write_text(
            "{{ school.name }} {{ variables.version }}\n" + self._ballast
        )
        self._write_schools()
        self.write(0)

    @property
    def sandbox(self):
        found = find_sandbox(self.folder / ".pedell" / "sandbox")
        assert found is not None, "the sandbox died"
        return found

    def root(self, school):
        return Path(self.sandbox.servers[school]["root"])

    def write(self, version, slow=0.0):
        """Change what every school wants: a template, a command; a text and an app on tablets.

        ``slow`` is how many seconds the command takes.
        """
        self.version = version
        text = (MINIMAL / "authority.yml").read_text()
        presets = f'\n  presets: {{lock_screen: "Version {version}"}}' if self._tablets else ""
        roles = f"  roles: [welcome]\n  variables: {{version: {version}}}{presets}"
        (self.folder / "authority.yml").write_text(text.replace("  roles: [welcome]", roles))
        optional = f"title: ANTON, optional: {str(version % 2 == 1).lower()},"
        catalogue = (MINIMAL / "catalogue.yml").read_text()
        (self.folder / "catalogue.yml").write_text(catalogue.replace("title: ANTON,", optional))
        role = ROLE.format(version=version, slow=slow)
        (self.folder / "playbooks/roles/welcome/role.yml").write_text(role)

    def finish(self, *words):
        return pedell_says("apply", "--yes", "--wait", "30", *words, cwd=self.folder)

    @contextmanager
    def moved(self, **places):
        """Let servers be found elsewhere for a while: ``gs_03={"port": 1}``."""
        path = self.folder / ".pedell/sandbox/sandbox.json"
        before = path.read_text()
        said = json.loads(before)
        for name, place in places.items():
            said["servers"][name.replace("_", "-")] |= place
        path.write_text(json.dumps(said))
        yield
        path.write_text(before)

    def traffic(self):
        """Return what the servers wrote down, line by line."""
        log = self.folder / ".pedell/sandbox/servers/traffic.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()]

    def begin(self, *words):
        """Start an apply as a process of its own."""
        variables = {**os.environ, "PYTHONPATH": str(SOURCE), "NO_COLOR": "1", "PEDELL_LANG": "en"}
        return subprocess.Popen(
            [sys.executable, "-m", "pedell", "apply", "--yes", *map(str, words)],
            cwd=self.folder,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def await_work(self, process):
        """Wait until an apply has opened its first line to a server."""
        log = self.folder / ".pedell/sandbox/servers/traffic.jsonl"
        before = log.stat().st_size
        while log.stat().st_size == before and process.poll() is None:
            time.sleep(0.002)
        return time.monotonic()

    def measure(self):
        """Let one apply run through; return the seconds from its first line to its end."""
        self.write(self.version + 1)
        process = self.begin("--wait", "30")
        began = self.await_work(process)
        said = process.communicate()
        assert process.returncode == 0, said
        self._window = time.monotonic() - began
        return self._window

    def kill(self, seed):
        """Kill an apply at a moment that the seed says, look, let the next run finish, look."""
        dice = random.Random(seed)
        slow = dice.choice((0.0, 0.1, 0.9))
        trial = Kill(seed, dice.uniform(0, self._window + slow))
        self.write(self.version + 1, slow)
        restarts = self.restarts()
        ((before,),) = self.journal("SELECT max(line) FROM journal")
        process = self.begin("--wait", "30")
        self.await_work(process)
        with suppress(subprocess.TimeoutExpired):
            process.wait(trial.moment)
        trial.is_killed = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self._check_journal(trial, before)
        self._check_end(trial, restarts)
        return trial

    def _check_end(self, trial, restarts):
        cut = self.journal("SELECT run, step, address FROM journal WHERE word = 'intent'")
        ended = self.journal("SELECT run, step, address FROM journal WHERE word <> 'intent'")
        answer = self.finish()
        if answer.code != 0:
            trial.wrong.append(f"the next run ended with {answer.code}: {answer.out}{answer.err}")
        trial.wrong += self.faults(restarts)
        self._check_settled(trial, set(cut) - set(ended))
        plan = pedell_says("plan", "--detailed-exitcode", cwd=self.folder)
        if plan.code != 0:
            trial.wrong.append(f"the plan after it is not empty: {plan.out}")

    def journal(self, question):
        """Ask the memory on the disk."""
        path = self.folder / ".pedell/sandbox/state.db"
        with closing(sqlite3.connect(path)) as base:
            return base.execute(question).fetchall()

    def faults(self, restarts, schools=()):
        """Return all that is not as this version wants it: on servers, and on tablets."""
        return [*self._server_faults(restarts, schools or self.schools), *self._tablet_faults()]

    def _server_faults(self, restarts, schools):
        for school in schools:
            root = self.root(school)
            if (root / "etc/pedell/motd").read_text() != self._motd():
                yield f"{school}: motd is not that of this version"
            often = (root / "etc/pedell/once").read_text().count(f"version {self.version}\n")
            if often != 1:
                yield f"{school}: the command ran {often} times"
            often = self._restarts(school) - restarts[school]
            if often != 1:
                yield f"{school}: freeradius was restarted {often} times"
            left = [*root.rglob("*.pedell-part"), *root.glob("tmp/*"), *root.rglob("restart-due/*")]
            yield from (f"{school}: left behind: {path.relative_to(root)}" for path in left)

    def _tablet_faults(self):
        for serial in self._serials():
            tablet = control.tablet(self.sandbox, serial)
            presets = next(p for p in tablet["profiles"] if ".presets." in p["identifier"])
            if f"Version {self.version}" not in json.dumps(presets):
                yield f"{serial} holds the presets of another version"
            held = [one for one in tablet["declarations"] if ".app.anton" in one["identifier"]]
            if len(held) != 1:
                yield f"{serial} holds ANTON {len(held)} times"
        if doubled := control.summary(self.sandbox)["duplicates"]:
            yield f"{doubled} commands to tablets were sent twice"

    def _check_journal(self, trial, before):
        """An effect has its intent, and what is called done is there."""
        present = {f"{s}/server/template/motd": self._has_motd(s) for s in self.schools}
        present |= {f"{s}/server/command/once": self.has_run(s) for s in self.schools}
        lines = self.journal(f"SELECT address, word FROM journal WHERE line > {before}")
        words = {}
        for address, word in lines:
            words.setdefault(address, set()).add(word)
        for address, is_there in present.items():
            said = words.get(address, set())
            if is_there and "intent" not in said:
                trial.wrong.append(f"{address} was done without an intent")
            if "done" in said and not is_there:
                trial.wrong.append(f"{address} is called done and is not there")

    def _check_settled(self, trial, cut):
        """What was cut off is settled, and done by the next run if it was not there."""
        if open_steps := self.journal("SELECT * FROM intended"):
            trial.wrong.append(f"{len(open_steps)} steps stay open")
        newest = "run = (SELECT id FROM run ORDER BY began DESC LIMIT 1)"
        done = set(self.journal(f"SELECT address FROM journal WHERE {newest} AND word = 'done'"))
        for run, step, address in cut:
            found = self.journal(
                f"SELECT detail FROM journal WHERE run = '{run}' AND step = {step} AND word = 'settled'"
            )
            if len(found) != 1:
                trial.wrong.append(f"{address} was settled {len(found)} times")
            elif found != [("it is there",)] and (address,) not in done:
                trial.wrong.append(f"{address} was called {found[0][0]!r} and nobody did it again")

    def is_at_work(self, school):
        """Tell whether the slow command runs on the server of a school."""
        return any(b"sleep" in command_of(pid) for pid in processes_below(self.root(school)))

    def _has_motd(self, school):
        path = self.root(school) / "etc/pedell/motd"
        return path.exists() and path.read_text() == self._motd()

    def has_run(self, school):
        path = self.root(school) / "etc/pedell/once"
        return path.exists() and f"version {self.version}\n" in path.read_text()

    def _motd(self):
        return f"Grundschule Nord {self.version}\n{self._ballast}"

    def restarts(self):
        return {school: self._restarts(school) for school in self.schools}

    def _restarts(self, school):
        path = self.root(school) / "var/lib/pedell-sandbox/units/freeradius/restarts"
        return int(path.read_text() or 0) if path.exists() else 0

    def _serials(self):
        return [
            f"SXXX{n:02}{row:04}" for n in range(len(self.schools)) for row in range(self._tablets)
        ]

    def _write_schools(self):
        school = (self.folder / "schools/gs-nord.yml").read_text().splitlines()
        for path in (*self.folder.glob("schools/*"), *self.folder.glob("devices/*")):
            path.unlink()
        lines = [line for line in school if "presets" not in line]
        text = "\n".join(lines) + "\n"
        if not self._tablets:
            text = text.replace("cohorts:\n  pupil: {ownership: loan}\n  teacher: {}\n", "")
        for number, name in enumerate(self.schools):
            (self.folder / f"schools/{name}.yml").write_text(text.replace("gs-nord", name))
            rows = [
                f"SXXX{number:02}{row:04};02:00:00:00:{number:02x}:{row:02x};T-{number}-{row};iPad;"
                + ("teacher" if row == 0 else "pupil")
                for row in range(self._tablets)
            ]
            if rows:
                rows = "\n".join(["serial;mac;asset;model;cohort", *rows])
                (self.folder / f"devices/{name}.csv").write_text(rows)


def kill_all(fleet, seeds):
    """Kill one apply for each seed; the moments lie between the first line and the usual end."""
    fleet.measure()
    return [fleet.kill(seed) for seed in seeds]


@contextmanager
def running_fleet(folder, schools, tablets=0, weight=0):
    """Yield a fleet whose sandbox runs and to which the first version was applied.

    ``weight`` is how many bytes the template has.
    """
    fleet = Fleet(folder, schools, tablets, weight)
    started = pedell_says("sandbox", "start", cwd=folder)
    assert started.code == 0, started
    try:
        first = fleet.finish()
        assert first.code == 0, first
        yield fleet
    finally:
        pedell_says("sandbox", "stop", cwd=folder)
