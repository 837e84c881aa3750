"""Tables fit their page and lose nothing."""

import pytest

from pedell.outputs import FORMATS, Page, Table

NAMES = "Städtische Schule am erfundenen langen Wall mit vielen Wörtern im Namen"


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_wide_table_is_wrapped_and_not_cut(width: int) -> None:
    table = Table("schools", ("id", "name", "pupil_devices"), (("gs-nord", f"{NAMES} {NAMES}", 9),))
    lines = FORMATS["text"].fitted(Page(width)).listing(table).split("\n")
    assert all(len(line) <= width for line in lines)
    words = " ".join(lines).split()
    assert [word for word in words if word in NAMES.split()] == (NAMES + " " + NAMES).split()
    assert words[:4] == ["ID", "NAME", "PUPIL", "DEVICES"] or "DEVICES" in lines[1]


def test_an_empty_list_says_so() -> None:
    assert FORMATS["text"].listing(Table("apps", ("id",), ())) == "No apps."


def test_numbers_stand_below_each_other() -> None:
    text = FORMATS["text"].listing(
        Table("apps", ("id", "n"), (("a", 1_204), ("b", 7), ("c", None)))
    )
    assert text.split("\n") == ["ID      N", "a   1,204", "b       7", "c       \N{EN DASH}"]
