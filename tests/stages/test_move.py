"""Move: what is said in another place now goes from the old one, though nobody asked for it."""

from pedell.model import Address
from pedell.stages.move import find_heirs
from tests.stages.world import by_address, left, wanted


def heirs(orphans, desired):
    return {
        str(at): [*map(str, to)] for at, to in find_heirs(orphans, by_address(*desired)).items()
    }


def test_a_profile_of_which_something_is_declared_now_has_moved():
    profile = left("pupil", {"siri": False, "dictation": False}, kind="restrictions")
    siri = wanted("siri", {"siri": False}, kind="configuration")
    keyboard = wanted("keyboard", {"dictation": True}, kind="configuration")
    found = heirs([profile], [siri, keyboard])
    assert found == {
        "s/p/restrictions/pupil": ["s/p/configuration/siri", "s/p/configuration/keyboard"]
    }


def test_a_declaration_that_profiles_say_again_has_moved():
    declared = left("software_update", {"update_deferral": 30}, kind="configuration")
    presets = wanted("presets", {"update_deferral": 30}, kind="presets")
    assert list(heirs([declared], [presets])) == ["s/p/configuration/software_update"]


def test_what_nobody_says_any_more_has_moved_nowhere():
    profile = left("pupil", {"camera": False}, kind="restrictions")
    assert heirs([profile], [wanted("siri", {"siri": False}, kind="configuration")]) == {}
    assert heirs([profile], []) == {}


def test_nothing_moves_to_other_devices_or_from_one_profile_into_another():
    profile = left("pupil", {"siri": False}, kind="restrictions")
    siri = wanted("siri", {"siri": False}, kind="configuration", school="r")
    renamed = wanted("teacher", {"siri": False}, kind="restrictions")
    near = find_heirs([profile], by_address(siri, renamed))
    assert near == dict[Address, tuple[Address, ...]]()
