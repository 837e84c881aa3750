"""Files of a batch are put in bulk; whatever that cannot do, each step does and says for itself."""

import os
import signal
import subprocess

import pytest

from pedell.model import Sealed, Secret, Status
from pedell.providers.debian.orders import Due, take_order
from pedell.providers.debian.outcomes import read_report
from pedell.providers.debian.script import BOOTSTRAP, pack, write_script
from tests.providers.debian.world import at, configure, observe, steps, want

PROGRAMS = [
    "cat",
    "chmod",
    "chown",
    "cp",
    "flock",
    "mkdir",
    "mktemp",
    "mv",
    "rm",
    "rmdir",
    "sha256sum",
    "stat",
    "sync",
    "tar",
    "tail",
    "base64",
    "systemctl",
    "grep",
    "wc",
    "sort",
]


class Bench:
    """A folder in place of a server, in which every program that starts is counted."""

    def __init__(self, folder):
        self.root, self.tmp, self.shims = folder / "root", folder / "tmp", folder / "shims"
        for one in (self.root, self.tmp, self.shims):
            one.mkdir()
        self.log = folder / "log"
        for name in PROGRAMS:
            self.shim(name)

    def shim(self, name, before="", instead=""):
        path = self.shims / name
        real = instead or f'PATH=${{PATH#*:}} exec {name} "$@"'
        path.write_text(f"#!/bin/sh\necho {name} >>{self.log}\n{before}\n{real}\n")
        path.chmod(0o755)

    def run(self, resources, due=None, services=None, secrets=None, needs=None):
        batch = steps(resources, needs=needs)
        numbers = frozenset(step.number for step in batch)
        orders = [
            take_order(s, numbers, due or Due(), frozenset(), str(self.root), secrets or {})
            for s in batch
        ]
        self.log.write_text("")
        done = subprocess.run(
            ["sh", "-c", BOOTSTRAP],
            input=pack(orders, write_script(orders, services or {}, str(self.root), "0123456789")),
            env={"PATH": f"{self.shims}:/usr/bin:/bin", "TMPDIR": str(self.tmp)},
            capture_output=True,
            check=False,
        )
        self.said, self.code = read_report(done.stdout), done.returncode
        return [self.said.steps[n].result for n in sorted(self.said.steps)]

    @property
    def started(self):
        return self.log.read_text().split()

    def path(self, path):
        return self.root / path.lstrip("/")

    def left(self):
        return [*self.tmp.iterdir(), *self.root.rglob("*.pedell-part")]


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def many(text="new", folder="/etc/x", number=20, **spec):
    return [
        want("file", f"{folder}/{n}.conf", content=f"{text} {n}", **spec) for n in range(number)
    ]


# The tar that unpacks the whole archive does so; what follows is for the one that opens a parcel.
PARCEL = 'case "$*" in *-m*files.0*) ;; *) PATH=${PATH#*:}; exec tar "$@" ;; esac\n'


def was_bulk(bench):
    return bench.started.count("mktemp") == 1  # that of the stage, and none for a single file


def test_twenty_files_start_no_more_programs_than_one(bench):
    assert bench.run(many(number=1)) == ["changed"]
    one = len(bench.started)
    assert bench.run(many(folder="/etc/y", mode="0640")) == ["changed"] * 20
    assert len(bench.started) <= one
    assert was_bulk(bench)
    assert bench.left() == []
    for number in range(20):
        path = bench.path(f"/etc/y/{number}.conf")
        assert (path.read_text(), path.stat().st_mode & 0o777) == (f"new {number}", 0o640)


def test_several_folders_and_modes_arrive_together(bench):
    files = [
        *many(folder="/a", number=3, mode="0600"),
        *many(folder="/b c/d", number=3, mode="0666"),
        want("file", "/top", content=""),
        want("file", "/b c/.hidden", content="x", mode="0711"),
    ]
    assert bench.run(files) == ["changed"] * 8
    assert was_bulk(bench)
    for one in files:
        path = bench.path(one.spec["path"])
        mode = int(one.spec.get("mode", "0644"), 8)
        assert (path.read_text(), path.stat().st_mode & 0o777) == (one.spec["content"], mode)
    assert bench.path("/b c/d").stat().st_mode & 0o777 == 0o755


def kept_apart(folder):
    """Return what tells a file from another one that was put in its place."""
    facts = ((path.name, path.stat()) for path in folder.iterdir())
    return {name: (one.st_ino, one.st_mtime_ns, one.st_mode) for name, one in facts}


def test_what_is_the_same_is_not_touched(bench):
    bench.run(many(mode="0644"))
    before = kept_apart(bench.path("/etc/x"))
    changed = [want("file", "/etc/x/0.conf", content="xew 0"), *many(mode="0644")[1:]]
    assert bench.run(changed) == ["changed"] + ["same"] * 19
    assert was_bulk(bench)
    assert bench.left() == []
    after = kept_apart(bench.path("/etc/x"))
    assert [name for name in before if after[name] != before[name]] == ["0.conf"]


