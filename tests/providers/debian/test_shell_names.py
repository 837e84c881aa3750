"""All skills share one script: no two of them may call different functions by one name."""

import re

import pytest

from pedell.providers.debian import probe_shell
from pedell.providers.debian.shell import SOURCE
from pedell.providers.debian.skills import SKILLS

_FUNCTION = re.compile(r"^([a-z_]+)\(\) \{(.*?)^\}", re.MULTILINE | re.DOTALL)


# What is written into a file is a script of its own.
_HEREDOC = re.compile(r"<<-?'?([\w-]+)'?\n.*?^\1$", re.MULTILINE | re.DOTALL)


def functions(text):
    return dict(_FUNCTION.findall(_HEREDOC.sub("", text)))


@pytest.mark.parametrize("part", ["look", "work"])
def test_a_name_means_one_function(part):
    start = probe_shell.HEAD if part == "look" else SOURCE
    meant = {name: {body} for name, body in functions(start).items()}
    for skill in SKILLS.values():
        for name, body in functions(getattr(skill, part)).items():
            meant.setdefault(name, set()).add(body)
    assert [name for name, bodies in meant.items() if len(bodies) > 1] == []
