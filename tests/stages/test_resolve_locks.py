"""Resolve under locks that leave a choice, and locks that end."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pedell.model import Severity
from tests.inventory_builder import (
    AUTHORITY,
    CATALOGUE,
    SCHOOL,
    TODAY,
    build,
    problem,
    problems,
    read,
    resolve,
    value,
)

RATING = "restrictions.pupil.max_app_rating"
VLAN = "wifi.schulnetz.vlan"
DAY = datetime.timedelta(days=1)
LAST = datetime.date(2027, 7, 31)


def authority(bound: str, at: str = RATING, more: str = "") -> str:
    lock = f"  - {{at: {at}, reason: Jugendschutz, owner: wer@example.org, {bound}}}\n"
    return f"{AUTHORITY}locks:\n{lock}{more}"


def with_rating(bound: str, rating: object) -> dict[str, str]:
    return {
        "authority.yml": authority(bound),
        "schools/gs-nord.yml": f"{SCHOOL}restrictions: {{pupil: {{max_app_rating: {rating}}}}}\n",
    }


@pytest.mark.parametrize(
    ("bound", "within", "beyond", "words"),
    [
        ("value: 100", 100, 200, f"locks {RATING} to 100"),
        ("allowed: [100, 200]", 200, 300, f"allows one of 100, 200 for {RATING}"),
        ("range: {min: 100, max: 200}", 150, 99, f"allows 100 to 200 for {RATING}"),
    ],
)
def test_what_a_school_may_say_and_what_not(tmp_path, bound, within, beyond, words):
    root = build(tmp_path / "within", with_rating(bound, within))
    assert value(root, RATING) == within
    root = build(tmp_path / "beyond", with_rating(bound, beyond))
    code, place, detail = problem(root)
    assert (code, place) == ("E0107", "schools/gs-nord.yml:7:40")
    assert f"The authority {words} ({root}/authority.yml:8:" in detail
    assert detail.endswith("Reason: Jugendschutz. Ask: wer@example.org")


@pytest.mark.parametrize("layer", ["type", "group", "school", "cohort"])
def test_every_layer_below_is_held_even_where_another_one_wins(tmp_path, layer):
    rights = "restrictions: {pupil: {max_app_rating: 400}}"
    files = {
        "authority.yml": authority("range: {min: 0, max: 300}"),
        "groups/grundschule.yml": "type: grundschule\n",
        "groups/a.yml": "group: a\n",
        "schools/gs-nord.yml": f"{SCHOOL}groups: [a]\n",
    }
    name, text = {
        "type": ("groups/grundschule.yml", f"type: grundschule\n{rights}\n"),
        "group": ("groups/a.yml", f"group: a\n{rights}\n"),
        "school": ("schools/gs-nord.yml", f"{SCHOOL}groups: [a]\n{rights}\n"),
        "cohort": (
            "schools/gs-nord.yml",
            SCHOOL.replace("{ownership: loan}", f"{{{rights}}}") + "groups: [a]\n",
        ),
    }[layer]
    lower = "defaults: {restrictions: {pupil: {max_app_rating: 100}}}\n"  # the stricter one wins
    files |= {name: text, "authority.yml": files["authority.yml"] + lower}
    code, place, _ = problem(build(tmp_path, files))
    assert code == "E0107"
    assert place.startswith(f"{name}:")


def test_a_default_of_the_authority_outside_of_its_own_lock_is_its_own_mistake(tmp_path):
    defaults = "defaults: {restrictions: {pupil: {max_app_rating: 400}}}\n"
    root = build(tmp_path, {"authority.yml": authority("allowed: [100, 200]", more=defaults)})
    code, place, detail = problem(root)
    assert (code, place) == ("E0107", "authority.yml:9:51")
    assert "It says 400 here itself." in detail


def test_the_catalogue_counts_where_its_value_is_the_one_that_holds(tmp_path):
    lock = authority("range: {min: 1, max: 99}", VLAN)
    with_vlan = CATALOGUE.replace("schulnetz: {", "schulnetz: {vlan: 100, ")
    files = {"authority.yml": lock, "catalogue.yml": with_vlan}
    build(tmp_path, {**files, "schools/gs-nord.yml": SCHOOL})
    assert VLAN not in {".".join(map(str, at)) for at in resolve(tmp_path)["gs-nord", ""].settings}
    build(tmp_path, {**files, "schools/gs-nord.yml": SCHOOL + "wifi: {schulnetz: {vlan: 7}}\n"})
    assert value(tmp_path, VLAN) == 7
    build(tmp_path, {**files, "schools/gs-nord.yml": SCHOOL + "wifi: [schulnetz]\n"})
    code, place, _ = problem(tmp_path)
    assert (code, place) == ("E0107", "catalogue.yml:2:21")


def test_a_choice_that_nobody_made_sets_nothing(tmp_path):
    root = build(tmp_path, {"authority.yml": authority("allowed: [100, 200]")})
    assert not resolve(root)["gs-nord", "pupil"].settings


def test_a_choice_of_sets_opens_the_one_that_was_chosen(tmp_path):
    files = {"authority.yml": authority("allowed: [jugendschutz, offen]", "restrictions.pupil")}
    assert not resolve(build(tmp_path, files))["gs-nord", "pupil"].settings
    files["schools/gs-nord.yml"] = SCHOOL + "restrictions: {pupil: offen}\n"
    assert value(build(tmp_path, files), "restrictions.pupil.airdrop") is True


def test_the_setting_knows_its_lock_and_still_who_won(tmp_path):
    root = build(tmp_path, with_rating("allowed: [100, 200]", 100))
    setting = resolve(root)["gs-nord", "pupil"].settings[tuple(RATING.split("."))]
    assert setting.lock is not None
    assert setting.source == setting.trail[-1].source != setting.lock.source


def test_placeholders_are_filled_before_they_are_compared(tmp_path):
    lock = authority('allowed: ["Netz ${school.id}"]', "wifi.schulnetz.ssid")
    for number, (ssid, is_allowed) in enumerate(
        {"Netz gs-nord": True, "Netz ${school.id}": True, "Netz gs-sued": False}.items()
    ):
        text = f'{SCHOOL}wifi: {{schulnetz: {{ssid: "{ssid}"}}}}\n'
        files = {"authority.yml": lock, "schools/gs-nord.yml": text}
        root = build(tmp_path / str(number), files)
        if is_allowed:
            assert value(root, "wifi.schulnetz.ssid") == "Netz gs-nord"
        else:
            assert problem(root)[0] == "E0107"


@pytest.mark.parametrize("bound", ["value: 100", "allowed: [100]", "range: {min: 0, max: 100}"])
def test_a_lock_binds_on_its_last_day_and_not_on_the_next(tmp_path, bound):
    root = build(tmp_path, with_rating(f'{bound}, until: "2027-07-31"', 400))
    for day in (LAST - DAY, LAST):
        (found,) = problems(root, day)
        assert found.code == "E0107"
        assert " until 31 July 2027 (" in found.detail
    reading = read(root, today=LAST + DAY)
    (warning,) = reading.warnings
    assert (warning.code, warning.severity) == ("W0302", Severity.WARNING)
    assert f"{RATING} was locked until 31 July 2027" in warning.detail
    assert "wer@example.org" in warning.detail
    assert warning.source == reading.inventory.locks[0].source
    setting = reading.values["gs-nord", "pupil"].settings[tuple(RATING.split("."))]
    assert (setting.value, setting.lock) == (400, None)


def test_a_lock_that_holds_is_no_doubt(tmp_path):
    root = build(tmp_path, with_rating('value: 100, until: "2027-07-31"', 100))
    assert read(root, today=LAST).warnings == ()


def _bounds() -> st.SearchStrategy[str]:
    numbers = st.integers(0, 6)
    return st.one_of(
        numbers.map(lambda n: f"value: {n}"),
        st.lists(numbers, min_size=1, max_size=3, unique=True).map(lambda ns: f"allowed: {ns}"),
        st.tuples(numbers, numbers)
        .map(sorted)
        .map(lambda ends: f"range: {{min: {ends[0]}, max: {ends[1]}}}"),
    )


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    bound=_bounds(),
    days=st.integers(-2, 2),
    said=st.fixed_dictionaries(
        {}, optional={w: st.integers(0, 6) for w in ("authority", "type", "school", "cohort")}
    ),
)
def test_no_effective_value_violates_a_lock_that_holds(tmp_path, bound, days, said):
    rights = {w: f"restrictions: {{pupil: {{max_app_rating: {n}}}}}" for w, n in said.items()}
    until = (TODAY + days * DAY).isoformat()
    defaults = f"defaults: {{{rights.get('authority', '')}}}\n"
    files = {
        "authority.yml": authority(f'{bound}, until: "{until}"', more=defaults),
        "groups/grundschule.yml": f"type: grundschule\n{rights.get('type', '')}\n",
        "schools/gs-nord.yml": SCHOOL.replace(
            "{ownership: loan}", f"{{{rights.get('cohort', '')}}}"
        )
        + rights.get("school", "")
        + "\n",
    }
    root = build(tmp_path, files)
    (lock,) = read(root, today=TODAY + 9 * DAY).inventory.locks
    below = [n for layer, n in said.items() if layer != "authority" or not lock.is_fixed]
    if days >= 0 and not all(map(lock.permits, below)):
        assert {found.code for found in problems(root)} == {"E0107"}
        return
    reading = read(root)
    found = [each.settings.get(lock.at) for each in reading.values.values()]
    held = [setting for setting in found if setting is not None]
    if days >= 0:
        assert all(lock.permits(setting.value) for setting in held)
        assert all(setting.lock == lock for setting in held)
    else:
        assert all(setting.lock is None for setting in held)
        assert "W0302" in {warning.code for warning in reading.warnings}
