"""Killed at any moment, an apply loses nothing and does nothing twice: the sandbox is the witness."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pedell.sandbox import control
from pedell.sandbox.world import Endpoints, find_sandbox
from tests.commands.typed import SOURCE, Answer, pedell_says

MINIMAL = Path(__file__).parents[2] / "inventories" / "minimal"
SCHOOLS = 4
TABLETS = 12
MOMENTS = 50

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
  - command: first-steps
    run: echo once >> etc/pedell/steps
    creates: /etc/pedell/steps
    needs: [directory//etc/pedell]
"""


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("crash") / "schools"
    shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns(".pedell"))
    (folder / "playbooks/roles/welcome/role.yml").write_text(ROLE)
    (folder / "playbooks/roles/welcome/templates/motd.j2").write_text(
        "{{ school.name }} {{ variables.version }}\n"
    )
    school = (folder / "schools/gs-nord.yml").read_text()
    for path in (*folder.glob("schools/*"), *folder.glob("devices/*")):
        path.unlink()
    for number in range(SCHOOLS):
        name = f"gs-{number}"
        (folder / f"schools/{name}.yml").write_text(school.replace("gs-nord", name))
        rows = [
            f"SXXX{number:02}{row:04};02:00:00:00:{number:02x}:{row:02x};T-{number}-{row};iPad;"
            + ("teacher" if row == 0 else "pupil")
            for row in range(TABLETS)
        ]
        (folder / f"devices/{name}.csv").write_text(
            "\n".join(["serial;mac;asset;model;cohort", *rows])
        )
    write_version(folder, 0)
    assert pedell_says("sandbox", "start", cwd=folder).code == 0
    yield folder
    pedell_says("sandbox", "stop", cwd=folder)


def write_version(folder: Path, version: int) -> None:
    """Change what every school wants: a line of a template, a right, a lock-screen text, an app."""
    text = (MINIMAL / "authority.yml").read_text()
    text = text.replace(
        "  roles: [welcome]",
        f"  roles: [welcome]\n  variables: {{version: {version}}}\n"
        f'  presets: {{lock_screen: "Version {version}"}}',
    )
    (folder / "authority.yml").write_text(text)
    catalogue = (MINIMAL / "catalogue.yml").read_text()
    offered = catalogue.replace(
        "title: ANTON,", f"title: ANTON, optional: {str(version % 2 == 1).lower()},"
    )
    (folder / "catalogue.yml").write_text(offered)
    for school in folder.glob("schools/*"):
        lines = school.read_text().splitlines()
        school.write_text("\n".join(line for line in lines if "presets" not in line) + "\n")


def kill_during_apply(folder: Path, moment: float) -> bool:
    """Begin an apply, kill it after ``moment`` seconds; tell whether it was still at work."""
    variables = {**os.environ, "PYTHONPATH": str(SOURCE), "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pedell", "apply", "--yes"],
        cwd=folder,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(moment)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def running(folder: Path) -> Endpoints:
    found = find_sandbox(folder / ".pedell" / "sandbox")
    assert found is not None, "the sandbox died"
    return found


def assert_all_is_as_wanted(folder: Path, version: int) -> None:
    """Look at every tablet and every server, past Pedell."""
    endpoints = running(folder)
    for number in range(SCHOOLS):
        root = Path(endpoints.servers[f"gs-{number}"]["root"])
        assert (root / "etc/pedell/motd").read_text() == f"Grundschule Nord {version}\n"
        assert (root / "etc/pedell/steps").read_text() == "once\n", "a guarded command ran twice"
        assert not [path for path in root.rglob("*.pedell-part") if path.is_file()]
        for row in range(TABLETS):
            tablet = control.tablet(endpoints, f"SXXX{number:02}{row:04}")
            presets = next(p for p in tablet["profiles"] if ".presets." in p["identifier"])
            assert f"Version {version}" in json.dumps(presets)
            held = [one for one in tablet["declarations"] if ".app.anton" in one["identifier"]]
            assert len(held) == 1


def finish(folder: Path) -> Answer:
    return pedell_says("apply", "--yes", "--wait", "30", cwd=folder)


def test_nothing_is_lost_and_nothing_doubled_at_fifty_moments(folder: Path) -> None:
    first = finish(folder)
    assert first.code == 0, first
    write_version(folder, 1)
    begun = time.monotonic()
    assert finish(folder).code == 0
    whole = time.monotonic() - begun
    dice = random.Random(7)
    killed = 0
    for version in range(2, MOMENTS + 2):
        write_version(folder, version)
        moment = dice.uniform(0.3, whole)
        killed += kill_during_apply(folder, moment)
        answer = finish(folder)
        assert answer.code == 0, (version, moment, answer)
        assert_all_is_as_wanted(folder, version)
        plan = pedell_says("plan", "--detailed-exitcode", cwd=folder)
        assert plan.code == 0, (version, moment, plan.out)
    assert control.summary(running(folder))["duplicates"] == 0
    assert killed >= MOMENTS * 0.7, "too few of the moments fell into the apply"
