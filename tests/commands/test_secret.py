"""``pedell secret`` as a person types it, and where a value must never appear."""

import os
import pty
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands.repositories import commit
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


class Edited:
    """A home whose editor is a script: it sees the file in ``sys.argv[1]`` and the try, from 1."""

    def __init__(self, home, keys, tmp_path):
        self.home, self.keys = home, keys
        self.room = tmp_path / "room"
        self.room.mkdir(mode=0o700)
        self.seen = tmp_path / "seen"
        self.seen.mkdir()
        self.script = tmp_path / "editor.py"

    @property
    def env(self):
        return {
            "VISUAL": f"'{sys.executable}' '{self.script}'",
            "XDG_RUNTIME_DIR": str(self.room),
            "PEDELL_IDENTITY": str(self.keys["it"][0]),
        }

    def write(self, script):
        head = f"""
import os, re, sys, time, pathlib
path = pathlib.Path(sys.argv[1])
seen = pathlib.Path({str(self.seen)!r})
number = len(list(seen.iterdir())) + 1
text = path.read_bytes().decode("utf-8", "replace")
(seen / str(number)).write_text(text)
"""
        self.script.write_text(f"{head}{script}")

    def __call__(self, script, owner="gs-nord", **env):
        self.write(script)
        answer = says(self.home, "secret", "edit", owner, env={**self.env, **env})
        assert list(self.room.iterdir()) == []
        assert CANARY not in answer.out + answer.err
        assert "A bug of Pedell" not in answer.err
        return answer

    def texts(self):
        return [path.read_text() for path in sorted(self.seen.iterdir())]


@pytest.fixture(name="edited")
def _edited(home, keys, tmp_path):
    put(home, "gs-nord-wlan", CANARY)
    put(home, "gs-nord-old", "old")
    put(home, "gs-nord-radius", "r # a'd\"i\\\\us: 1.50")
    return Edited(home, keys, tmp_path)


def test_editing_encrypts_what_changed_and_nothing_else(home, keys, edited):
    before = (home / "secrets/gs-nord.yml").read_text()
    answer = edited(f"""
text = re.sub("gs-nord-old: .*", "gs-nord-new: 0012 #! 'x", text).replace({CANARY!r}, "{CANARY}-2")
path.write_text(text)
""")
    assert (answer.code, answer.err) == (0, "")
    assert "Changed: gs-nord-wlan\nNew: gs-nord-new\nTaken out: gs-nord-old\n" in answer.out
    assert "gs-nord.yml is encrypted for 2 recipients." in answer.out
    after = (home / "secrets/gs-nord.yml").read_text()
    kept = before[before.index("gs-nord-radius") :]
    assert kept in after
    assert "gs-nord-old" not in after
    assert shown(home, "gs-nord-wlan", keys["nord"][0]).out == f"{CANARY}-2\n"
    assert shown(home, "gs-nord-new", keys["it"][0]).out == "0012 #! 'x\n"
    assert "gs-nord-radius: r # a'd" in edited.texts()[0]


def test_a_text_left_as_it_was_changes_nothing(home, keys, edited):
    put(home, "gs-nord-odd", "a\n\n b\n")
    before = (home / "secrets/gs-nord.yml").read_bytes()
    answer = edited("path.write_text(text + chr(10))")
    assert (answer.code, answer.out) == (0, "Nothing has been changed.\n")
    assert (home / "secrets/gs-nord.yml").read_bytes() == before


def test_what_lines_cannot_hold_stays_as_it_is(home, keys, edited):
    put(home, "gs-nord-odd", "a\n\n\n")
    assert edited("path.write_text(text + 'gs-nord-x: 1')").code == 0
    assert "gs-nord-odd stays as it is" in edited.texts()[0]
    assert shown(home, "gs-nord-odd", keys["it"][0]).out == "a\n\n\n\n"


def test_the_file_is_for_one_person_and_gone_with_all_that_lay_beside_it(edited):
    answer = edited("""
import stat
print(oct(stat.S_IMODE(path.stat().st_mode)), oct(stat.S_IMODE(path.parent.stat().st_mode)), path.parent.parent == pathlib.Path(os.environ["XDG_RUNTIME_DIR"]), [k for k in os.environ if k.startswith("PEDELL_")])
(path.parent / "more").mkdir()
for name in (".gs-nord.txt.swp", "gs-nord.txt~", "more/a"):
    (path.parent / name).write_text(text)
    (path.parent / name).chmod(0o400)
(path.parent / "link").symlink_to(seen)
os.link(path, seen / "kept")
""")
    assert answer.out == "0o600 0o700 True []\nNothing has been changed.\n"
    assert set((edited.seen / "kept").read_bytes()) == {0}


