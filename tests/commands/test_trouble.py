"""Targets in trouble, through the real command line: what is said, and that nothing is changed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pedell.sandbox import control
from pedell.sandbox.world import Endpoints, find_sandbox
from tests.commands.typed import SOURCE, pedell_says

MINIMAL = Path(__file__).parents[2] / "inventories" / "minimal"


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An inventory with its sandbox running."""
    folder = tmp_path_factory.mktemp("trouble") / "schools"
    shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns(".pedell"))
    assert pedell_says("sandbox", "start", cwd=folder).code == 0
    yield folder
    pedell_says("sandbox", "stop", cwd=folder)


@pytest.fixture(name="sandbox")
def _sandbox(folder: Path) -> Iterator[Endpoints]:
    found = find_sandbox(folder / ".pedell" / "sandbox")
    assert found is not None
    yield found
    control.ask(found, "POST", "/sandbox/faults", {})


def commands_received(sandbox: Endpoints) -> int:
    return int(control.ask(sandbox, "GET", "/sandbox/log")["total"])


def spoil(sandbox: Endpoints, **fault: object) -> None:
    control.ask(sandbox, "POST", "/sandbox/faults", {"prefix": "/api/", "count": 100, **fault})


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 500, "body": "internal error"}, "500"),
        ({"status": 200, "body": "<html>proxy login</html>"}, "proxy login"),
        ({"status": 200, "body": '["a", "b'}, "nobody understands"),
        ({"close": True}, "the line broke"),
    ],
)
def test_an_mdm_that_answers_nonsense_is_named_and_nothing_is_sent(
    folder: Path, sandbox: Endpoints, fault: dict[str, object], words: str
) -> None:
    before = commands_received(sandbox)
    spoil(sandbox, **fault)
    answer = pedell_says("apply", "--yes", "-t", "wifi,apps", cwd=folder)
    assert answer.code == 4, answer
    assert "no answer from tablets" in answer.out
    assert words in " ".join(answer.out.split())
    assert "Traceback" not in answer.err
    assert commands_received(sandbox) == before


def test_a_broken_answer_in_the_middle_is_a_failed_step_and_the_next_run_finishes(
    folder: Path, sandbox: Endpoints
) -> None:
    control.ask(
        sandbox,
        "POST",
        "/sandbox/faults",
        {"prefix": "/api/v1/nanomdm/enqueue", "count": 400, "status": 500, "body": "not today"},
    )
    answer = pedell_says("apply", "--yes", "--wait", "2", cwd=folder)
    assert answer.code == 3, answer
    assert "not today" in answer.out
    control.ask(sandbox, "POST", "/sandbox/faults", {})
    again = pedell_says("apply", "--yes", "--wait", "20", cwd=folder)
    assert again.code == 0, again
    assert pedell_says("plan", "--detailed-exitcode", cwd=folder).code == 0
    assert control.summary(sandbox)["duplicates"] == 0


def test_targets_that_do_not_answer_are_named_each(tmp_path: Path) -> None:
    folder = tmp_path / "schools"
    shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns(".pedell"))
    with socket.socket() as bound:  # bound and not listening: nobody answers there
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        text = (folder / "authority.yml").read_text()
        text = text.replace(
            "tablets: {provider: nanohub,",
            f'tablets: {{provider: nanohub, url: "http://127.0.0.1:{port}", credential: api,',
        ).replace(
            "server: {provider: debian,",
            f"server: {{provider: debian, host: 127.0.0.1, port: {port}, user: pedell,",
        )
        (folder / "authority.yml").write_text(text)
        answer = pedell_says("plan", cwd=folder, env={"PEDELL_SECRET_API": "x"})
    assert answer.code == 4, answer
    assert "tablets" in answer.out
    assert "server/gs-nord" in answer.out
    assert "Nothing has been changed" in answer.out


def test_a_missing_credential_is_told_apart_from_silence(tmp_path: Path) -> None:
    folder = tmp_path / "schools"
    shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns(".pedell"))
    text = (folder / "authority.yml").read_text()
    text = text.replace(
        "tablets: {provider: nanohub,",
        'tablets: {provider: nanohub, url: "http://127.0.0.1:9", credential: api,',
    )
    (folder / "authority.yml").write_text(text.replace("  roles: [welcome]\n", ""))
    (folder / "authority.yml").write_text(
        (folder / "authority.yml")
        .read_text()
        .replace("  server: {provider: debian, per: school}\n", "")
    )
    answer = pedell_says("plan", cwd=folder)
    assert answer.code == 10, answer
    assert "'api'" in answer.out


def test_a_second_apply_waits_its_turn(folder: Path) -> None:
    state = folder / ".pedell" / "sandbox"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(state)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        answer = pedell_says("apply", "--yes", cwd=folder)
        assert answer.code == 8, answer
        assert str(holder.pid) in answer.err
    finally:
        holder.kill()
        holder.wait()
    assert pedell_says("apply", "--yes", cwd=folder).code == 0


_HOLD = """
import sys, time
from pathlib import Path
from pedell.state import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_ctrl_c_ends_in_order_and_the_next_apply_goes_on(folder: Path, sandbox: Endpoints) -> None:
    school = folder / "schools" / "gs-nord.yml"
    school.write_text(school.read_text().replace("Musterstadt", "Musterstadt, neu"))
    control.ask(sandbox, "POST", "/sandbox/tablets/*/sleep")
    apply = subprocess.Popen(
        [sys.executable, "-m", "pedell", "apply", "--yes", "--wait", "60"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(2.5)
    apply.send_signal(signal.SIGINT)
    out, err = apply.communicate(timeout=30)
    assert apply.returncode == 130, (out, err)
    assert "Pausing" in err
    assert "Traceback" not in err
    control.ask(sandbox, "POST", "/sandbox/tablets/*/wake")
    assert pedell_says("apply", "--yes", "--wait", "20", cwd=folder).code == 0
    assert pedell_says("plan", "--detailed-exitcode", cwd=folder).code == 0
