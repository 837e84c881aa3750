"""Wrong input through the real command line: all problems at once, with the place and the way out."""

import json
import shutil
from pathlib import Path

import pytest

from tests.commands.typed import Answer, pedell_says

MINIMAL = Path(__file__).parents[2] / "inventories" / "minimal"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "schools"
    shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns(".pedell"))
    return folder


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {path}"
    path.write_text(text.replace(before, after), encoding="utf-8")


def validate(folder: Path) -> Answer:
    return pedell_says("validate", "-i", folder.name, cwd=folder.parent)


def test_a_sound_inventory_is_said_to_be_sound(folder: Path) -> None:
    answer = validate(folder)
    assert (answer.code, answer.err) == (0, "")
    assert "1 schools" in answer.out or "1 school" in answer.out


@pytest.mark.parametrize(
    ("file", "before", "after", "code", "place", "words"),
    [
        ("catalogue.yml", "camera: true", "camera: [true", "E0102", "catalogue.yml", ""),
        ("catalogue.yml", "camera: true", "camra: true", "E0110", "5:", 'Did you mean "camera"?'),
        ("catalogue.yml", "camera: true", "camera: yes", "E0112", "5:", "true or false"),
        ("schools/gs-nord.yml", "apps: [book-creator]", "apps: [book-creatr]", "E0231", "8:8",
         'Did you mean "book-creator"?'),
        ("schools/gs-nord.yml", "type: grundschule", "type: grundscule", "E0212", "4:7",
         'Did you mean "grundschule"?'),
        ("schools/gs-nord.yml", "  teacher: {}", "  teacher: {}\n  teacher: {}", "E0103", "8:3",
         "line 7"),
        ("schools/gs-nord.yml", "school: gs-nord", "school: gs-sued", "E0115", "2:9", "gs-nord.yml"),
        ("catalogue.yml", "!secret \"${school.id}-wlan\"", "geheim123", "E0114", "3:", "!secret NAME"),
        ("catalogue.yml", 'approved: "2021-01-15"', 'note: "not yet"', "E0230", "authority.yml", "approval"),
        ("devices/gs-nord.csv", "serial;mac", "seriennummer;mac", "E0240", "gs-nord.csv", "serial;mac"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_the_way_out(
    folder: Path, file: str, before: str, after: str, code: str, place: str, words: str
) -> None:
    edit(folder / file, before, after)
    answer = validate(folder)
    assert answer.code == 5, answer
    assert code in answer.err
    assert place in answer.err
    assert words in " ".join(answer.err.split())
    assert answer.out == ""
    assert "Nothing has been changed" in answer.err


def test_a_locked_value_names_both_places_the_reason_and_whom_to_ask(folder: Path) -> None:
    school = folder / "schools" / "gs-nord.yml"
    school.write_text(school.read_text() + "restrictions:\n  pupil:\n    airdrop: true\n")
    answer = validate(folder)
    assert answer.code == 5
    words = " ".join(answer.err.split())
    for part in ("E0107", "gs-nord.yml", "authority.yml:15", "Youth protection", "it@example.org"):
        assert part in words


def test_a_cycle_names_file_and_line_of_each(folder: Path) -> None:
    role = folder / "playbooks" / "roles" / "welcome" / "role.yml"
    role.write_text(
        "role: welcome\nresources:\n"
        "  - directory: /etc/one\n    needs: [directory//etc/two]\n"
        "  - directory: /etc/two\n    needs: [directory//etc/one]\n"
    )
    answer = validate(folder)
    assert answer.code == 5
    words = " ".join(answer.err.split())
    assert "E0260" in words
    assert "role.yml:3" in words
    assert "role.yml:5" in words


def test_a_device_list_for_an_unknown_school_is_told(folder: Path) -> None:
    shutil.copy(folder / "devices" / "gs-nord.csv", folder / "devices" / "gs-nrd.csv")
    answer = validate(folder)
    assert answer.code == 5
    assert "E0210" in answer.err
    assert 'Did you mean "gs-nord"?' in " ".join(answer.err.split())
    assert "E0241" in answer.err  # all problems at once: each device stands twice now as well


def test_all_problems_come_at_once(folder: Path) -> None:
    edit(folder / "catalogue.yml", "camera: true", "camra: true")
    edit(folder / "schools" / "gs-nord.yml", "name: Grundschule Nord", "nam: Grundschule Nord")
    answer = validate(folder)
    assert "catalogue.yml" in answer.err
    assert "gs-nord.yml" in answer.err
    assert "3 errors in 2" in answer.err


def test_a_folder_without_authority_says_how_to_start(tmp_path: Path) -> None:
    answer = pedell_says("validate", cwd=tmp_path)
    assert answer.code == 5
    assert "E0108" in answer.err
    assert "pedell init" in answer.err


def test_an_unknown_option_and_an_unknown_command_are_usage_errors(tmp_path: Path) -> None:
    assert pedell_says("plan", "--no-such-thing", cwd=tmp_path).code == 64
    answer = pedell_says("paln", cwd=tmp_path)
    assert answer.code == 64
    assert 'Did you mean "plan"?' in answer.err


def test_a_pattern_that_matches_nothing_is_a_usage_error(folder: Path) -> None:
    answer = pedell_says("plan", "--offline", "-l", "gs-nrd", cwd=folder)
    assert answer.code == 64
    assert 'Did you mean "gs-nord"?' in " ".join(answer.err.split())


def test_problems_can_be_read_by_machines(folder: Path) -> None:
    edit(folder / "catalogue.yml", "camera: true", "camra: true")
    answer = pedell_says("validate", "--output", "json", cwd=folder)
    assert answer.code == 5
    found = json.loads(answer.out)
    assert found["problems"][0]["code"] == "E0110"
    assert found["problems"][0]["source"]["file"].endswith("catalogue.yml")
    assert found["problems"][0]["source"]["line"] == 5


def test_hostile_yaml_ends_in_a_message_quickly(folder: Path) -> None:
    (folder / "groups").mkdir()
    (folder / "groups" / "bomb.yml").write_text("group: bomb\nname: " + "[" * 100_000)
    answer = pedell_says("validate", cwd=folder, timeout=10)
    assert answer.code == 5
    assert "E0105" in answer.err


def test_targets_without_a_running_sandbox_say_how_to_start_it(folder: Path) -> None:
    answer = pedell_says("plan", cwd=folder)
    assert answer.code == 4
    assert "pedell sandbox start" in answer.out + answer.err


def test_a_file_that_is_no_plan_is_refused(folder: Path) -> None:
    answer = pedell_says("apply", "authority.yml", cwd=folder)
    assert answer.code == 5
    assert "E0280" in answer.err


def test_a_password_in_clear_text_is_not_shown_again(folder: Path) -> None:
    edit(folder / "catalogue.yml", 'password: !secret "${school.id}-wlan"', "passwort: geheim-123")
    answer = validate(folder)
    assert answer.code == 5
    assert "E0110" in answer.err
    assert "geheim-123" not in answer.err + answer.out


def test_a_warning_stops_nothing(folder: Path) -> None:
    edit(
        folder / "catalogue.yml",
        'security: wpa2-personal, password: !secret "${school.id}-wlan"',
        "security: wpa2-enterprise, eap: [peap]",
    )
    answer = validate(folder)
    assert answer.code == 0
    assert "W0301" in answer.err
    assert "are sound" in answer.out


def test_pruning_a_part_is_refused_rather_than_done_halfway(folder: Path) -> None:
    answer = pedell_says("plan", "--offline", "--prune", "-t", "wifi", "-i", ".", cwd=folder)
    assert (answer.code, answer.out) == (64, "")
    assert "no tag" in answer.err
