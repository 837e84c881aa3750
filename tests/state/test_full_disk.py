"""A disk that takes nothing more: told as what it is, and nothing of before is lost."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from pedell.files import write_atomically
from pedell.model import Outcome, Status
from pedell.state import hold_lock, open_store
from pedell.state.ledger import open_ledger
from tests.stages.world import step

ROOM = 512 << 10
pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="mounts a small disk, as root")


@pytest.fixture(name="disk")
def _disk(tmp_path):
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "none", str(tmp_path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


@contextmanager
def full(disk: Path):
    filler = disk / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(2 * ROOM))
    yield
    filler.unlink()


def many(first):
    return [step(number) for number in range(first, first + 2_000)]


def test_the_memory_says_so_and_keeps_what_it_had(disk):
    with open_store(disk) as store:
        run = store.begin("test", 1)
        store.intend(run, [step(1)])
        with full(disk), pytest.raises(OSError, match=r"state\.db.* full .*0 KB left"):
            store.intend(run, many(2))
        assert [entry.step for entry in store.unsettled()] == [1]
        store.conclude(run, [(step(1), Outcome(1, Status.DONE))])
        assert store.unsettled() == []


def test_a_memory_that_cannot_be_opened_says_why(disk):
    with full(disk), pytest.raises(OSError, match=r"state\.db.*make room"), open_store(disk):
        pass


def test_a_ledger_says_that_the_disk_is_full_and_not_what_follows_from_it(disk):
    with open_ledger(disk / "ledger.db") as ledger, full(disk):
        tokens = {f"name {number}": ("token", "content" * 20) for number in range(2_000)}
        with pytest.raises(OSError, match="disk is full"):
            ledger.learn(tokens)
        assert ledger.tokens() == {}


def test_files_and_the_lock_are_named(disk):
    with full(disk):
        with pytest.raises(OSError, match="No space") as caught:
            write_atomically(disk / "today.plan", b"x" * 10_000, 0o600)
        assert caught.value.filename == str(disk / "today.plan")
        with pytest.raises(OSError, match="lock cannot be written: No space"), hold_lock(disk):
            pass
    assert not (disk / "today.plan").exists()
