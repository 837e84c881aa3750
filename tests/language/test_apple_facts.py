"""Which table raw profiles are held against, and what each kind of iPad makes of them."""

import json
import plistlib
import shutil
from pathlib import Path

import pytest

from pedell.language.profiles import FACTS, judge_profile, read_facts, read_profiles
from pedell.model import AppleFacts, Asset, Document, Platform, Rejected
from pedell.payloads.apple.facts import facts, write_facts
from pedell.wiring import Setting, read_offline

FILE = "profiles/rules.mobileconfig"
RIGHTS = "com.apple.applicationaccess"
_SHIPPED = AppleFacts()


def profile(**keys):
    whole = {"PayloadVersion": 1, "PayloadUUID": "A", "PayloadIdentifier": "org.example"}
    part = {"PayloadType": RIGHTS, **whole, "PayloadUUID": "B", "PayloadIdentifier": "b", **keys}
    return plistlib.dumps({"PayloadType": "Configuration", **whole, "PayloadContent": [part]})


def own_table(release="99.0", **keys):
    """Pedell's own table as of another release, with more keys among the restrictions."""
    known = facts()
    rights = known["types"][RIGHTS]
    types = {**known["types"], RIGHTS: {**rights, "k": {**rights["k"], **keys}}}
    releases = {"profiles": release, "declarations": release}
    return write_facts({**known, "types": types, "releases": releases})


def table(text):
    found, problems = read_facts({FACTS: Asset(f"inv/{FACTS}", FACTS, text.encode())})
    assert problems == ()
    return found


def read(content, own=""):
    document = Document("", "", "", {"profiles": {"rules": {"file": FILE}}}, {}, {})
    found, problems = read_profiles(document, {FILE: Asset(FILE, FILE, content)}, own)
    return found.get("rules"), problems


def judged(content, platform, own=_SHIPPED):
    return [words for _, words in judge_profile(read(content, own.text)[0], platform, own)]


def test_without_a_table_of_its_own_that_of_pedell_holds():
    found, problems = read_facts({})
    assert (found.text, found.doubts, problems) == ("", (), ())
    assert found.release == "profiles of iOS 18.3, declarations of iOS 27.0 Seed 1"


def test_a_newer_table_knows_what_is_new_and_says_its_release():
    found = table(own_table(allowTeleport={"t": "b", "a": "98.0"}))
    assert (found.release, found.doubts) == ("iOS 99.0", ())
    content = profile(allowTeleport=False)
    assert [doubt.code for doubt in read(content)[0].doubts] == ["W0305"]
    assert read(content, found.text)[0].doubts == ()
    assert judged(content, Platform((99, 0)), found) == []
    assert "came with iOS 98.0" in judged(content, Platform((26, 0)), found)[0]
    wrong = read(profile(allowTeleport="no"), found.text)[1]
    assert [problem.code for problem in wrong] == ["E0237"]


def test_an_older_table_holds_and_says_so_for_each_part():
    found = table(own_table("18.0"))
    assert [(one.code, one.source.file) for one in found.doubts] == [("W0314", f"inv/{FACTS}")] * 2
    assert found.release == "iOS 18.0"


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"{}", b"[]", b'"a"', b"[" * 99_999, b"null"]
)
def test_what_is_no_table_is_refused_and_that_of_pedell_stays(content):
    found, (problem,) = read_facts({FACTS: Asset(FACTS, FACTS, content)})
    assert (problem.code, problem.source.line) == ("E0239", 1)
    assert found.text == ""


@pytest.mark.parametrize(
    ("keys", "platform", "words"),
    [
        ({"allowAirDrop": False}, Platform((18, 3)), None),
        ({"allowAirDrop": False}, Platform((18, 3), supervised=False), "needs supervision"),
        ({"allowAirDrop": True}, Platform((18, 3), supervised=False), None),
        ({"allowWritingTools": False}, Platform((17, 2)), "came with iOS 18.0"),
        ({"allowWritingTools": False}, Platform((18, 0)), None),
        ({"allowWritingTools": False}, Platform((26, 4)), "outdated since iOS 26.4"),
        ({"enforcedSoftwareUpdateDelay": 7, "forceDelayedSoftwareUpdates": True}, Platform((27, 0)), "took"),
        ({"allowCloudDocumentSync": False}, Platform((18, 3), shared=True), "hared iPads"),
        ({"allowCamera": False}, Platform((26, 4)), None),
        ({"allowTeleport": False}, Platform((26, 4)), "The table ends with iOS 18.3"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_profile_depends_on_who_gets_it(keys, platform, words):
    found = judged(profile(**keys), platform)
    assert bool(found) is bool(words)
    assert all(words in one for one in found)


def test_what_depends_on_devices_is_no_word_about_the_file_alone():
    kept, problems = read(profile(allowAirDrop=False, allowWritingTools=False))
    assert (problems, kept.doubts) == ((), ())


def test_a_key_that_does_nothing_without_another_is_a_doubt_at_its_line():
    content = profile(enforcedSoftwareUpdateDelay=7)
    (doubt,) = read(content)[0].doubts
    assert doubt.code == "W0316"
    assert "forceDelayedSoftwareUpdates" in doubt.detail


@pytest.fixture(name="folder")
def _folder(tmp_path):
    source = Path(__file__).parents[2] / "inventories/minimal"
    folder = tmp_path / "schools"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".pedell"))
    (folder / "profiles").mkdir()
    (folder / "facts").mkdir()
    catalogue = folder / "catalogue.yml"
    catalogue.write_text(f"{catalogue.read_text()}profiles: {{rules: {{file: {FILE}}}}}\n")
    school = folder / "schools/gs-nord.yml"
    school.write_text(f"{school.read_text()}profiles: [rules]\n")
    return folder


def warnings(folder):
    return [(one.code, one.source.line) for one in read_offline(Setting((folder,))).warnings]


def test_one_line_is_told_once_for_all_cohorts(folder):
    content = profile(allowWritingTools=False)
    (folder / FILE).write_bytes(content)
    line = 1 + content[: content.index(b"allowWritingTools")].count(b"\n")
    (warning,) = read_offline(Setting((folder,))).warnings
    assert (warning.code, warning.source.line) == ("W0316", line)
    assert "gs-nord pupil, gs-nord teacher" in warning.detail


def test_validate_and_plan_use_the_table_of_the_inventory(folder):
    (folder / FILE).write_bytes(profile(allowTeleport=False))
    assert {code for code, _ in warnings(folder)} == {"W0305"}
    (folder / FACTS).write_text(own_table(allowTeleport={"t": "b", "a": "4.0"}))
    reading = read_offline(Setting((folder,)))
    assert reading.warnings == ()
    assert reading.inventory.facts.release == "iOS 99.0"
    (folder / FACTS).write_text(json.dumps({"format": 1}))
    with pytest.raises(Rejected) as caught:
        read_offline(Setting((folder,)))
    assert {problem.code for problem in caught.value.problems} == {"E0239"}
