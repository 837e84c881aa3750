import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Sealed, Secret
from pedell.providers.debian.books import (
    ask_about,
    is_package,
    is_unit,
    open_books,
    texts_by_path,
)
from pedell.providers.debian.codecs import decode
from pedell.providers.debian.orders import Due, due_of, take_order
from pedell.providers.debian.outcomes import read_report
from pedell.providers.debian.paths import plain_path
from pedell.providers.debian.probe import Guard, Questions, read_answer, write_probe
from pedell.providers.debian.script import BOOTSTRAP, pack, write_script
from tests.providers.debian.world import at, removal, steps, want

CASES = json.loads((Path(__file__).parent / "cases" / "observe.json").read_text())
names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


def parses(script):
    return subprocess.run(["sh", "-n"], input=script.encode(), check=False).returncode == 0


@given(names, names)
def test_the_probe_is_valid_shell_whatever_is_asked(name, root):
    ask = Questions(
        root=f"/{root}",
        files={f"/{name}": frozenset({"a" * 64})},
        directories=(f"/{name}",),
        packages=("freeradius",),
        units=("freeradius",),
        guards=(Guard(creates=f"/{name}"), Guard(unless=name)),
    )
    assert parses(write_probe(ask))


@pytest.mark.parametrize("cut", range(40))
def test_half_a_probe_does_nothing(cut, tmp_path):
    ask = Questions(files={"/etc/motd": frozenset()}, guards=(Guard(unless="touch pwned"),))
    script = write_probe(ask)
    half = script[: len(script) * cut // 40].encode()
    subprocess.run(["sh", "-s"], input=half, cwd=tmp_path, check=False, capture_output=True)
    assert list(tmp_path.iterdir()) == []


KEY = "0123456789"


def orders_for(resources, secrets=None):
    batch = steps(resources)
    numbers = frozenset(step.number for step in batch)
    return [take_order(s, numbers, Due(), frozenset(), "", secrets or {}) for s in batch]


@given(names, names)
def test_the_apply_is_valid_shell_whatever_is_wanted(name, text):
    resources = [
        want("file", f"/etc/{name}", content=text, owner="root", group="adm", mode="0640"),
        want("directory", f"/etc/{name}"),
        want("command", name, run=text, unless=name, done=True),
        want("package", "freeradius", installed=True),
        want("service", "freeradius", running=True),
    ]
    services = {one.address: one.spec for one in resources if one.address.kind == "service"}
    assert parses(write_script(orders_for(resources), services, f"/{name}", KEY).text)


def test_the_bootstrap_is_valid_shell():
    assert parses(BOOTSTRAP)


@pytest.mark.parametrize("cut", [0, 1, 511, 512, 600, 1024, 1536, 2000, 2048])
def test_half_an_archive_does_nothing(cut, tmp_path):
    (order,) = orders_for([want("file", f"{tmp_path}/out/motd", content="x" * 700)])
    archive = pack([order], write_script([order], {}, "", KEY))
    (tmp_path / "tmp").mkdir()
    done = subprocess.run(
        ["sh", "-c", BOOTSTRAP],
        input=archive[:cut],
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path / "tmp")},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 97
    assert [path.name for path in tmp_path.rglob("*")] == ["tmp"]


def test_two_files_of_one_content_are_two_members():
    orders = orders_for([want("file", f"/{n}", content="x") for n in "ab"])
    archive = pack(orders, write_script(orders, {}, "", KEY))
    assert all(archive.count(f".{KEY}.pedell-part/{n}\0".encode()) == 1 for n in "ab")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_what_a_server_says_becomes_what_is_observed(case):
    wanted = {at(*one["address"]): one["spec"] for one in case.get("wanted", ())}
    left = {at(*one["address"]): one["spec"] for one in case.get("remembered", ())}
    books = open_books(wanted, left)
    ask = ask_about(books, case.get("root", ""), {})
    answer = "".join(f"{word}\0" for word in ["noise\n", "pedell", *case["answer"], "end"])
    facts = read_answer(ask, answer.encode())
    seen = [decode(book, facts, texts_by_path(books), {}) for book in books]
    assert [one and one.spec for one in seen] == case["observed"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"Welcome!\n",
        b"\0pedell\0",
        b"\0pedell\0file\0/etc/motd\0regular file\0",
        b"\0pedell\0due\0x\0",
        b"\0pedell\0surprise\0end\0",
        b"\0pedell\0guard\0" + b"7\0end\0",
        b"\0pedell\0units\0a\nb\0c\0end\0",
        b"\0pedell\0file\0/a\0\xff\0x\0x\0x\0x\0end\0",
        b"\0pedell\0file\0/a\0a\0b\0c\0d\0large\0end\0",
    ],
)
def test_an_answer_that_is_not_whole_is_refused(answer):
    with pytest.raises(ValueError, match="answer"):
        read_answer(Questions(units=("one",)), answer)


@given(st.binary())
def test_a_garbled_report_claims_nothing(said):
    report = read_report(said)
    assert report.steps == {}
    assert not report.is_whole


def test_a_line_that_was_cut_off_counts_as_not_said():
    report = read_report(b"pedell begin\npedell step 1 changed \npedell step 2 changed ")
    assert set(report.steps) == {1}
    assert not report.is_whole


def test_a_service_that_shall_not_run_is_restarted_by_nothing():
    asked = {"restart_on": ["file/a"]}
    services = {
        at("service", "one"): {"running": True, **asked},
        at("service", "two"): asked,
        at("service", "three"): {"running": False, **asked},
    }
    assert due_of(services) == {at("file", "a"): Due(("one", "two"))}


def test_a_removal_that_lies_where_something_is_wanted_removes_nothing():
    step = removal(1, want("file", "motd", path="/etc/motd", content="x"))
    order = take_order(step, frozenset({1}), Due(), frozenset({"/etc/motd"}), "", {})
    assert order.call == ("nothing",)


@pytest.mark.parametrize(
    ("path", "plain"),
    [("/etc//motd", "/etc/motd"), ("/../x", "/x"), ("/a/../../b/./c/", "/b/c"), ("//x", "/x")],
)
def test_a_path_stays_below_its_root(path, plain):
    assert plain_path(path) == plain


def test_names_that_mean_something_else_are_none():
    assert all(map(is_package, ["g++", "libc6:amd64", "python3.11", "0ad"]))
    assert not any(map(is_package, ["", "-y", "x-", "X", "a=1", "a/b", "a b", "a\n", "^a", "a*"]))
    assert all(map(is_unit, ["freeradius", "getty@tty1.service", "dev-sda\\x2d.mount"]))
    assert not any(map(is_unit, ["", "-H", "a*", "a b", "a/b", "a\n", "[a]"]))


def test_a_secret_reaches_the_archive_and_not_the_script():
    template = want(
        "template",
        "c",
        path="/etc/c",
        content="⟦secret:radius⟧",
        secrets={"radius": Sealed("radius", "1" * 32)},
    )
    (order,) = orders_for([template], {"radius": Secret("s3cret")})
    script = write_script([order], {}, "", KEY)
    assert "s3cret" not in script.text
    assert b"s3cret" in pack([order], script)
