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
