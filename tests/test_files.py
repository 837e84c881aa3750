"""Files appear whole or not at all, with the right mode, and never behind a link."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pedell.files import (
    create_atomically,
    rewrite_atomically,
    rewritten_together,
    write_atomically,
)

HOME = Path(__file__).parents[1]


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("write", [write_atomically, rewrite_atomically, create_atomically])
def test_a_new_file_has_its_content_and_its_mode_whatever_the_umask(tmp_path, write):
    before = os.umask(0o077)
    try:
        write(tmp_path / "a", b"x" * 100_000, 0o644)
    finally:
        os.umask(before)
    assert (tmp_path / "a").read_bytes() == b"x" * 100_000
    assert mode_of(tmp_path / "a") == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_who_writes_anew_has_a_file_of_its_own_and_who_rewrites_keeps_the_mode(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o664)
    rewrite_atomically(path, b"new", 0o600)
    assert (path.read_text(), mode_of(path)) == ("new", 0o664)
    write_atomically(path, b"newer", 0o600)
    assert (path.read_text(), mode_of(path)) == ("newer", 0o600)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_what_is_rewritten_stays_its_owners_and_what_is_written_is_ours(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    os.chown(path, 12345, 23456)
    rewrite_atomically(path, b"new", 0o644)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)
    write_atomically(path, b"new", 0o600)
    assert (path.stat().st_uid, path.stat().st_gid) == (os.geteuid(), os.getegid())


@pytest.mark.parametrize("write", [write_atomically, rewrite_atomically])
def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path, write):
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "victim").chmod(0o666)
    (tmp_path / "link").symlink_to("victim")
    write(tmp_path / "link", b"new", 0o600)
    assert (tmp_path / "victim").read_text() == "mine"
    assert not (tmp_path / "link").is_symlink()
    assert mode_of(tmp_path / "link") == 0o600


def test_of_many_who_create_one_wins(tmp_path):
    path = tmp_path / "a"
    with ThreadPoolExecutor(16) as crew:
        won = list(
            crew.map(lambda n: create_atomically(path, str(n).encode() * 500, 0o600), range(64))
        )
    assert won.count(True) == 1
    assert path.read_bytes() == str(won.index(True)).encode() * 500
    assert len(list(tmp_path.iterdir())) == 1


def test_what_stands_there_already_is_left_even_a_link_to_nothing(tmp_path):
    (tmp_path / "a").symlink_to("nowhere")
    assert not create_atomically(tmp_path / "a", b"x", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("write", ["write_atomically", "rewrite_atomically", "create_atomically"])
@pytest.mark.parametrize("limit", [0, 1, 4096, 99_999])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, write, limit):
    path = tmp_path / "a"
    path.write_text("old")
    code = f"""
import pathlib, resource
from pedell import files
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    files.{write}(pathlib.Path("a"), b"x" * 100_000, 0o600)
except OSError as error:
    raise SystemExit(7)
"""
    env = {**os.environ, "PYTHONPATH": str(HOME / "cli"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, check=False)
    assert done.returncode == 7
    assert path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_folder_without_the_right_to_write_leaves_the_old_file():
    me, nobody = os.geteuid(), 65534
    with tempfile.TemporaryDirectory() as name:  # everybody may go through what stands above it
        folder = Path(name)
        (folder / "a").write_text("old")
        folder.chmod(0o555)
        os.seteuid(me or nobody)  # root may write everywhere
        try:
            with pytest.raises(PermissionError):
                rewrite_atomically(folder / "a", b"new", 0o644)
        finally:
            os.seteuid(me)
            folder.chmod(0o755)
        assert (folder / "a").read_text() == "old"


def test_a_reader_sees_the_old_or_the_new_whenever_the_writer_is_killed(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"0" * 50_000)
    code = """
import pathlib
from pedell.files import rewrite_atomically
print(flush=True)
while True:
    for digit in b"0123456789":
        rewrite_atomically(pathlib.Path("a"), bytes([digit]) * 50_000, 0o644)
"""
    env = {**os.environ, "PYTHONPATH": str(HOME / "cli")}
    for _ in range(10):
        words = [sys.executable, "-c", code]
        with subprocess.Popen(words, cwd=tmp_path, env=env, stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            for _ in range(50):
                content = path.read_bytes()
                assert (len(content), len(set(content))) == (50_000, 1)
            child.send_signal(signal.SIGKILL)
        content = path.read_bytes()
        assert (len(content), len(set(content))) == (50_000, 1)


def test_of_several_files_all_are_written_or_none(tmp_path):
    old, new = tmp_path / "old", tmp_path / "folder/new"
    old.write_text("before")

    def stopped():
        with rewritten_together({old: b"x", new: b"y"}, 0o644):
            assert (old.read_text(), new.read_text()) == ("x", "y")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert (old.read_text(), new.exists()) == ("before", False)
    with rewritten_together({old: b"x", new: b"y"}, 0o644):
        pass
    assert (old.read_text(), new.read_text()) == ("x", "y")


def test_a_file_that_cannot_be_written_takes_the_others_back(tmp_path):
    old, blocked = tmp_path / "old", tmp_path / "file/new"
    old.write_text("before")
    (tmp_path / "file").write_text("where a folder belongs")
    writing = rewritten_together({old: b"x", blocked: b"y"}, 0o644)
    with pytest.raises(FileExistsError):
        writing.__enter__()
    assert old.read_text() == "before"
