"""A name that a kind cannot have is found by validate, not first on the server."""

import re

import pytest

from pedell.providers.debian.books import is_package, is_unit
from pedell.providers.debian.skills import SKILLS
from pedell.wiring import load_schemas
from tests.inventory_builder import SCHOOL, build, compiled, problem, role

WITH_ROLE = {"schools/gs-nord.yml": SCHOOL + "roles: [welcome]\n"}
MARKED = {name: kind.schema["x-name"] for name, kind in load_schemas().kinds.items()
          if "x-name" in kind.schema}  # fmt: skip
NAMES = (
    "", "a", "ab", "time", "backup", "Backup", "my backup", "a.b", "a/b", "../x", "-a", "_a", "1a",
    "a@b", "a_b-c", "a;b", "$(id)", "net.ipv4.ip_forward", "net/ipv4/conf/eth0.120/rp_filter",
    "a" * 31, "a" * 32, "a" * 101, "ä", "libc6:amd64", "g++", "a:b", "a\tb",
)  # fmt: skip


@pytest.mark.parametrize(
    "kind", [kind for kind in MARKED if kind in SKILLS and "verify" not in kind]
)
def test_the_schema_and_the_provider_let_the_same_names_in(kind):
    pattern = re.compile(MARKED[kind]["pattern"])
    asked = {name: bool(pattern.search(name)) for name in NAMES}
    assert asked == {name: not SKILLS[kind].unfit(name, {}) for name in NAMES}


@pytest.mark.parametrize(("kind", "is_name"), [("package", is_package), ("service", is_unit)])
def test_packages_and_units_too(kind, is_name):
    pattern = re.compile(MARKED[kind]["pattern"])
    assert {name for name in NAMES if pattern.search(name)} == set(filter(is_name, NAMES))


@pytest.mark.parametrize("kind", MARKED)
def test_an_example_is_a_name(kind):
    pattern = re.compile(MARKED[kind]["pattern"])
    assert all(pattern.search(name) for name in MARKED[kind]["examples"])


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ('timer: my backup\n    run: x\n    calendar: daily', 'timer: "my backup" has the wrong'),
        ("ntp: clock\n    servers: [a]", "A server has one clock: its name is time."),
        ("package: Squid!", 'package: "Squid!" has the wrong form.'),
        ("group: GÄSTE", "The name of a group on Debian. Example: backup"),
        ("firewall: A\n    rules: []", "small letters, digits, _ and -. Example: school"),
    ],
)  # fmt: skip
def test_another_name_is_told_with_its_line(tmp_path, resource, words):
    root = build(tmp_path, WITH_ROLE | role(f"  - {resource}\n"))
    code, place, detail = problem(root)
    assert (code, place) == ("E0113", "playbooks/roles/welcome/role.yml:3:5")
    assert words in " ".join(detail.split())


def test_what_is_left_out_is_filled_in_so_that_it_counts(tmp_path):
    text = """\
  - timer: backup
    run: x
    calendar: daily
  - firewall: school
    rules: []
  - ntp: time
    servers: [ntp.example.org]
"""
    found = compiled(build(tmp_path, WITH_ROLE | role(text)))
    specs = {one.address.kind: one.spec for one in found.values()}
    assert specs["timer"]["persistent"] is False
    assert (specs["firewall"]["policy"], specs["firewall"]["ssh"]) == ("deny", True)
    assert specs["ntp"]["client"] == "timesyncd"
