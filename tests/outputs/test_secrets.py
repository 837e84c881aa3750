"""A secret is a name and four digits, in every format and at every level."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedell.model import (
    Action,
    Cause,
    Change,
    Contribution,
    Plan,
    Sealed,
    SecretName,
    Setting,
    Source,
    Value,
)
from pedell.outputs import FORMATS, Detail, Explanation, Level, Page, Table
from pedell.outputs.masking import NOT_SHOWN, masked
from pedell.outputs.values import show_change
from tests.outputs.build import change, moved, plan

UNHURRIED = settings(deadline=None)

CANARY = "kanarienvogel-im-klartext"
FINGERPRINT = "3f9a81c2" + "deadbeef" * 3
SEALED = Sealed("wlan", FINGERPRINT)


def everything(told: Plan) -> Iterator[str]:
    for form in FORMATS.values():
        yield from (form.fitted(Page(60)).plan(told, Detail(level)) for level in Level)
        yield form.drift(told)


LEAKING = {
    "a plain answer": moved("password", CANARY, SEALED, Cause.THEIRS),
    "an answer in a mapping": moved("auth", {"password": CANARY}, {"password": SEALED}),
    "an answer in a list": moved("keys", [CANARY, "b"], [SEALED, "b"]),
    "a list for a secret": moved("keys", [CANARY], SEALED),
    "a mapping for a secret": moved("keys", {"a": {"b": CANARY}}, SEALED),
    "a secret we let go of": moved("password", CANARY, None),
    "a conflict": moved("password", CANARY, SEALED, Cause.CONFLICT),
    "a file": moved("content", f"key = {CANARY}", "key = ⟦secret:wlan⟧", Cause.THEIRS),
    "a long file": moved("content", f"a\nkey = {CANARY}\n", "a\nkey = ⟦secret:wlan⟧\n"),
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("case", LEAKING)
def test_what_a_target_answers_in_place_of_a_secret_is_not_shown(case: str, action: Action) -> None:
    left: dict[str, Value] = {"password": SEALED, "content": "key = ⟦secret:wlan⟧"}
    found = change("gs-nord/pupil/wifi/netz", LEAKING[case], action=action, ours=left)
    assert found.before is None or CANARY in repr(found.before)
    if found.before is None:
        return
    for text in everything(plan([found])):
        assert CANARY not in text


def test_a_deletion_without_fields_shows_no_secret_either() -> None:
    field = LEAKING["a plain answer"]
    left = {"password": SEALED}
    whole = change("gs-nord/pupil/wifi/netz", field, action=Action.DELETE, ours=left)
    bare = Change(**{**_slots(whole), "fields": ()})
    texts = list(everything(plan([bare])))
    assert not any(CANARY in text for text in texts)
    assert any("password" in text for text in texts)


@UNHURRIED
@given(st.lists(st.sampled_from("0123456789abcdef"), min_size=32, max_size=32).map("".join))
def test_only_the_first_digits_of_a_fingerprint_are_shown(fingerprint: str) -> None:
    other = fingerprint[::-1]
    found = change(
        "gs-nord/pupil/wifi/netz",
        moved("password", Sealed("wlan", fingerprint), Sealed("wlan", other)),
        moved("deep.er", None, [Sealed("radius", fingerprint)]),
    )
    for text in everything(plan([found])):
        assert fingerprint[:9] not in text
        assert other[:9] not in text
    assert fingerprint[:4] in FORMATS["text"].plan(plan([found]), Detail())


def test_what_stood_in_clear_text_before_it_became_a_secret_is_not_shown() -> None:
    found = change("gs-nord/pupil/wifi/netz", moved("password", CANARY, SEALED))
    assert found.remembered is not None
    assert found.remembered.spec == {"password": CANARY}
    assert not any(CANARY in text for text in everything(plan([found])))


def test_marks_that_begin_alike_are_told_apart() -> None:
    one, other = Sealed("wlan", "3f9a0000" + "0" * 24), Sealed("wlan", "3f9a1111" + "0" * 24)
    assert show_change(moved("password", one, other)) == "password 3f9a0000 → 3f9a1111"


def test_secrets_that_nobody_here_can_open_are_told_by_name() -> None:
    said = show_change(moved("password", Sealed("old"), Sealed("new")))
    assert said == "password secret old → secret new"


def test_fields_beside_a_secret_are_shown() -> None:
    found = masked(
        change(
            "gs-nord/pupil/wifi/netz",
            moved("password", SEALED, Sealed("wlan", "81" * 16)),
            moved("ssid", "Alt", "Neu", Cause.THEIRS),
            moved("auth", {"user": "alt", "password": CANARY}, {"user": "n", "password": SEALED}),
            ours={"password": SEALED},
        )
    )
    assert found.fields[1] == moved("ssid", "Alt", "Neu", Cause.THEIRS)
    assert found.fields[2].before == {"user": "alt", "password": Sealed("wlan")}


def test_a_text_of_ours_with_marks_is_shown_and_a_strange_one_is_not() -> None:
    ours, new = "a = ⟦secret:wlan⟧\n", "b = ⟦secret:wlan⟧\n"
    mine = change("gs-nord/server/template/x", moved("content", ours, new), ours={"content": ours})
    assert masked(mine).fields[0].before == ours
    theirs = change(
        "gs-nord/server/template/x", moved("content", CANARY, new), ours={"content": ours}
    )
    assert masked(theirs).fields[0].before == NOT_SHOWN


@pytest.mark.parametrize("form", FORMATS)
def test_explanations_and_lists_show_names_only(form: str) -> None:
    said = Contribution("school", "gs-nord", SecretName("wlan"), Source("a.yml", 1, 1))
    setting = Setting(SEALED, said.source, (said,))
    told = FORMATS[form].explain([Explanation("gs-nord", "", ("wifi", "n", "password"), setting)])
    told += FORMATS[form].listing(Table("secrets", ("secret",), ((SEALED,), (said.value,))))
    assert FINGERPRINT[:9] not in told
    assert "wlan" in told


def _slots(found: Change) -> dict[str, object]:
    return {name: getattr(found, name) for name in Change.__slots__}