def test_a_mode_that_differs_is_a_change(bench):
    bench.run(many(mode="0644"))
    bench.path("/etc/x/3.conf").chmod(0o600)
    assert bench.run(many(mode="0644")).count("changed") == 1
    assert bench.path("/etc/x/3.conf").stat().st_mode & 0o777 == 0o644


def test_mode_and_owner_that_nobody_declares_stay(bench):
    bench.run(many("old"))
    bench.path("/etc/x/3.conf").chmod(0o711)
    if os.geteuid() == 0:
        os.chown(bench.path("/etc/x/3.conf"), 65534, 65534)
    before = bench.path("/etc/x/3.conf").stat()
    assert bench.run(many()) == ["changed"] * 20
    assert was_bulk(bench)
    after = bench.path("/etc/x/3.conf").stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


@pytest.mark.parametrize("program", ["tar", "sync", "sha256sum", "mv"])
def test_a_program_that_fails_in_bulk_leaves_it_to_each_step(bench, program):
    bench.run([*many("old", number=3, mode="0644")])
    once = f"[ -e {bench.tmp.parent}/once ] || {{ : >{bench.tmp.parent}/once; exit 1; }}"
    bench.shim(program, (PARCEL if program == "tar" else "") + once)
    assert bench.run(many(number=3, mode="0644")) == ["changed"] * 3
    assert not was_bulk(bench)
    assert bench.path("/etc/x/2.conf").read_text() == "new 2"
    assert bench.left() == []


def test_an_owner_who_is_not_there_fails_alone(bench):
    files = [*many(number=3), want("file", "/etc/x/odd", content="x", owner="nobody-like-this")]
    assert bench.run(files) == ["changed"] * 3 + ["failed"]
    assert b"cannot set its owner or mode" in bench.said.steps[4].said
    assert bench.left() == []


def test_what_is_written_otherwise_than_sent_takes_no_place(bench):
    spoil = f'PATH=${{PATH#*:}}; tar "$@"; echo bad | tee {bench.root}/etc/x/.*.pedell-part/*'
    bench.shim("tar", 'case "$*" in *" -O "*) echo bad; exit ;; esac', PARCEL + spoil)
    bench.path("/etc/x").mkdir(parents=True)
    bench.path("/etc/x/0.conf").write_text("old")
    assert bench.run(many(number=2)) == ["failed"] * 2
    assert b"check the disk" in bench.said.steps[1].said
    assert bench.path("/etc/x/0.conf").read_text() == "old"
    assert bench.left() == []


def test_what_is_left_to_the_steps_takes_no_room_before_its_turn(bench):
    bench.path("/etc/x/1.conf").mkdir(parents=True)
    bench.shim("mktemp", f"du -s {bench.tmp} >>{bench.tmp.parent}/sizes")
    big = [want("file", f"/etc/x/{n}.conf", content="x" * 400_000) for n in range(4)]
    assert bench.run(big) == ["changed", "failed", "changed", "changed"]
    sizes = [int(line.split()[0]) for line in (bench.tmp.parent / "sizes").read_text().splitlines()]
    assert len(sizes) == 4
    assert max(sizes) < 2 * 1_600


def test_a_folder_in_the_way_is_told_and_takes_no_other_along(bench):
    bench.path("/etc/x/1.conf").mkdir(parents=True)
    assert bench.run(many(number=3)) == ["changed", "failed", "changed"]
    assert bench.said.steps[2].said == b"a folder stands in its place"


def test_a_link_in_the_way_is_replaced_and_not_followed(bench):
    bench.path("/etc/x").mkdir(parents=True)
    bench.path("/etc/target").write_text("mine")
    bench.path("/etc/x/1.conf").symlink_to("../target")
    assert bench.run(many(number=3)) == ["changed"] * 3
    assert not bench.path("/etc/x/1.conf").is_symlink()
    assert bench.path("/etc/target").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told(bench):
    bench.path("/etc").write_text("a file")
    assert bench.run([*many(number=2), want("file", "/ok", content="x")]) == [
        "failed",
        "failed",
        "changed",
    ]
    assert b"cannot make its folder" in bench.said.steps[1].said


NAMES = ["quote's", 'dou"ble', "new\nline", "$(touch pwned)", "`id`", "-rf", "*", "back\\slash"]


def test_hostile_names_stay_names(bench):
    names = [*NAMES, "Grundschule Nörd 🏫", " blank ", "%s%n", "ü" * 100, "a" * 250, "=3", "+3"]
    files = [want("file", f"/etc/{n}/{n}", content=f"{n}\0\r") for n in names]
    assert bench.run(files) == ["changed"] * len(names)
    assert {p.name for p in bench.path("/etc").iterdir()} == set(names)
    for name in names:
        assert bench.path(f"/etc/{name}/{name}").read_bytes() == f"{name}\0\r".encode()
    assert bench.left() == []


def test_what_needs_a_step_that_failed_is_not_put(bench):
    broken = want("command", "broken", run="false", unless="false", done=True)
    files = many(number=3)
    assert bench.run([broken, *files], needs={1: [0], 3: [2]}) == [
        "failed",
        "skipped",
        "changed",
        "changed",
    ]
    assert not bench.path("/etc/x/0.conf").exists()


