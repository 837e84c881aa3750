"""``pedell help``: every code has a page, and every example on it is true."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import pedell.commands
from pedell.commands.help import help_pages
from pedell.model import SUMMARIES, Rejected
from pedell.wiring import Setting, read_offline
from tests.commands.typed import pedell_says

HOME = Path(__file__).parents[2]
SOURCES = "\n".join(
    path.read_text("utf-8")
    for path in (HOME / "cli/pedell").rglob("*.py")
    if path.name != "problem.py"
)
RAISED = {code for code in SUMMARIES if f'"{code}"' in SOURCES}
FILES = [code for code in SUMMARIES if help_pages()[code].wrong.lstrip().startswith("# ")]
COMMANDS = [code for code in SUMMARIES if help_pages()[code].wrong.startswith("$ ")]

# A file that cannot be shown as text on a page: the tests of loading make one.
DESCRIBED = {"E0101", "E0105", "E0106", "E0239", "E0268", "W0311", "W0313", "W0314"}

_NAME = re.compile(r"^# (\S+/?\S*\.(?:yml|csv|j2|mobileconfig))$", re.M)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """The smallest example, as a reader of the page has it, with a certificate at hand."""
    folder = tmp_path / "schools"
    shutil.copytree(HOME / "inventories/minimal", folder, ignore=shutil.ignore_patterns(".pedell"))
    (folder / "certificates").mkdir()
    pem = HOME / "inventories/dortmund/certificates/schul-ca.pem"
    shutil.copy(pem, folder / "certificates/schul-ca.pem")
    return folder


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Cut a YAML file into its top-level keys, each with all its lines."""
    for block in re.split(r"^(?=[a-z_]+:)", text, flags=re.M):
        if not block.startswith("#") and block.strip():
            yield block.partition(":")[0], block


def _put(folder: Path, example: str) -> None:
    """Write an example into an inventory: of a YAML file that is there, only what it names."""
    _, *parts = _NAME.split(example)
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        path, body = folder / name, text.lstrip("\n")
        path.parent.mkdir(exist_ok=True)
        if path.suffix == ".yml" and path.exists():
            said = {**dict(_blocks(path.read_text("utf-8"))), **dict(_blocks(body))}
            body = "\n".join(block.rstrip("\n") for block in said.values()) + "\n"
        path.write_text(body, encoding="utf-8")


def _codes(folder: Path) -> set[str]:
    try:
        return {problem.code for problem in read_offline(Setting((folder,))).warnings}
    except Rejected as rejected:
        return {problem.code for problem in rejected.problems}


def test_every_code_has_a_page_and_every_page_a_code():
    assert help_pages().keys() == SUMMARIES.keys()


@pytest.mark.parametrize("code", SUMMARIES)
def test_a_page_says_all_there_is_to_say(code):
    page = help_pages()[code]
    assert all(text.strip() for text in (page.means, page.wrong, page.right, page.way_out))
    assert page.wrong != page.right


@pytest.mark.parametrize("code", ["E0101", "E0231", "E0270", "W0301"])
def test_a_page_is_printed_in_full(code, tmp_path):
    answer = pedell_says("help", code.lower(), cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    head, _, *rest = answer.out.splitlines()
    assert head == f"{code}  {SUMMARIES[code]}"
    text = " ".join(" ".join(rest).split())
    page = help_pages()[code]
    for part in (page.means, page.wrong, page.right, page.way_out):
        assert " ".join(part.split()) in text
    assert max(map(len, answer.out.splitlines())) <= 100


@pytest.mark.parametrize("code", [code for code in FILES if code in RAISED])
def test_the_wrong_example_makes_exactly_this_mistake(folder, code):
    assert _codes(folder) == set()
    _put(folder, help_pages()[code].wrong)
    assert code in _codes(folder)


@pytest.mark.parametrize("code", FILES)
def test_the_right_example_is_right(folder, code):
    _put(folder, help_pages()[code].right)
    assert _codes(folder) == set()


@pytest.mark.parametrize("code", COMMANDS)
def test_the_wrong_command_makes_this_mistake(folder, code):
    _, *words = help_pages()[code].wrong.split()[1:]
    answer = pedell_says(*words, cwd=folder)
    assert answer.code in (5, 64)
    assert code in answer.err


# The right command of E0280 applies a plan, which needs targets.
@pytest.mark.parametrize("code", [code for code in COMMANDS if code != "E0280"])
def test_the_right_command_does_not(folder, code):
    _, *words = help_pages()[code].right.split()[1:]
    assert pedell_says(*words, cwd=folder).code == 0


def test_what_is_only_described_is_what_cannot_be_shown():
    described = {code for code in SUMMARIES if help_pages()[code].wrong.startswith("(")}
    assert described & RAISED <= DESCRIBED


@pytest.mark.parametrize("code", SUMMARIES)
def test_the_commands_that_a_page_names_exist(code):
    page = help_pages()[code]
    named = re.findall(r"pedell ([a-z]+)", " ".join((page.means, page.way_out, page.wrong)))
    assert set(named) <= pedell.commands.COMMANDS.keys()


def test_without_a_code_all_are_listed(tmp_path):
    answer = pedell_says("help", cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert all(f"{code}  {summary}" in answer.out for code, summary in SUMMARIES.items())


def test_an_unknown_code_names_the_nearest(tmp_path):
    answer = pedell_says("help", "E231", cwd=tmp_path)
    assert (answer.code, answer.out) == (64, "")
    assert 'Did you mean "E0231"?' in answer.err


def test_a_command_is_explained_too(tmp_path):
    answer = pedell_says("help", "explain", cwd=tmp_path)
    assert answer.code == 0
    assert answer.out.startswith("Usage: pedell explain")
