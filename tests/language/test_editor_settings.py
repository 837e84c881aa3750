"""How an editor is told which schema a file has."""

import json

import pytest

from pedell.language.editor.settings import vscode_settings, with_modeline

LINE = "# yaml-language-server: $schema=a.json"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"{LINE}\n"),
        ("school: x\n", f"{LINE}\nschool: x\n"),
        ("# Invented.\nschool: x\n", f"{LINE}\n# Invented.\nschool: x\n"),
        ("school: x\r\n", f"{LINE}\r\nschool: x\r\n"),
        ("\ufeffschool: x\n", f"\ufeff{LINE}\nschool: x\n"),
        (f"{LINE}\nschool: x\n", f"{LINE}\nschool: x\n"),
        ("# yaml-language-server: $schema=../b.json\r\nx: 1\r\n", f"{LINE}\r\nx: 1\r\n"),
        ("# Hello.\n\n# $schema: b.json\nx: 1", f"# Hello.\n\n{LINE}\nx: 1"),
        ("x: 1\n# yaml-language-server: $schema=b.json\n",
         f"{LINE}\nx: 1\n# yaml-language-server: $schema=b.json\n"),
    ],
)  # fmt: skip
def test_the_line_is_put_on_top_or_mended_where_it_stands(before, after):
    assert with_modeline(before, "a.json") == after
    assert with_modeline(after, "a.json") == after


def test_settings_are_json_that_knows_our_tag():
    settings = json.loads(vscode_settings({"s/school.json": "schools/*.yml"}))
    assert settings["yaml.schemas"] == {"s/school.json": "schools/*.yml"}
    assert settings["yaml.customTags"] == ["!secret scalar"]
