"""The lock: one apply at a time, and it dies with its holder."""

import json
import os
import subprocess
import sys

import pytest

from pedell.state import Held, hold_lock

HOLDER = """
import sys
from pathlib import Path
from pedell.state import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_who_comes_second_is_told_who_holds_it(tmp_path):
    with holder(tmp_path) as process:
        with (
            pytest.raises(Held, match=f"process {process.pid} on .* since 0 min"),
            hold_lock(tmp_path),
        ):
            pass
        process.stdin.close()


def test_it_is_free_when_its_holder_is_done(tmp_path):
    with hold_lock(tmp_path / "new"):
        pass
    with hold_lock(tmp_path / "new"):
        pass


def test_it_is_free_when_its_holder_was_killed(tmp_path):
    with holder(tmp_path) as process:
        process.kill()
    with hold_lock(tmp_path):
        pass


def test_it_is_free_after_a_fault(tmp_path):
    with pytest.raises(ZeroDivisionError), hold_lock(tmp_path):
        _ = 1 / 0
    with hold_lock(tmp_path):
        pass


def test_it_holds_against_another_thread_of_the_same_process(tmp_path):
    with (
        hold_lock(tmp_path),
        pytest.raises(Held, match=f"process {os.getpid()}"),
        hold_lock(tmp_path),
    ):
        pass


def test_the_job_of_a_holder_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("CI_JOB_URL", "https://ci.example.org/7")
    with (
        hold_lock(tmp_path),
        pytest.raises(Held, match=r"https://ci\.example\.org/7"),
        hold_lock(tmp_path),
    ):
        pass


@pytest.mark.parametrize("content", ["", "{", "[]", "5", json.dumps({"pid": 1})])
def test_a_holder_that_wrote_nothing_readable_is_still_a_holder(tmp_path, content):
    with hold_lock(tmp_path):
        (tmp_path / "lock").write_text(content)
        with pytest.raises(Held, match="another process"), hold_lock(tmp_path):
            pass
