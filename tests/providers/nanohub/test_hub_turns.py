"""No device is sent two commands at the same time: its queue might lose one of them."""

from hypothesis import given
from hypothesis import strategies as st

from pedell.ports import Command
from pedell.providers.nanohub.post import Letter, in_turn

devices = st.sets(st.sampled_from("abcdef"), min_size=1).map(sorted)


def letter(number, names):
    return Letter(Command(str(number), "InstallProfile", "", "", tuple(names), 0.0), dict)


@given(st.lists(devices))
def test_no_turn_has_two_for_a_device_and_each_gets_its_own_in_order(asked):
    letters = [letter(number, names) for number, names in enumerate(asked)]
    turns = in_turn(letters)
    for turn in turns:
        names = [name for one in turn for name in one.command.enrolments]
        assert len(names) == len({*names})
    sent = [one for turn in turns for one in turn]
    assert sorted(sent, key=lambda one: int(one.command.uuid)) == letters
    for device in "abcdef":
        mine = [one for one in letters if device in one.command.enrolments]
        assert [one for one in sent if device in one.command.enrolments] == mine


@given(st.integers(1, 50))
def test_what_concerns_different_devices_goes_at_once(number):
    letters = [letter(n, [f"device-{n}"]) for n in range(number)]
    assert in_turn(letters) == [letters]
