"""A tier that cannot run is named with its reason; one that must run fails the tests instead."""

import os
import stat
from pathlib import Path

import pytest

from tests import tiers

pytest_plugins = ["pytester"]

HOME = Path(__file__).parents[1]
MARKERS = "\n".join(f"    tier{tier}: of the real suite" for tier in tiers.NEEDS)
SUITE = """
    import pytest

    def test_plain():
        pass

    @pytest.fixture
    def server():
        raise AssertionError("built although the tier is missing")

    @pytest.mark.tier4("NANOHUB_BIN")
    def test_real_server(server):
        pass
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    """Make a small suite beside the real conftest, on a machine without a real MDM."""
    monkeypatch.delenv("NANOHUB_BIN", raising=False)
    monkeypatch.delenv(tiers.REQUIRED, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(HOME))
    pytester.makeconftest((HOME / "tests/conftest.py").read_text("utf-8"))
    pytester.makeini(f"[pytest]\naddopts = --strict-markers -ra\nmarkers =\n{MARKERS}\n")
    pytester.makepyfile(SUITE)
    return pytester


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "workers"])
def test_a_tier_that_cannot_run_is_skipped_and_named(suite, workers):
    result = suite.runpytest_subprocess(*workers)
    assert result.ret == 0
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["tiers 0 and 1 ran: 1", "tier 4 skipped: 1 (NANOHUB_BIN names no program)"]
    )


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "workers"])
def test_a_required_tier_that_cannot_run_fails(suite, monkeypatch, workers):
    monkeypatch.setenv(tiers.REQUIRED, "0, 4")
    result = suite.runpytest_subprocess(*workers)
    assert result.ret == 1
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*asks for tier 4, but tier 4: NANOHUB_BIN names no program"])


def test_a_tier_that_can_run_runs_and_is_counted(suite, monkeypatch):
    monkeypatch.setenv("NANOHUB_BIN", "/bin/sh")
    monkeypatch.setenv(tiers.REQUIRED, "4")
    suite.makepyfile(SUITE.replace("raise AssertionError", "str"))
    result = suite.runpytest_subprocess()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["tiers 0 and 1 ran: 1", "tier 4 ran: 1"])


def test_a_skip_of_its_own_fails_too_where_the_tier_is_required(suite, monkeypatch):
    suite.makepyfile("import pytest\n\ndef test_half():\n    pytest.skip('no time')\n")
    assert suite.runpytest_subprocess().ret == 0
    monkeypatch.setenv(tiers.REQUIRED, "0")
    result = suite.runpytest_subprocess()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*asks for tier 0, but no time"])


def test_an_expected_failure_is_no_skip(suite, monkeypatch):
    monkeypatch.setenv(tiers.REQUIRED, "0")
    suite.makepyfile("import pytest\n\n@pytest.mark.xfail\ndef test_it():\n    assert not 1\n")
    assert suite.runpytest_subprocess().ret == 0


def test_a_typing_error_in_a_need_skips_nothing(suite):
    suite.makepyfile("import pytest\n\n@pytest.mark.tier2('sshdd')\ndef test_it():\n    pass\n")
    result = suite.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*tier2 knows *sshd, *not 'sshdd'"])


def test_a_program_that_is_not_installed_names_its_package(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tiers.missing(2, ["eapol_test"]).endswith("(Debian package eapoltest)")
    program = tmp_path / "eapol_test"
    program.touch()
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert tiers.missing(2, ["eapol_test"]) == ""


def test_a_binary_that_cannot_be_run_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("NANOMDM_BIN", str(tmp_path / "nanomdm"))
    assert "no program that can be run" in tiers.missing(4, ["NANOMDM_BIN"])


def test_the_lowest_tiers_need_nothing():
    assert tiers.missing(0) == tiers.missing(1) == ""
    assert tiers.packages([0, 1]) == []


def test_every_lack_of_a_tier_is_named(monkeypatch):
    programs = [name for name in tiers.NEEDS[4] if name.endswith("_BIN")]
    for name in tiers.NEEDS[4]:
        monkeypatch.delenv(name, raising=False)
    assert tiers.missing(4).count("names no program") == len(programs)
    assert "NANOMDM_SCHEMA names no file" in tiers.missing(4)


def test_the_environment_says_what_is_required(monkeypatch):
    monkeypatch.setenv(tiers.REQUIRED, "0,1, 2,")
    assert tiers.required() == {0, 1, 2}
    monkeypatch.delenv(tiers.REQUIRED)
    assert tiers.required() == frozenset()


def test_only_root_has_what_containers_need(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "only root" in tiers.missing(3, ["root"])


@pytest.mark.tier3("ip", "root")
def test_a_system_that_forbids_containers_says_so(monkeypatch):
    tiers._lacks_containers.cache_clear()
    monkeypatch.setattr(tiers, "_CONTAINER", "echo not here >&2; false")
    assert tiers.missing(3, ["containers"]) == "this system makes no containers: not here"
    tiers._lacks_containers.cache_clear()
