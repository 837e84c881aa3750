"""``pedell secret`` as a person types it, and where a value must never appear."""

import os
import pty
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.typed import SOURCE, Answer, pedell_says
from tests.inventory_builder import AUTHORITY, SCHOOL, build

CANARY = "kanarienvogel-7f3a"
MDM = "tablets: {provider: nanohub, platform: ipados, url: https://mdm.example.org, credential: tablets-api}"
ADDRESSED = AUTHORITY.replace("tablets: {provider: memory, platform: ipados}", MDM)
SUED = SCHOOL.replace("gs-nord", "gs-sued").replace("pupil: {ownership: loan}", "pupil: {}")
NORD = SCHOOL + "wifi: [schulnetz]\n"


def keygen(path: Path) -> str:
    answer = pedell_says("secret", "keygen", cwd=path.parent)
    assert (answer.code, len(answer.out.splitlines())) == (0, 2)
    path.write_text(answer.out)
    path.chmod(0o600)
    found = re.search(r"age1\S+", answer.out)
    assert found
    return found[0]


@pytest.fixture(name="keys")
def _keys(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir()
    return {name: (folder / name, keygen(folder / name)) for name in ("it", "nord", "later")}


@pytest.fixture(name="home")
def _home(tmp_path, keys):
    recipients = f"authority: [{keys['it'][1]}]\nschools: {{gs-nord: [{keys['nord'][1]}]}}\n"
    files = {
        "authority.yml": ADDRESSED,
        "schools/gs-nord.yml": NORD,
        "schools/gs-sued.yml": SUED,
        "secrets/recipients.yml": recipients,
    }
    return build(tmp_path / "inventory", files)


def says(home, *words, identity=None, typed="", env=None) -> Answer:
    variables = {"PEDELL_IDENTITY": str(identity)} if identity else {}
    return pedell_says(*words, cwd=home, env={**variables, **(env or {})}, typed=typed)


def put(home, name, value, *more):
    answer = says(home, "secret", "set", name, *more, typed=f"{value}\n")
    assert (answer.code, answer.err) == (0, ""), answer
    return answer.out


def shown(home, name, identity):
    return says(home, "secret", "get", name, "--force", identity=identity)


def plan(home, identity=None, env=None):
    words = ("plan", "--offline", "--diff", "--output", "json")
    return says(home, *words, identity=identity, env=env)


def test_what_is_set_opens_for_its_school_and_the_authority(home, keys):
    assert "secrets/gs-nord.yml, for 2 recipients" in put(home, "gs-nord-wlan", CANARY)
    assert "secrets/authority.yml, for 1 recipient." in put(home, "tablets-api", "api")
    assert stat.S_IMODE((home / "secrets/gs-nord.yml").stat().st_mode) == 0o644
    for name in ("it", "nord"):
        assert shown(home, "gs-nord-wlan", keys[name][0]).out == f"{CANARY}\n"
    refused = shown(home, "tablets-api", keys["nord"][0])
    assert (refused.code, refused.out) == (10, "")
    assert "tablets-api" in refused.err


def test_setting_anew_leaves_every_other_byte(home, keys):
    put(home, "gs-nord-a", "one")
    put(home, "gs-nord-b", "two")
    path = home / "secrets/gs-nord.yml"
    path.write_text("# ours\n" + path.read_text().replace("gs-nord-b", "# a word\ngs-nord-b"))
    before = path.read_text()
    put(home, "gs-nord-a", "three")
    after = path.read_text()
    assert after != before
    assert after.startswith("# ours\ngs-nord-a: |\n")
    assert after[after.index("# a word") :] == before[before.index("# a word") :]
    assert shown(home, "gs-nord-a", keys["it"][0]).out == "three\n"
    assert [p.name for p in sorted(path.parent.iterdir())] == ["gs-nord.yml", "recipients.yml"]


def test_a_value_is_not_printed_where_it_would_stay(home, keys):
    put(home, "gs-nord-wlan", CANARY)
    answer = says(home, "secret", "get", "gs-nord-wlan", identity=keys["it"][0])
    assert (answer.code, answer.out) == (6, "")
    assert "no terminal" in answer.err


def test_a_terminal_shows_it_and_asks_without_showing(home, keys):
    env = {**os.environ, "PYTHONPATH": str(SOURCE), "PEDELL_IDENTITY": str(keys["it"][0])}
    said = on_a_terminal(home, env, ["secret", "set", "gs-nord-wlan"], f"{CANARY}\n{CANARY}\n")
    assert "is encrypted in" in said
    assert CANARY not in said
    assert CANARY in on_a_terminal(home, env, ["secret", "get", "gs-nord-wlan"], "")


def on_a_terminal(home, env, words, typed) -> str:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pedell", *words]
    with subprocess.Popen(
        command,
        cwd=home,
        env=env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as child:
        os.close(theirs)
        said = b""
        for line in typed.splitlines(keepends=True):
            while not said.rstrip().endswith(b":"):
                said += os.read(ours, 4096)
            said += b" (typed)"
            os.write(ours, line.encode())
        try:
            while some := os.read(ours, 4096):
                said += some
        except OSError:  # the terminal hangs up when the child has gone
            pass
        assert child.wait(60) == 0, said
    os.close(ours)
    return said.decode()


def test_check_wants_an_entry_for_each_name(home, keys):
    put(home, "gs-nord-wlan", CANARY)
    put(home, "gs-nord-old", "x")
    answer = says(home, "secret", "check")
    assert answer.code == 5
    assert "No entry: tablets-api\n" in answer.err
    assert "Named by nothing: gs-nord-old\n" in answer.err
    assert "gs-nord-wlan" not in answer.err
    put(home, "tablets-api", "x")
    answer = says(home, "secret", "check")
    assert (answer.code, "none opened" in answer.out) == (0, True)
    answer = says(home, "secret", "check", identity=keys["it"][0])
    assert (answer.code, "3 entries below secrets/, 3 opened" in answer.out) == (0, True)
    assert says(home, "secret", "check", identity=keys["nord"][0]).code == 10
    assert says(home, "secret", "check", "--school", "gs-nord", identity=keys["nord"][0]).code == 0


def test_check_takes_what_the_environment_has(home):
    put(home, "gs-nord-wlan", CANARY)
    answer = says(home, "secret", "check", env={"PEDELL_SECRET_TABLETS_API": "x"})
    assert answer.code == 0
    assert "PEDELL_SECRET_TABLETS_API" in answer.err


def test_the_ciphertext_of_another_school_is_refused_by_check_and_plan(home, keys):
    put(home, "gs-sued-wlan", CANARY)
    put(home, "tablets-api", "x")
    stolen = (home / "secrets/gs-sued.yml").read_text().replace("gs-sued-wlan", "gs-nord-wlan")
    (home / "secrets/gs-nord.yml").write_text(stolen)
    for answer in (
        says(home, "secret", "check", identity=keys["it"][0]),
        plan(home, keys["it"][0]),
    ):
        assert answer.code == 5
        assert "E0290" in answer.out + answer.err
        assert "secrets/gs-nord.yml" in answer.out + answer.err
        assert CANARY not in answer.out + answer.err
    assert plan(home).code == 0  # who has no key cannot see it, and opens nothing


def test_rotation_follows_the_recipients_of_now(home, keys):
    put(home, "gs-nord-wlan", CANARY)
    put(home, "tablets-api", "api")
    path = home / "secrets/recipients.yml"
    path.write_text(path.read_text().replace(keys["nord"][1], keys["later"][1]))
    assert shown(home, "gs-nord-wlan", keys["later"][0]).code == 10
    before = (home / "secrets/gs-nord.yml").read_bytes()
    assert says(home, "secret", "rotate").code == 10
    assert says(home, "secret", "rotate", identity=keys["nord"][0]).code == 10
    assert (home / "secrets/gs-nord.yml").read_bytes() == before
    answer = says(home, "secret", "rotate", identity=keys["it"][0])
    assert (answer.code, len(answer.out.splitlines())) == (0, 2)
    assert shown(home, "gs-nord-wlan", keys["later"][0]).out == f"{CANARY}\n"
    assert shown(home, "gs-nord-wlan", keys["nord"][0]).code == 10
    assert shown(home, "tablets-api", keys["it"][0]).out == "api\n"


def test_rotating_one_school_leaves_the_others(home, keys):
    put(home, "gs-nord-wlan", CANARY)
    put(home, "tablets-api", "api")
    before = (home / "secrets/authority.yml").read_bytes()
    assert says(home, "secret", "rotate", "--school", "gs-nord", identity=keys["it"][0]).code == 0
    assert (home / "secrets/authority.yml").read_bytes() == before


def test_a_plan_shows_fingerprints_with_the_identity_and_works_without(home, keys):
    put(home, "gs-nord-wlan", CANARY)
    opened, closed = plan(home, keys["it"][0]), plan(home)
    assert (opened.code, closed.code) == (0, 0), opened.err + closed.err
    mark = re.compile(r'"secret": "gs-nord-wlan",\s+"fingerprint": "[0-9a-f]{4}')
    assert mark.search(opened.out)
    assert not mark.search(closed.out)
    assert "gs-nord-wlan" in closed.out
    assert mark.search(plan(home, env={"PEDELL_SECRET_GS_NORD_WLAN": "given"}).out)


def test_a_value_stays_inside(home, keys, tmp_path):
    said = put(home, "gs-nord-wlan", CANARY) + put(home, "tablets-api", CANARY)
    for words in (
        ("secret", "check"),
        ("secret", "rotate"),
        ("validate",),
        ("plan", "--offline", "--diff", "--out", "friday.plan"),
        ("plan", "--offline", "--diff", "--output", "json"),
        ("plan", "--offline", "--output", "jsonl"),
    ):
        answer = says(home, *words, identity=keys["it"][0])
        assert answer.code == 0, answer
        said += answer.out + answer.err
    assert CANARY not in said
    files = [path for path in home.rglob("*") if path.is_file()]
    assert {"friday.plan", "state.db"} <= {path.name for path in files}
    found = [path for path in files if CANARY.encode() in unpacked(path)]
    assert found == []


def unpacked(path: Path) -> bytes:
    import gzip

    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("gs-nord.yml", f"gs-nord-wlan: {CANARY}\n", "E0114"),
        ("gs-nord.yml", f"gs-nord-wlan: |\n  {CANARY}\n", "E0114"),
        ("gs-nord.yml", f"gs-nord-wlan: {CANARY}\ngs-nord-wlan: {CANARY}\n", "E0103"),
        ("gs-nord.yml", f"gs-nord-wlan: '{CANARY}\n", "E0102"),
        ("gs-nord.yml", f"- {CANARY}\n", "E0291"),
        ("gs-west.yml", f"gs-west-wlan: {CANARY}\n", "E0290"),
        ("recipients.yml", "authority: age1\n", "E0291"),
        ("recipients.yml", "schools: {gs-west: []}\n", "E0290"),
    ],
)
def test_what_is_wrong_is_told_without_the_value(home, name, text, code):
    (home / "secrets" / name).write_text(text)
    for output in ("text", "json"):
        answer = says(home, "validate", "--output", output)
        assert answer.code == 5
        assert code in answer.out + answer.err
        assert CANARY not in answer.out + answer.err