@pytest.mark.parametrize(
    "script", ["sys.exit(3)", "os.kill(os.getpid(), 9)", "os.kill(os.getpid(), 2)"]
)
def test_an_editor_that_fails_changes_nothing(home, edited, script):
    before = (home / "secrets/gs-nord.yml").read_bytes()
    answer = edited(f"path.write_text('gs-nord-wlan: x')\n{script}")
    assert answer.code in (6, 130)
    assert "Nothing has been changed." in answer.err
    assert (home / "secrets/gs-nord.yml").read_bytes() == before


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{CANARY}", "A name (letters, digits, dots, hyphens) and a colon"),
        (f"gs-sued-x: {CANARY}", "secrets/gs-sued.yml"),
    ],
)
def test_a_broken_line_comes_back_with_its_reason_and_all_the_text(home, edited, line, reason):
    before = (home / "secrets/gs-nord.yml").read_bytes()
    answer = edited(
        f"number == 1 and path.write_text(text + {line!r} + chr(10) + 'gs-nord-y: mine')"
    )
    assert answer.code == 6
    assert reason in answer.err
    assert "Given up. Nothing has been changed." in answer.err
    first, second = edited.texts()
    number = int(re.search(r"#! Line (\d+): ", second)[1])
    assert second.split("\n")[number - 1] == line
    assert second.endswith("gs-nord-y: mine")
    assert first in second
    assert (home / "secrets/gs-nord.yml").read_bytes() == before


def test_who_mends_the_line_has_lost_nothing(home, keys, edited):
    answer = edited("""
tries = [text + "gs-nord-x:1", text.replace("x:1", "x:2"), text.replace("x:2", "x: 3")]
path.write_text(tries[number - 1])
""")
    assert answer.code == 0, answer
    assert shown(home, "gs-nord-x", keys["it"][0]).out == "3\n"
    assert [text.count("#! Line") for text in edited.texts()] == [0, 1, 1]


def test_a_text_that_is_no_utf8_comes_back_byte_for_byte(edited):
    answer = edited("""
mine = path.read_bytes()
number == 1 and path.write_bytes(mine + b"gs-nord-x: a" + bytes([255]))
(seen.parent / "last").write_bytes(mine)
""")
    assert (answer.code, "no text" in answer.err) == (6, True)
    assert (edited.seen.parent / "last").read_bytes().endswith(b"gs-nord-x: a\xff")


def test_an_empty_text_takes_nothing_out(home, edited):
    before = (home / "secrets/gs-nord.yml").read_bytes()
    answer = edited("path.write_text('') if number == 1 else None")
    assert (answer.code, "No entry is left" in answer.err) == (6, True)
    assert (home / "secrets/gs-nord.yml").read_bytes() == before


def test_what_somebody_else_wrote_meanwhile_is_not_written_over_unseen(home, keys, edited):
    script = f"""
import subprocess
if number == 1:
    env = dict(os.environ, PYTHONPATH={str(SOURCE)!r})
    for name, value in (("gs-nord-wlan", b"theirs"), ("gs-nord-other", b"other")):
        subprocess.run([sys.executable, "-m", "pedell", "secret", "set", name], input=value, cwd={str(home)!r}, env=env, check=True, stdout=subprocess.DEVNULL)
    path.write_text(text.replace({CANARY!r}, "mine"))
elif {{0}}:
    path.write_text(text + chr(10))
"""
    answer = edited(script.replace("{0}", "False"))
    assert (answer.code, "Somebody changed gs-nord-wlan meanwhile" in answer.err) == (6, True)
    assert shown(home, "gs-nord-wlan", keys["it"][0]).out == "theirs\n"
    for seen in edited.seen.iterdir():
        seen.unlink()
    put(home, "gs-nord-wlan", CANARY)
    assert edited(script.replace("{0}", "True")).code == 0
    assert shown(home, "gs-nord-wlan", keys["it"][0]).out == "mine\n"
    assert shown(home, "gs-nord-other", keys["it"][0]).out == "other\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_editor_and_removes_the_text(home, edited, number):
    before = (home / "secrets/gs-nord.yml").read_bytes()
    edited.write("(seen / 'ready').touch(); time.sleep(60)")
    env = {**os.environ, **edited.env, "PYTHONPATH": str(SOURCE)}
    words = [sys.executable, "-m", "pedell", "secret", "edit", "gs-nord"]
    with subprocess.Popen(words, cwd=home, env=env, stderr=subprocess.PIPE) as child:
        while not (edited.seen / "ready").exists():
            time.sleep(0.02)
        child.send_signal(number)
        child.wait(20)
    assert child.returncode == 143
    assert list(edited.room.iterdir()) == []
    assert (home / "secrets/gs-nord.yml").read_bytes() == before


