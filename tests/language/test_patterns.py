"""Which schools: Ansible's pattern language."""

import pytest

from pedell.language.patterns import select_schools
from pedell.model import Rejected, School, Source


def _school(name, kind, *groups):
    return School(name, name, kind, groups, 0, {}, (), (), Source("x.yml", 1, 1))


SCHOOLS = {
    school.id: school
    for school in [
        _school("gs-mitte", "grundschule", "innenstadt", "pilot"),
        _school("gs-nord", "grundschule"),
        _school("gs-sued", "grundschule", "innenstadt"),
        _school("gy-nord", "gymnasium", "innenstadt"),
        _school("rs-west", "realschule"),
    ]
}


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("all", "gs-mitte gs-nord gs-sued gy-nord rs-west"),
        ("", "gs-mitte gs-nord gs-sued gy-nord rs-west"),
        ("*", "gs-mitte gs-nord gs-sued gy-nord rs-west"),
        ("gs-nord", "gs-nord"),
        ("gymnasium", "gy-nord"),
        ("innenstadt", "gs-mitte gs-sued gy-nord"),
        ("gs-nord:rs-west", "gs-nord rs-west"),
        ("gs-nord,rs-west", "gs-nord rs-west"),
        (" gs-nord , rs-west ", "gs-nord rs-west"),
        ("gs-*", "gs-mitte gs-nord gs-sued"),
        ("g?-nord", "gs-nord gy-nord"),
        ("inn*", "gs-mitte gs-sued gy-nord"),
        ("grundschule:&innenstadt", "gs-mitte gs-sued"),
        ("grundschule:!gs-sued", "gs-mitte gs-nord"),
        ("!gs-sued:grundschule", "gs-mitte gs-nord"),
        ("!grundschule", "gy-nord rs-west"),
        ("&innenstadt", "gs-mitte gs-sued gy-nord"),
        ("grundschule:gymnasium:&innenstadt:!pilot", "gs-sued gy-nord"),
        ("~g[sy]-nord", "gs-nord gy-nord"),
        ("~(gs|rs)-.*t$", "rs-west"),
        ("grundschule[0]", "gs-mitte"),
        ("grundschule[-1]", "gs-sued"),
        ("grundschule[0:1]", "gs-mitte gs-nord"),
        ("grundschule[1:]", "gs-nord gs-sued"),
        ("all:!grundschule[0]", "gs-nord gs-sued gy-nord rs-west"),
    ],
)
def test_a_pattern_means(pattern, meant):
    assert select_schools(pattern, SCHOOLS) == frozenset(meant.split())


@pytest.mark.parametrize(
    "pattern",
    ["gs-norf", "all:!gs-norf", "all:&gs-norf", "xy-*", "~xy", "grundschule[7]", "!", "~["],
)
def test_a_part_that_matches_nothing_is_an_error(pattern):
    with pytest.raises(Rejected) as caught:
        select_schools(pattern, SCHOOLS)
    assert {problem.code for problem in caught.value.problems} == {"E0270"}


def test_a_misspelt_part_gets_the_nearest_name():
    with pytest.raises(Rejected, match='Did you mean "gs-nord"'):
        select_schools("gs-norf", SCHOOLS)


def test_every_wrong_part_is_named():
    with pytest.raises(Rejected) as caught:
        select_schools("aa:gs-nord:!bb", SCHOOLS)
    assert len(caught.value.problems) == 2


def test_parts_that_leave_nothing_are_an_error():
    with pytest.raises(Rejected, match="leaves no school"):
        select_schools("gymnasium:!innenstadt", SCHOOLS)


def test_without_schools_the_way_out_is_named():
    with pytest.raises(Rejected, match="There is no school yet"):
        select_schools("all", {})


def test_a_file_holds_one_part_a_line(tmp_path):
    path = tmp_path / "pilot.txt"
    path.write_text("# the pilot\n\n  gs-nord\n  # not yet: rs-west\ngymnasium\n!gs-mitte\n")
    assert select_schools(f"@{path}", SCHOOLS) == {"gs-nord", "gy-nord"}


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(Rejected) as caught:
        select_schools(f"@{tmp_path}/none.txt", SCHOOLS)
    assert caught.value.problems[0].code == "E0101"
