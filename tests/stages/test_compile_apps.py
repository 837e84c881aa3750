"""Apps reach the cohorts that they fit, with what they need, or it is said why not."""

import pytest

from tests.inventory_builder import AUTHORITY, SCHOOL, build, compiled, problem, problems, read

TARGETS = AUTHORITY.replace(
    "targets:\n", "targets:\n  pcs: {provider: outside, platform: windows}\n"
)
CATALOGUE = """\
wifi:
  schulnetz: {ssid: Schulnetz, security: open}
certificates: {ca: {file: certificates/ca.pem}}
apps:
  anton: {title: ANTON, app_store: 1, approved: "2021-01-15"}
  editor: {title: Editor, winget: A.Editor, approved: "2021-01-15"}
  office: {title: Office, bundle: a.office, opsi: office, approved: "2021-01-15", licences: {count: device, pool: school}, cost: 3}
  reader: {title: Reader, app_store: 2, winget: A.Reader, approved: "2021-01-15", needs: {apps: [office], wifi: [schulnetz], certificates: [ca]}}
  fresh: {title: Fresh, winget: A.Fresh}
"""
MIXED = """\
school: gs-nord
name: Grundschule Nord
type: grundschule
base: mixed
cohorts:
  pupil: {platform: ipados}
  teacher: {platform: windows}
"""
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def mixed(root, more="", school=MIXED):
    files = {
        "authority.yml": TARGETS,
        "catalogue.yml": CATALOGUE,
        "schools/gs-nord.yml": school + more,
        "certificates/ca.pem": PEM,
    }
    return build(root, files)


def test_an_app_goes_where_it_has_an_identity(tmp_path):
    root = mixed(tmp_path, "apps: [anton, editor, office]\n")
    reading = read(root)
    apps = [str(address) for address in reading.desired if address.kind == "app"]
    assert apps == ["gs-nord/pupil/app/anton", "gs-nord/pupil/app/office"]
    assert [w.code for w in reading.warnings if w.code != "W0306"] == []
    (account,) = reading.accounts
    assert account.needed == 3


def test_devices_get_only_what_an_mdm_must_know(tmp_path):
    found = compiled(mixed(tmp_path, "apps: [office]\n"))["gs-nord/pupil/app/office"]
    assert found.spec == {"title": "Office", "bundle": "a.office"}


@pytest.mark.parametrize(
    ("cohorts", "place", "words"),
    [
        ("{pupil: {platform: ipados, apps: [editor]}}", 5, ("app_store nor bundle", "ipados")),
        ("{pupil: {platform: windows, apps: [anton]}}", 5, ("winget nor opsi", "windows")),
        ("{pupil: {platform: other, target: leads, apps: [anton]}}", 5, ("only counted",)),
    ],
)
def test_an_app_chosen_for_a_cohort_must_fit_it(tmp_path, cohorts, place, words):
    school = MIXED.partition("cohorts:")[0] + f"cohorts: {cohorts}\n"
    authority = TARGETS.replace(
        "targets:\n", "targets:\n  leads: {provider: outside, platform: other}\n"
    )
    root = mixed(tmp_path, school=school)
    (root / "authority.yml").write_text(authority)
    (root / "devices/gs-nord.csv").unlink()
    code, where, detail = problem(root)
    assert (code, where.split(":")[:2]) == ("E0262", ["schools/gs-nord.yml", str(place)])
    assert all(word in detail for word in words)


def test_an_app_without_approval_is_refused_on_every_platform(tmp_path):
    code, place, _ = problem(mixed(tmp_path, "apps: [fresh]\n"))
    assert (code, place) == ("E0230", "schools/gs-nord.yml:8:8")


def test_what_an_app_needs_comes_first_and_the_edge_says_why(tmp_path):
    more = "apps: [office, reader]\nwifi: [schulnetz]\ncertificates: [ca]\n"
    found = compiled(mixed(tmp_path, more))["gs-nord/pupil/app/reader"]
    reasons = {str(need.address): need.reason for need in found.needs}
    assert reasons == {
        "gs-nord/pupil/membership/devices": "its devices must be known first",
        "gs-nord/pupil/app/office": "Reader cannot do without it",
        "gs-nord/pupil/wifi/schulnetz": "Reader cannot do without it",
        "gs-nord/pupil/certificate/ca": "Reader cannot do without it",
    }


def test_what_an_app_needs_must_be_chosen_too(tmp_path):
    root = mixed(tmp_path, "apps: [reader]\n")
    found = problems(root)
    assert {each.code for each in found} == {"E0263"}
    assert {str(each.source).removeprefix(f"{root}/") for each in found} == {
        "schools/gs-nord.yml:8:8"
    }
    text = "\n".join(each.detail for each in found)
    assert 'the app "office"' in text
    assert 'the Wi-Fi "schulnetz"' in text
    assert 'the certificate "ca"' in text
    assert f"{root}/catalogue.yml:8:" in text


def test_devices_of_others_need_apps_and_no_network_of_ours(tmp_path):
    school = MIXED.replace("platform: windows", "platform: windows, apps: [reader, office]")
    assert "gs-nord/pupil/membership/devices" in compiled(mixed(tmp_path, school=school))


