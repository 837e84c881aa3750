"""What is said once, and for whom."""

from pedell.adoption.spreading import spread

NORD, NORD_T, SUED = ("nord", "pupil"), ("nord", "teacher"), ("sued", "pupil")
ALL = {NORD, NORD_T, SUED}
ANTON, CLIPS = ("apps", "anton"), ("apps", "clips")
RIGHT = ("restrictions", "camera")


def said(**by_name):
    found = {}
    for name, (homes, facet) in by_name.items():
        for home in homes:
            found.setdefault(home, {})[home, name] = {facet: True}
    return found


def places(wanted, everybody=frozenset(ALL)):
    found = spread(wanted, set(everybody))
    return {(spot, at) for spot, each in found.items() for facets in each.values() for at in facets}


def test_what_all_choose_stands_with_the_authority():
    assert places(said(a=(ALL, ANTON))) == {(("authority.yml", ("defaults",)), ANTON)}


def test_what_all_cohorts_of_a_school_choose_stands_with_the_school():
    wanted = said(a=([NORD, NORD_T], ANTON), c=([SUED], CLIPS))
    assert places(wanted) == {
        (("schools/nord.yml", ()), ANTON),
        (("schools/sued.yml", ("cohorts", "pupil")), CLIPS),
    }


def test_one_alone_says_nothing_for_those_to_come():
    assert places(said(a=([SUED], ANTON)), {SUED}) == {
        (("schools/sued.yml", ("cohorts", "pupil")), ANTON)
    }


def test_rights_stay_with_their_cohort():
    assert {spot for spot, _ in places(said(r=(ALL, RIGHT)))} == {
        ("schools/nord.yml", ("cohorts", "pupil")),
        ("schools/nord.yml", ("cohorts", "teacher")),
        ("schools/sued.yml", ("cohorts", "pupil")),
    }