def test_a_secret_of_another_school_has_no_place_in_this_file(home):
    put(home, "gs-sued-wlan", "x")
    put(home, "tablets-api", "x")
    moved = home / "secrets/gs-nord.yml"
    for source in ("gs-sued.yml", "authority.yml"):
        moved.write_bytes((home / "secrets" / source).read_bytes())
        answer = says(home, "validate")
        assert answer.code == 5
        assert f"secrets/{source}" in answer.err
    (home / "secrets/authority.yml").write_bytes((home / "secrets/gs-sued.yml").read_bytes())
    moved.unlink()
    answer = says(home, "validate")
    assert (answer.code, "already" in answer.err) == (5, True)


def test_set_says_where_a_name_belongs(home):
    wrong = says(home, "secret", "set", "gs-sued-wlan", "--school", "gs-nord", typed="x\n")
    assert (wrong.code, "secrets/gs-sued.yml" in wrong.err) == (64, True)
    put(home, "gs-sued-wlan", "x", "--school", "gs-sued")
    assert says(home, "secret", "set", "../x", typed="x\n").code == 64
    assert says(home, "secret", "set", "gs-nord-wlan", typed="\n").code == 64
    assert not (home / "secrets/gs-nord.yml").exists()


def test_without_recipients_nothing_is_written(home):
    (home / "secrets/recipients.yml").unlink()
    answer = says(home, "secret", "set", "gs-nord-wlan", typed="x\n")
    assert (answer.code, "E0108" in answer.err) == (5, True)
    assert not list((home / "secrets").iterdir())


def test_an_identity_that_others_can_read_stops_a_plan(home, keys):
    put(home, "gs-nord-wlan", CANARY)
    keys["it"][0].chmod(0o644)
    answer = plan(home, keys["it"][0])
    assert (answer.code, "chmod 600" in answer.out + answer.err) == (5, True)
