"""Whatever stands on an MDM: only what is one cohort's alone is ever taken over."""

from hypothesis import given
from hypothesis import strategies as st

from pedell.adoption import Claims, sort_legacy
from pedell.model import Cohort, Device, Legacy, Source
from pedell.payloads.apple import encode_activation

HOMES = [("nord", "pupil"), ("nord", "teacher"), ("sued", "pupil")]
SERIALS = [f"S{number}" for number in range(7)]
NAMES = [f"app-{number}" for number in range(5)]
SWITCHES = ["switch-1", "switch-2"]
SETS = ["set-1", "set-2", "set-3"]
APP = "com.apple.configuration.app.managed"


def cohort(home, serials):
    devices = tuple(Device(serial, "", "", "") for serial in sorted(serials))
    source = Source("schools/x.yml", 1, 1)
    return Cohort(home[1], home[1], "school", "ipados", "tablets", devices, serials, source)


def declarations(switched):
    found = {n: {"Type": APP, "Identifier": n, "Payload": {"BundleID": n}} for n in NAMES}
    for name in NAMES:
        found[name]["Payload"]["InstallBehavior"] = {"Install": "Required"}
    return found | {name: encode_activation(name, apps) for name, apps in switched.items()}


subsets = st.frozensets
members = st.fixed_dictionaries({name: subsets(st.sampled_from(SERIALS)) for name in SETS})
held = st.fixed_dictionaries({n: subsets(st.sampled_from(NAMES + SWITCHES)) for n in SETS})
switched = st.fixed_dictionaries({n: subsets(st.sampled_from(NAMES)) for n in SWITCHES})
homes = st.lists(st.sampled_from([None, *HOMES]), min_size=7, max_size=7)


@given(members, held, switched, homes)
def test_a_change_never_reaches_anybody_else(members, held, switched, homes):
    of_home = {
        home: frozenset(s for s, at in zip(SERIALS, homes, strict=True) if at == home)
        for home in HOMES
    }
    legacy = Legacy(frozenset(SERIALS), members, held, declarations(switched))
    cohorts = {home: cohort(home, serials) for home, serials in of_home.items()}
    found = sort_legacy(legacy, cohorts, Claims())
    for home, name in found.sets.items():
        assert members[name] == of_home[home]
    for one in found.candidates:
        (place,) = [name for name in SETS if one.identifier in held[name]]
        assert place == found.sets[one.home] == one.where
        switches = [name for name in SWITCHES if one.identifier in switched[name]]
        near = [each for each in switches if any(each in held[name] for name in SETS)]
        assert near
        assert all([name for name in SETS if each in held[name]] == [place] for each in near)
    told = {left.identifier for left in found.left} | {one.identifier for one in found.candidates}
    assert told | set(found.sets.values()) >= set(SETS)