@pytest.mark.parametrize("program", ["tar", "chmod", "sync", "sha256sum", "mv"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_who_is_killed_leaves_each_file_whole(bench, program, end):
    bench.run(many("old", number=5, mode="0644"))
    # the shell of the bulk and the one above it, while one of its programs has done its work
    kill = (
        f'PATH=${{PATH#*:}}; {program} "$@"; read _ _ _ up _ </proc/$PPID/stat; '
        f"kill -{end.value} $PPID $up"
    )
    bench.shim(program, instead=(PARCEL if program == "tar" else "") + kill)
    bench.run(many(number=5, mode="0600"))
    assert bench.said.steps.keys() <= {1, 2, 3, 4, 5}
    for number in range(5):
        path = bench.path(f"/etc/x/{number}.conf")
        seen = (path.read_text(), path.stat().st_mode & 0o777)
        assert seen in {(f"old {number}", 0o644), (f"new {number}", 0o600)}
    for part in bench.root.rglob("*.pedell-part"):
        assert len(part.name) == len(".XXXXXXXXXX.pedell-part")
        assert part.stat().st_mode & 0o777 == 0o700
    for name in PROGRAMS:
        bench.shim(name)
    assert "failed" not in bench.run(many(number=5, mode="0600"))
    assert bench.path("/etc/x/4.conf").read_text() == "new 4"


def test_folders_of_a_run_that_is_over_are_swept_with_all_that_they_hold(world):
    with world.session() as session:
        configure(session, many(number=2))
        part = world.path("/etc/x/.abcdefg101.pedell-part")
        part.mkdir(0o700)
        (part / "0.conf").write_text("half")
        observe(session, many(number=2))
    assert not part.exists()


def test_a_secret_is_in_no_argument(bench):
    everything = bench.tmp.parent / "arguments"
    for name in PROGRAMS:
        bench.shim(name, f"printf '%s ' \"$@\" >>{everything}")
    secret = {"radius": Sealed("radius", "1" * 32)}
    files = [want("file", f"/etc/{n}", content="⟦secret:radius⟧", secrets=secret) for n in range(3)]
    assert bench.run(files, secrets={"radius": Secret("s3cret")}) == ["changed"] * 3
    assert was_bulk(bench)
    assert "s3cret" not in everything.read_text()
    assert bench.path("/etc/1").stat().st_mode & 0o777 == 0o600


def test_what_is_due_is_noted_before_the_first_file_moves(bench):
    bench.run(many("old", number=3))
    due, way_back = (bench.path(f"/var/lib/pedell/{n}") for n in ("restart-due", "way-back"))
    bench.shim("mv", f"cat {due}/squid {way_back}/squid/list >>{bench.tmp.parent}/noted")
    bench.run(many(number=4), due=Due(("squid",)))
    noted = (bench.tmp.parent / "noted").read_text().split()
    kept = {path: way_back / "squid" / str(n) for n, path in enumerate(noted)}
    assert {path: one.exists() and one.read_text() for path, one in kept.items()} == {
        "restart": False,
        **{f"/etc/x/{n}.conf": f"old {n}" for n in range(3)},
        "/etc/x/3.conf": False,
    }


def test_systemd_is_told_once_of_all_its_units(bench):
    bench.shim("systemctl", instead="exit 0")
    bench.run(many(folder="/etc/systemd/system", number=3))
    assert bench.started.count("systemctl") == 1


def test_many_files_restart_their_service_once(world):
    service = [
        want("package", "squid", installed=True),
        want(
            "service", "squid", running=True, restart_on=[f"file//etc/x/{n}.conf" for n in (0, 1)]
        ),
    ]
    with world.session() as session:
        configure(session, service)
        session.observe([*service, *many()], [])
        ends = list(session.perform(steps(many())))
        assert [one.status for one in ends] == [Status.DONE] * 20
        assert world.restarts("squid") == 1
        assert observe(session, [*service, *many()])[at("service", "squid")].note == ""


def test_a_file_waits_until_what_it_needs_has_been_restarted(world):
    conf, other, last = (want("file", f"/etc/freeradius/{n}", content="x") for n in "abc")
    service = [
        want("package", "freeradius", installed=True),
        want("service", "freeradius", running=True, restart_on=[f"file/{conf.address.name}"]),
    ]
    service[1].spec["restart_on"].append(f"file/{last.address.name}")
    waiting = want("file", "/etc/waiting", content="x")
    with world.session() as session:
        configure(session, service)
        world.path("/etc/freeradius").mkdir(exist_ok=True)
        world.path("/etc/freeradius/BROKEN").touch()
        batch = [conf, other, last, waiting]
        session.observe([*service, *batch], [])
        ends = list(session.perform(steps(batch, needs={1: [0], 3: [0]})))
    assert [one.status for one in ends] == [
        Status.FAILED,
        Status.DONE,
        Status.FAILED,
        Status.SKIPPED,
    ]
    assert not world.path("/etc/waiting").exists()