def test_ctrl_c_in_the_editor_leaves_no_text(home, edited):
    edited.write("(seen / 'ready').touch(); time.sleep(60)")
    env = {**os.environ, **edited.env, "PYTHONPATH": str(SOURCE)}
    words = [sys.executable, "-m", "pedell", "secret", "edit", "gs-nord"]
    with subprocess.Popen(
        words, cwd=home, env=env, stderr=subprocess.PIPE, start_new_session=True
    ) as child:
        while not (edited.seen / "ready").exists():
            time.sleep(0.02)
        os.killpg(child.pid, signal.SIGINT)  # as a terminal does
        said = child.stderr.read().decode()
        child.wait(20)
    assert child.returncode in (6, 130), said
    assert list(edited.room.iterdir()) == []
    assert CANARY not in said


def test_without_an_editor_or_the_key_nothing_is_opened(home, keys, edited):
    answer = says(home, "secret", "edit", "gs-nord", env={**edited.env, "VISUAL": "/nowhere/ed"})
    assert (answer.code, "VISUAL" in answer.err) == (64, True)
    assert list(edited.room.iterdir()) == []
    assert says(home, "secret", "edit", "gs-west", env=edited.env).code == 64
    put(home, "tablets-api", "x")
    key = {"PEDELL_IDENTITY": str(keys["nord"][0])}
    assert says(home, "secret", "edit", "authority", env={**edited.env, **key}).code == 10


def test_a_first_entry_can_be_edited_into_being(home, keys, edited):
    assert edited("path.write_text(text + 'gs-sued-x: 1')", owner="gs-sued").code == 0
    assert shown(home, "gs-sued-x", keys["it"][0]).out == "1\n"


def rotate(home, keys, *recipients, identity="it"):
    words = [word for key in recipients for word in ("--recipient", key)]
    return says(home, "secret", "rotate", *words, identity=keys[identity][0])


def test_a_recipient_taken_out_names_the_values_to_change(home, keys):
    put(home, "gs-nord-wlan", CANARY)
    put(home, "gs-sued-wlan", "x")
    put(home, "tablets-api", "api")
    commit(home)
    path = home / "secrets/recipients.yml"
    path.write_text(path.read_text().replace(keys["nord"][1], keys["later"][1]))
    before = {
        name: (home / f"secrets/{name}.yml").read_bytes() for name in ("gs-sued", "authority")
    }
    answer = rotate(home, keys, keys["nord"][1], keys["later"][1])
    assert (answer.code, answer.err) == (0, "")
    assert "gs-nord.yml: 1 entry, for 2 recipients.\n  gs-nord-wlan\n" in answer.out
    assert f"{keys['nord'][1][:24]}… was taken out." in answer.out
    assert answer.out.count("  gs-nord-wlan\n") == 2
    assert f"{keys['later'][1][:24]}… opens them now." in answer.out
    assert "gs-sued" not in answer.out
    assert "tablets-api" not in answer.out
    assert CANARY not in answer.out
    assert {n: (home / f"secrets/{n}.yml").read_bytes() for n in before} == before
    assert shown(home, "gs-nord-wlan", keys["nord"][0]).code == 10
    assert shown(home, "gs-nord-wlan", keys["later"][0]).out == f"{CANARY}\n"


def test_without_git_a_key_that_stands_nowhere_may_have_opened_all(home, keys):
    put(home, "gs-nord-wlan", CANARY)
    put(home, "tablets-api", "api")
    answer = rotate(home, keys, keys["later"][1])
    assert answer.code == 0
    assert "  gs-nord-wlan\n  tablets-api\n" in answer.out


def test_a_recipient_that_was_never_there_or_is_none_is_told(home, keys):
    put(home, "gs-nord-wlan", CANARY)
    commit(home)
    assert rotate(home, keys, keys["later"][1]).code == 64
    assert rotate(home, keys, "age1nonsense").code == 64
    assert rotate(home, keys, keys["nord"][1], identity="later").code == 10


def test_a_plan_refuses_the_secret_of_somebody_else(home, keys):
    text = NORD.replace("[schulnetz]", "{schulnetz: {password: !secret tablets-api}}")
    put(home, "tablets-api", CANARY)
    (home / "schools/gs-nord.yml").write_text(text)
    answer = plan(home, keys["it"][0])
    assert answer.code == 5
    assert "E0292" in answer.out + answer.err
    assert CANARY not in answer.out + answer.err