def test_who_takes_away_what_is_needed_is_named(tmp_path):
    school = SCHOOL.replace("teacher: {}", "teacher: {apps: {remove: [office]}}")
    more = "apps: [office, reader]\nwifi: [schulnetz]\ncertificates: [ca]\n"
    root = mixed(tmp_path, more, school)
    code, place, detail = problem(root)
    assert (code, place) == ("E0263", "schools/gs-nord.yml:7:16")
    assert f"taken away here: {root}/schools/gs-nord.yml:6:" in detail


COMMANDED = """\
apps:
  lernapp:
    title: Lernapp (erfunden)
    app_store: 4711
    bundle: org.example.lernapp
    approved: "2026-01-15"
    install: command
    configuration: {url: "https://lernen.example.org", present: true, look: {dark: false}, code: "${school.id}", token: !secret "${school.id}-lernapp"}
  reader: {title: Reader, app_store: 2, approved: "2021-01-15", needs: {apps: [lernapp]}}
  anton: {title: ANTON, app_store: 1, approved: "2021-01-15", updates: never}
"""
AT = "gs-nord/pupil/configured_app/lernapp"


def commanded(root, more="", catalogue=COMMANDED, **files):
    text = SCHOOL + f"apps: [lernapp, reader, anton]\n{more}"
    return build(root, {"catalogue.yml": catalogue, "schools/gs-nord.yml": text, **files})


def test_layers_tell_an_app_what_the_catalogue_leaves_open(tmp_path):
    more = "app_settings: {lernapp: {configuration: {look: {dark: true}, room: 12, askPassword: false}}}\n"
    found = compiled(commanded(tmp_path, more))[AT]
    told = {key: value for key, value in found.spec["configuration"].items() if key != "token"}
    assert told == {
        "url": "https://lernen.example.org",
        "present": True,
        "look": {"dark": True},
        "code": "gs-nord",
        "room": 12,
        "askPassword": False,
    }
    assert found.spec["configuration"]["token"].name == "gs-nord-lernapp"
    assert (found.spec["bundle"], found.spec["app_store"]) == ("org.example.lernapp", 4711)
    assert found.origins["configuration", "room"].file.endswith("gs-nord.yml")
    assert found.origins["configuration", "url"].file.endswith("catalogue.yml")


def test_a_key_named_present_chooses_no_app(tmp_path):
    root = commanded(tmp_path)
    text = SCHOOL + "app_settings: {lernapp: {configuration: {present: true}}}\n"
    (root / "schools/gs-nord.yml").write_text(text)
    assert AT not in compiled(root)


def test_who_needs_an_app_waits_for_it_whatever_way_it_comes(tmp_path):
    needs = compiled(commanded(tmp_path))["gs-nord/pupil/app/reader"].needs
    assert AT in {str(need.address) for need in needs}


@pytest.mark.parametrize(("os", "updates"), [("25.9", None), ("26.0", "never"), ("26.4", "never")])
def test_only_an_ipados_that_knows_updates_is_told_of_them(tmp_path, os, updates):
    reading = read(commanded(tmp_path, f'os: "{os}"\n'))
    specs = {str(at): one.spec for at, one in reading.desired.items()}
    assert specs["gs-nord/pupil/app/anton"].get("updates") == updates
    assert ["W0315" in {w.code for w in reading.warnings}] == [updates is None]


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ("{anton: {configuration: {a: 1}}}", "E0266", "Say `install: command` there"),
        ("{antn: {configuration: {a: 1}}}", "E0231", 'Did you mean "anton"?'),
        ("{lernapp: {configuration: {look: dark}}}", "E0112", "a block of keys at"),
        ("{lernapp: {configuration: {rooms: [!secret gs-nord-x]}}}", "E0113", "No secret"),
        ("{lernapp: {configuration: {room: null}}}", "E0113", ""),
        ("{lernapp: {removable: true}}", "E0110", "removable"),
        ("{lernapp: {configuration: {login: {userPassword: geheim}}}}", "E0114", "!secret NAME"),
        ("{lernapp: {configuration: {token: geheim}}}", "E0114", "!secret NAME"),
        ('{lernapp: {configuration: {rooms: ["\\x01"]}}}', "E0113", ""),
        ('{lernapp: {configuration: {"a\\x01": 1}}}', "E0113", ""),
    ],
)
def test_what_an_app_cannot_be_told_is_said(tmp_path, said, code, words):
    found = problems(commanded(tmp_path, f"app_settings: {said}\n"))
    assert (code, True) in {(one.code, words in one.detail) for one in found}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("app_store: 1, configuration: {a: 1}", "say `install: command`"),
        ("app_store: 1, removable: true", "say `install: command`"),
        ("app_store: 1, install: command", "Say `bundle` too"),
        ("bundle: a.b, install: command, updates: always", "take out `install: command`"),
        ("bundle: a.b, install: command, optional: true", "take out `install: command`"),
    ],
)
def test_the_catalogue_says_of_an_app_only_what_its_way_can(tmp_path, entry, words):
    text = f'apps: {{x: {{title: X, approved: "2021-01-15", {entry}}}}}\n'
    (found,) = problems(build(tmp_path, {"catalogue.yml": text, "schools/gs-nord.yml": SCHOOL}))
    assert found.code == "E0266"
    assert words in found.detail
