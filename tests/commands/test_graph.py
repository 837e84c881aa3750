"""``pedell graph`` through the real command line."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.commands.typed import Answer, pedell_says

INVENTORIES = Path(__file__).parents[2] / "inventories"

ROLE = """\
role: welcome
resources:
  - package: nginx
  - directory: /etc/greeting
    needs: [package/nginx]
  - file: /etc/greeting/words
    content: Willkommen
  - service: nginx
    needs: [file//etc/greeting/words]
    needed_by: [wifi]
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Two schools, whose tablets wait for a server that itself has an order."""
    folder = tmp_path / "schools"
    shutil.copytree(INVENTORIES / "minimal", folder, ignore=shutil.ignore_patterns(".pedell"))
    (folder / "playbooks/roles/welcome/role.yml").write_text(ROLE)
    school = (folder / "schools/gs-nord.yml").read_text()
    (folder / "schools/gs-sued.yml").write_text(school.replace("gs-nord", "gs-sued"))
    return folder


def graph(folder: Path, *words: str) -> Answer:
    return pedell_says("graph", *words, "-i", folder.name, cwd=folder.parent)


def test_things_say_what_they_wait_for_and_equal_schools_stand_together(folder):
    answer = graph(folder)
    assert (answer.code, answer.err) == (0, "")
    text = " ".join(answer.out.split())
    assert "server/service/nginx waits for server/file//etc/greeting/words" in text
    assert "(gs-nord, gs-sued)" in text


def test_a_limit_and_tags_choose_the_part(folder):
    answer = graph(folder, "-l", "gs-sued", "-t", "wifi", "--output", "json")
    nodes = [node["address"] for node in json.loads(answer.out)["nodes"]]
    assert nodes == ["gs-sued/pupil/wifi/schulnetz", "gs-sued/teacher/wifi/schulnetz"]


def test_why_tells_the_way_with_its_reasons(folder):
    answer = graph(folder, "--why", "gs-nord/pupil/wifi/schulnetz", "package/nginx")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "gs-nord/pupil/wifi/schulnetz",
        "    waits for gs-nord/server/service/nginx",
        "        because service nginx of the school's server serves it",
        "    waits for gs-nord/server/file//etc/greeting/words",
        "        because the role welcome says so",
        "    waits for gs-nord/server/directory//etc/greeting",
        "        because it lies in this directory",
        "    waits for gs-nord/server/package/nginx",
        "        because the role welcome says so",
    ]


def test_why_says_when_it_is_the_other_way_round(folder):
    answer = graph(folder, "-l", "gs-nord", "--why", "package/nginx", "service/nginx")
    assert answer.code == 0
    assert answer.err.startswith("It is the other way round: gs-nord/server/service/nginx waits")
    assert answer.out.startswith("gs-nord/server/service/nginx\n")


def test_a_short_name_is_read_in_the_place_of_the_full_one(folder):
    answer = graph(folder, "--why", "gs-sued/teacher/app/anton", "membership/devices")
    assert answer.code == 0
    assert "waits for gs-sued/teacher/membership/devices" in answer.out


def test_no_way_is_an_answer(folder):
    answer = graph(folder, "--why", "gs-nord/pupil/app/anton", "gs-nord/server/package/nginx")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "Neither waits for the other.\n"


def test_the_way_can_be_read_by_machines(folder):
    answer = graph(folder, "--why", "gs-nord/pupil/app/anton", "gs-nord/pupil/membership/devices",
                   "--output", "json")  # fmt: skip
    (arrow,) = json.loads(answer.out)["arrows"]
    assert arrow == {
        "waiting": "gs-nord/pupil/app/anton",
        "needed": "gs-nord/pupil/membership/devices",
        "reason": "its devices must be known first",
        "until": "done",
    }


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("--why", "wifi/schulnetz", "package/nginx"), 'means 4 things'),
        (("--why", "wifi/schulnetz", "package/nginx"), "-l SCHOOL"),
        (("-l", "gs-nord", "--why", "wifi/schulnetz", "package/nginx"), "Name one of them"),
        (("--why", "wifi/schulnez", "package/nginx"), 'Did you mean "wifi/schulnetz"?'),
        (("--why", "gs-nord/server/service/nginx", "service/nginx"), "Name two things"),
        (("--why", "service/nginx", "package/nginx", "-t", "wifi"), "no --tags"),
        (("--format", "dot", "--output", "json"), "is a drawing"),
        (("-l", "gs-nrd"), 'Did you mean "gs-nord"?'),
        (("-t", "wfi"), 'Did you mean "wifi"?'),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_the_way_out(folder, words, meant):
    answer = graph(folder, *words)
    assert (answer.code, answer.out) == (64, "")
    assert meant in " ".join(answer.err.split())


def test_drawings_hold_every_thing_and_every_arrow(folder):
    record = json.loads(graph(folder, "-l", "gs-nord", "--output", "json").out)
    drawn = graph(folder, "-l", "gs-nord", "--format", "mermaid").out
    assert drawn.startswith("flowchart LR\n")
    assert len(re.findall(r"^ +n\d+\[", drawn, re.M)) == len(record["nodes"])
    assert drawn.count(" -->|") == len(record["arrows"]) > 0
    dotted = graph(folder, "-l", "gs-nord", "--format", "dot").out
    assert dotted.startswith("digraph pedell {")
    assert dotted.count(" -> ") == len(record["arrows"])


def test_it_asks_no_target_and_leaves_nothing_behind(folder):
    graph(folder)
    assert not (folder / ".pedell").exists()


def test_a_drawing_that_nobody_can_read_is_told():
    answer = pedell_says("graph", "-i", "dortmund", "--format", "dot", cwd=INVENTORIES)
    assert answer.code == 0
    assert "Choose a school: -l SCHOOL" in answer.err
