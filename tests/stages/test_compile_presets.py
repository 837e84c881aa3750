"""Compile: home screens, raw profiles and networks by certificate become what devices can hold."""

import plistlib

import pytest

from pedell.model import Sealed
from tests.inventory_builder import CATALOGUE, SCHOOL, build, compiled, fingerprint, problem, read
from tests.language.test_profiles import FILE, GOOD, XML

WITH_BUNDLES = CATALOGUE.replace("title: ANTON,", "title: ANTON, bundle: org.example.anton,")
WITH_PROFILE = CATALOGUE + f"profiles: {{exam: {{file: {FILE}}}}}\n"
CLIPS = "  web_clips: {a: {title: A, url: 'https://a.example.org'}}\n"


def own(text, catalogue=CATALOGUE, **files):
    return {"schools/gs-nord.yml": SCHOOL + text, "catalogue.yml": catalogue, **files}


def screen(icons, catalogue=WITH_BUNDLES, more=CLIPS):
    return own(f"presets:\n{more}  home_screen: {{pages: [[{icons}]]}}\n", catalogue)


def with_profile(text, content=XML):
    return own(text, WITH_PROFILE, **{FILE: content})


def test_apps_on_the_home_screen_become_bundles_and_links_stay_names(tmp_path):
    icons = "{app: anton}, {web_clip: a}, {folder: {name: Mathe, items: [{app: anton}]}}"
    spec = compiled(build(tmp_path, screen(icons)))["gs-nord/pupil/presets/presets"].spec
    anton = {"bundle": "org.example.anton"}
    folder = {"folder": {"name": "Mathe", "items": [anton]}}
    assert spec["home_screen"] == {"pages": [[anton, {"web_clip": "a"}, folder]]}


@pytest.mark.parametrize(
    ("icons", "code", "words"),
    [
        ("{app: antn}", "E0231", 'Did you mean "anton"?'),
        ("{app: geogebra}", "E0111", "Write bundle: beside app_store:"),
        ("{web_clip: b}", "E0220", '"b" is none of the web_clips'),
        ("{app: anton, bundle: x}", "E0112", "Exactly one of these is needed"),
        ("{folder: {name: A}}", "E0111", '"items" is missing'),
    ],
)
def test_what_cannot_stand_on_the_home_screen_is_told(tmp_path, icons, code, words):
    said, place, detail = problem(build(tmp_path, screen(icons)))
    assert said == code
    assert words in detail
    assert place.startswith("schools/gs-nord.yml:9:")


def test_two_links_to_one_address_are_told(tmp_path):
    clips = CLIPS.replace("}}", "}, b: {title: B, url: 'https://a.example.org'}}")
    code, _, detail = problem(build(tmp_path, screen("{web_clip: a}", more=clips)))
    assert (code, "another of the web_clips" in detail) == ("E0113", True)


def test_the_bundle_beside_a_number_is_for_the_home_screen_alone(tmp_path):
    found = compiled(build(tmp_path, own("apps: [anton]\n", WITH_BUNDLES)))
    app = found["gs-nord/pupil/app/anton"]
    assert app.spec == {"title": "ANTON", "app_store": 1180554775}


@pytest.mark.parametrize(
    ("presets", "code", "words"),
    [
        ("dns: {protocol: https, server: dns.example.org}", "E0113", "For https it is a URL"),
        ("dns: {protocol: tls, server: 'https://x'}", "E0113", "For tls it is the name"),
        ("dns: {protocol: tls}", "E0111", '"server" is missing in "dns"'),
        ("proxy: {mode: manual, host: x}", "E0111", '"port" is missing in "proxy"'),
        ("proxy: {host: x, port: 1}", "E0111", '"mode" is missing in "proxy"'),
        ("home_screen: {dock: []}", "E0111", '"pages" is missing in "home_screen"'),
        ("passcode: {min_length: 17}", "E0113", "the maximum is 16"),
        ("proxy: {mode: none, password: x}", "E0114", "!secret NAME"),
    ],
)
def test_half_a_preset_is_told(tmp_path, presets, code, words):
    said, _, detail = problem(build(tmp_path, own(f"presets: {{{presets}}}\n")))
    assert said == code
    assert words in detail


