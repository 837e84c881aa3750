import subprocess

import pytest

from pedell.model import Status
from tests.providers.debian.world import at, configure, observe, remember, removal, steps, want

SERVICE = "/etc/systemd/system/pedell-backup.service"
TIMER = "/etc/systemd/system/pedell-backup.timer"


def timer(name="backup", **more):
    return want("timer", name, **{"run": "/usr/local/bin/backup", "calendar": "daily"} | more)


@pytest.fixture
def whole():
    return timer(
        calendar="Mon..Fri 06:30",
        user="backup",
        persistent=True,
        random_delay="15min",
        description="Nightly, 100 % of it",
    )


def test_a_timer_starts_a_service_of_its_own(world, whole):
    with world.session() as session:
        assert session.observe([whole], []) == []
        configure(session, [whole])
        assert [one.spec for one in session.observe([whole], [])] == [whole.spec]
    assert "OnCalendar=Mon..Fri 06:30\nPersistent=true\nRandomizedDelaySec=15min\n" in (
        world.path(TIMER).read_text()
    )
    service = world.path(SERVICE).read_text()
    assert "Description=Nightly, 100 %% of it\n" in service
    assert 'Type=oneshot\nUser=backup\nExecStart=/bin/sh -c "/usr/local/bin/backup"\n' in service
    assert world.unit("pedell-backup.timer", "enabled").exists()
    assert world.unit("pedell-backup.timer", "active").exists()


def test_a_second_apply_does_nothing(world, whole):
    with world.session() as session:
        configure(session, [whole])
        begun, before = world.restarts("pedell-backup.timer"), world.path(TIMER).stat().st_ino
        configure(session, [whole])
    assert world.restarts("pedell-backup.timer") == begun
    assert world.path(TIMER).stat().st_ino == before


@pytest.mark.parametrize(
    "run",
    ['echo "it\'s" $HOME `id` $(id) 100% %n \\n \\\\', "one\n\ttwo; three", "$$", "a\\", "ä"],
)
def test_a_command_line_is_kept_as_it_stands_and_read_back(world, run):
    with world.session() as session:
        configure(session, [timer(run=run)])
        assert [one.spec for one in session.observe([timer(run=run)], [])] == [timer(run=run).spec]
        (seen,) = session.observe([timer(run="other")], [])
        assert seen.spec["run"] == run


def test_new_times_are_taken_up_at_once(world):
    with world.session() as session:
        configure(session, [timer()])
        before = world.restarts("pedell-backup.timer")
        configure(session, [timer(calendar="hourly")])
    assert world.restarts("pedell-backup.timer") == before + 1
    assert "OnCalendar=hourly\n" in world.path(TIMER).read_text()


def test_drift_is_seen_field_by_field_and_set_right(world, whole):
    with world.session() as session:
        configure(session, [whole])
        text = world.path(TIMER).read_text()
        world.path(TIMER).write_text(
            text.replace("06:30", "03:00").replace("Persistent=true\n", "")
        )
        seen = observe(session, [whole])[at("timer", "backup")].spec
        assert {key for key in seen if seen[key] != whole.spec[key]} == {"calendar", "persistent"}
        world.path(TIMER).write_text(text + "# by hand\n")
        assert observe(session, [whole])[at("timer", "backup")].spec["run"].startswith("⟦")
        configure(session, [whole])
        world.unit("pedell-backup.timer", "active").unlink()
        assert observe(session, [whole])[at("timer", "backup")].spec["calendar"].startswith("⟦")
        configure(session, [whole])
        assert [one.spec for one in session.observe([whole], [])] == [whole.spec]


def test_a_field_that_is_left_out_again_counts_as_changed(world, whole):
    with world.session() as session:
        configure(session, [whole])
        (seen,) = session.observe([timer(calendar="Mon..Fri 06:30")], [remember(whole)])
        assert seen.spec["run"].startswith("⟦")


def test_what_was_cut_off_before_systemd_read_it_is_done_by_the_next_run(world):
    with world.session() as session:
        configure(session, [timer()])
        mark = world.path("/var/lib/pedell/unfinished/timer.backup")
        assert not mark.exists()
        mark.touch()
        (seen,) = session.observe([timer()], [])
        assert seen.spec["calendar"] == "⟦enabled active unfinished⟧"
        configure(session, [timer()])
        assert [one.spec for one in session.observe([timer()], [])] == [timer().spec]
    assert world.restarts("pedell-backup.timer") == 2


def test_a_timer_is_taken_away_with_its_service(world):
    with world.session() as session:
        configure(session, [timer(), timer("other")])
        assert [e.status for e in session.perform([removal(1, timer())])] == [Status.DONE]
        assert session.observe([], [remember(timer())]) == []
        assert [e.status for e in session.perform([removal(1, timer())])] == [Status.DONE]
    assert sorted(path.name for path in world.path("/etc/systemd/system").iterdir()) == [
        "pedell-other.service",
        "pedell-other.timer",
    ]
    assert not world.unit("pedell-backup.timer", "enabled").exists()


def test_a_time_that_systemd_does_not_understand_changes_nothing(world):
    with world.session() as session:
        (end,) = session.perform(steps([timer(calendar="every now and then")]))
    assert end.status is Status.FAILED
    assert "Failed to parse calendar specification 'every now and then'" in end.detail
    assert not world.path(TIMER).exists()


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("a b", {}),
        ("../x", {}),
        ("a@b", {}),
        ("", {}),
        ("-a", {}),
        ("a", {"calendar": "daily\n[Service]"}),
        ("a", {"user": "x\nExecStart=y"}),
        ("a", {"description": "x\ny"}),
        ("a", {"run": "a\0b"}),
    ],
)
def test_what_would_break_a_unit_file_never_reaches_the_server(world, name, more):
    with world.session() as session:
        assert session.observe([timer(name, **more)], []) == []
        (end,) = session.perform(steps([timer(name, **more)]))
    assert end.status is Status.FAILED
    assert not world.path("/etc/systemd/system").exists()


def test_the_shell_of_a_timer_runs_what_was_written(world, tmp_path):
    """Undo systemd's own quoting (systemd.service(5)) and run what remains."""
    run = f'printf "%s" "it\'s \\$5 \\\\ 100%" >{tmp_path}/out'
    with world.session() as session:
        configure(session, [timer(run=run)])
        (seen,) = session.observe([timer(run="x")], [])
    subprocess.run(["/bin/sh", "-c", seen.spec["run"]], check=True)
    assert (tmp_path / "out").read_text() == "it's $5 \\ 100%"