def test_halves_of_two_layers_make_a_whole(tmp_path):
    group = "group: centre\nname: Centre\npresets: {proxy: {mode: manual, port: 3128}}\n"
    text = SCHOOL.replace("type: grundschule\n", "type: grundschule\ngroups: [centre]\n")
    host = "presets: {proxy: {host: proxy.example.org, password: !secret gs-nord-proxy}}\n"
    root = build(tmp_path, {"groups/centre.yml": group, "schools/gs-nord.yml": text + host})
    assert compiled(root)["gs-nord/pupil/presets/presets"].spec["proxy"] == {
        "mode": "manual",
        "host": "proxy.example.org",
        "port": 3128,
        "password": Sealed("gs-nord-proxy", fingerprint("gs-nord-proxy")),
    }


TLS = "wifi: {schulnetz: {security: wpa3-enterprise, eap: [tls]%s}}\n"


def test_a_network_by_certificate_needs_the_certificate(tmp_path):
    for missing in ("identity", "identity_password"):
        other = {"identity", "identity_password"} - {missing}
        text = TLS % f", {other.pop()}: !secret gs-nord-p12"
        code, _, detail = problem(build(tmp_path, own(text)))
        assert (code, f'"{missing}" is missing' in detail) == ("E0111", True)


def test_the_certificate_of_a_network_is_a_secret(tmp_path):
    text = TLS % ", identity: !secret gs-nord-p12, identity_password: !secret gs-nord-pw"
    spec = compiled(build(tmp_path, own(text)))["gs-nord/pupil/wifi/schulnetz"].spec
    assert spec["identity"] == Sealed("gs-nord-p12", fingerprint("gs-nord-p12"))
    clear = TLS % ", identity: AAAA, identity_password: !secret gs-nord-pw"
    assert problem(build(tmp_path / "clear", own(clear)))[0] == "E0114"


def test_a_raw_profile_is_a_resource_that_knows_its_file_and_who_chose_it(tmp_path):
    root = build(tmp_path, with_profile("profiles: [exam]\n"))
    found = compiled(root)["gs-nord/pupil/profile/exam"]
    assert plistlib.loads(found.spec["content"].encode()) == GOOD
    assert str(found.source) == f"{root}/schools/gs-nord.yml:7:12"
    assert str(found.origins["content",]) == f"{root}/{FILE}:1:1"


def test_a_cohort_may_have_one_and_a_school_may_take_it_away(tmp_path):
    text = "cohorts: {teacher: {profiles: {remove: [exam]}}, pupil: {}}\nprofiles: [exam]\n"
    files = {"schools/gs-nord.yml": SCHOOL[: SCHOOL.index("cohorts")] + text}
    found = compiled(build(tmp_path, {**with_profile(""), **files}))
    assert [at for at in found if "/profile/" in at] == ["gs-nord/pupil/profile/exam"]


def test_a_profile_that_the_catalogue_lacks_is_told(tmp_path):
    code, _, detail = problem(build(tmp_path, with_profile("profiles: [exm]\n")))
    assert (code, 'Did you mean "exam"?' in detail) == ("E0236", True)


def test_what_pedell_says_already_is_told_with_both_places(tmp_path):
    text = "profiles: [exam]\nrestrictions: {pupil: {camera: true}}\n"
    code, place, detail = problem(build(tmp_path, with_profile(text)))
    assert (code, place) == ("E0237", "schools/gs-nord.yml:7:12")
    for words in (FILE, "allowCamera of com.apple.applicationaccess", "gs-nord.yml:8"):
        assert words in detail


def test_two_raw_profiles_clash_like_that_too(tmp_path):
    two = f"profiles: {{exam: {{file: {FILE}}}, test: {{file: {FILE}}}}}\n"
    files = own("profiles: [exam, test]\n", CATALOGUE + two, **{FILE: XML})
    assert problem(build(tmp_path, files))[0] == "E0237"


def test_a_doubt_stops_nobody(tmp_path):
    content = XML.replace(b"allowCamera", b"allowCamara")
    reading = read(build(tmp_path, with_profile("profiles: [exam]\n", content)))
    assert [one.code for one in reading.warnings] == ["W0305"]
