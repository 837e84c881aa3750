"""What becomes of profiles as other tools write them."""

import plistlib

import pytest

from pedell.adoption import Wish
from pedell.adoption.hiding import Hiding
from pedell.adoption.likeness import described
from pedell.adoption.proving import Claim, Language, prove
from pedell.language.documents import parse_document
from pedell.model import Rejected, Source
from pedell.wiring import load_service
from tests.adoption.strangers import DER, TODAY, adopted, payload, profile, stranger, wifi
from tests.inventory_builder import schemas

ROOT = payload("com.apple.security.root", "Schul-CA (erfunden)", PayloadContent=DER)
FILTER = "com.apple.webcontent-filter"
RIGHTS = "com.apple.applicationaccess"
CLIP = "com.apple.webClip.managed"


def enterprise(**eap):
    own = {"AcceptEAPTypes": [25], "UserName": "tablets", **eap}
    keys = {"SSID_STR": "Schulnetz", "EncryptionType": "WPA2", "EAPClientConfiguration": own}
    return payload("com.apple.wifi.managed", "Schulnetz", **keys)


def clip(label="Lernplattform", **keys):
    return payload(CLIP, label, Label=label, URL="https://lernen.example.org", **keys)


def fates(done):
    return [
        (fate.payload.removeprefix("com.apple."), fate.became, fate.name) for fate in done.fates
    ]


def value(done, name):
    return parse_document(name, name, done.files[name]).value


def raw_parts(done, name):
    return plistlib.loads(done.files[f"profiles/{name}.mobileconfig"])["PayloadContent"]


def refused(*strangers, **keys):
    with pytest.raises(Rejected) as caught:
        adopted(*strangers, **keys)
    return [(each.code, str(each.source), each.detail) for each in caught.value.problems]


def test_a_network_is_typed_with_what_it_trusts_and_its_password_becomes_a_name():
    network = enterprise(
        UserPassword="streng geheim",
        TTLSInnerAuthentication="MSCHAPv2",
        PayloadCertificateAnchorUUID=[ROOT["PayloadUUID"]],
    )
    done = adopted(stranger("WLAN", network, ROOT))
    assert fates(done) == [
        ("wifi.managed", "wifi", "schulnetz"),
        ("security.root", "wifi", "schulnetz"),
    ]
    assert value(done, "catalogue.yml") == {
        "wifi": {
            "schulnetz": {
                "ssid": "Schulnetz",
                "security": "wpa2-enterprise",
                "eap": ["peap"],
                "username": "tablets",
                "user_password": "schulnetz-user-password",
                "tls_minimum": "1.0",
                "certificate": "schul-ca-erfunden",
            }
        },
        "certificates": {"schul-ca-erfunden": {"file": "certificates/schul-ca-erfunden.pem"}},
    }
    assert done.secrets == ("schulnetz-user-password",)
    assert done.hiding.reveal("schulnetz-user-password") == "streng geheim"
    assert not any(b"streng geheim" in content for content in done.files.values())
    assert "without TTLSInnerAuthentication" in done.fates[0].note


def test_an_identity_becomes_a_secret_too():
    keys = {"PayloadContent": b"p12 (erfunden)", "Password": "geheim-2"}
    identity = payload("com.apple.security.pkcs12", "Gerät", **keys)
    network = {**enterprise(AcceptEAPTypes=[13]), "PayloadCertificateUUID": identity["PayloadUUID"]}
    done = adopted(stranger("WLAN", network, identity))
    assert done.secrets == ("schulnetz-identity", "schulnetz-identity-password")
    assert done.hiding.reveal("schulnetz-identity") == "cDEyIChlcmZ1bmRlbik="
    assert done.payloads == 2


def test_the_same_network_is_one_and_another_password_is_another_network():
    one, same, other = (stranger(t, wifi(password=p)) for t, p in zip("abc", "xxy", strict=True))
    done = adopted(one, same, other)
    assert [name for _, _, name in fates(done)] == ["schulnetz", "schulnetz", "schulnetz-2"]
    assert done.secrets == ("schulnetz-2-password", "schulnetz-password")
    assert [value(done, f"groups/{name}.yml")["wifi"] for name in "abc"] == [
        ["schulnetz"],
        ["schulnetz"],
        ["schulnetz-2"],
    ]


def test_what_all_share_lies_below_and_the_rest_with_each():
    both = {"allowCamera": True, "allowAirDrop": False}
    first = payload(RIGHTS, allowAssistant=False, **both)
    second = payload(RIGHTS, allowAssistant=True, **both)
    done = adopted(
        stranger("Eins", first, wifi(), clip()), stranger("Zwei", second, wifi(), clip())
    )
    clips = {"lernplattform": {"title": "Lernplattform", "url": "https://lernen.example.org"}}
    assert value(done, "authority.yml")["defaults"] == {
        "wifi": ["schulnetz"],
        "restrictions": {"pupil": {"airdrop": False, "camera": True}},
        "presets": {"web_clips": clips},
    }
    assert value(done, "groups/eins.yml") == {
        "group": "eins",
        "name": "Eins",
        "restrictions": {"pupil": "eins"},
    }
    assert value(done, "catalogue.yml")["restrictions"] == {
        "eins": {"siri": False},
        "zwei": {"siri": True},
    }
    assert set(done.shared) == {
        "wifi.schulnetz",
        "restrictions.airdrop",
        "restrictions.camera",
        "presets.web_clips.lernplattform",
    }


def test_of_one_profile_alone_nothing_is_shared():
    assert "defaults" not in value(adopted(stranger("Eins", wifi())), "authority.yml")


def test_rights_are_those_of_the_role_that_was_named():
    rights = payload(RIGHTS, allowCamera=False)
    done = adopted(stranger("Rechte", rights), wish=Wish("musterstadt", "teacher"))
    assert value(done, "groups/rechte.yml")["restrictions"] == {"teacher": "rechte"}


def test_titles_become_names_and_none_is_used_twice():
    titles = ("Übung Größe Straße", "Ubung Große Strasse", "übung  größe  straße", "🎒", "🎒")
    done = adopted(*(stranger(title, clip()) for title in titles))
    names = [name[7:-4] for name in done.files if name.startswith("groups/")]
    assert names == [
        "uebung-groesse-strasse",
        "ubung-grosse-strasse",
        "uebung-groesse-strasse-2",
        "group",
        "group-2",
    ]


def test_rights_without_words_stay_beside_those_that_have_some():
    keys = {"allowFindMyFriends": False, "allowCamera": False}
    done = adopted(stranger("Rechte", payload(RIGHTS, **keys)))
    assert fates(done) == [("applicationaccess", "restrictions, raw profile", "pupil, rechte")]
    (part,) = raw_parts(done, "rechte")
    assert {key for key in part if not key.startswith("Payload")} == {"allowFindMyFriends"}


def test_rights_that_explain_each_other_stay_together():
    keys = {"ratingApps": 300, "ratingRegion": "de", "allowCamera": False}
    (part,) = raw_parts(adopted(stranger("Rechte", payload(RIGHTS, **keys))), "rechte")
    assert {key for key in part if not key.startswith("Payload")} == {"ratingApps", "ratingRegion"}


def test_old_names_become_those_of_today_and_a_list_keeps_its_order():
    sites = [{"URL": f"https://{name}.example.org", "Title": name.upper()} for name in "ba"]
    keys = {
        "FilterType": "BuiltIn",
        "BlacklistedURLs": ["https://x"],
        "WhitelistedBookmarks": sites,
    }
    done = adopted(stranger("Filter", payload(FILTER, **keys)))
    only = value(done, "groups/filter.yml")["presets"]["web_filter"]["only"]
    assert [site["title"] for _, site in sorted(only.items())] == ["B", "A"]
    assert "BlacklistedURLs is called DenyListURLs now" in done.fates[0].note


def test_printers_of_one_payload_are_printers_by_name():
    both = [{"IPAddress": f"192.0.2.{n}", "ResourcePath": "ipp/print"} for n in (40, 41)]
    done = adopted(stranger("Drucker", payload("com.apple.airprint", AirPrint=both)))
    assert len(value(done, "groups/drucker.yml")["presets"]["airprint"]) == 2


def test_a_link_on_the_home_screen_is_known_by_the_name_of_its_web_clip():
    icons = [{"Type": "WebClip", "URL": "https://lernen.example.org"}]
    apps = [{"Type": "Application", "BundleID": "org.example.a", "DisplayName": "A"}]
    folder = {"Type": "Folder", "DisplayName": "Mathe", "Pages": [apps]}
    home = payload("com.apple.homescreenlayout", Pages=[[*icons, folder]])
    done = adopted(stranger("Startseite", home, clip()))
    screen = value(done, "groups/startseite.yml")["presets"]["home_screen"]
    inside = {"folder": {"name": "Mathe", "items": [{"bundle": "org.example.a"}]}}
    assert screen == {"pages": [[{"web_clip": "lernplattform"}, inside]]}


@pytest.mark.parametrize(
    "part",
    [
        payload("com.apple.font", Font=b"x"),
        clip(Icon=b"png"),
        clip(label="Zu ${school.name}"),
        payload("com.apple.security.root", PayloadContent=b"-----BEGIN CERTIFICATE-----"),
        payload("com.apple.mobiledevice.passwordpolicy", customRegex={"passwordContentRegex": "x"}),
    ],
    ids=lambda part: part["PayloadType"],
)
def test_what_has_no_words_stays_a_raw_profile(part):
    done = adopted(stranger("Rest", part))
    assert [became for _, became, _ in fates(done)] == ["raw profile"]
    assert raw_parts(done, "rest") == [part]
    assert done.fates[0].note


def test_a_device_takes_one_filter_alone_so_two_in_a_file_stay_together():
    both = [
        payload(FILTER, f"f{n}", FilterType="BuiltIn", DenyListURLs=[f"https://{n}"]) for n in "12"
    ]
    done = adopted(stranger("Filter", *both))
    assert [became for _, became, _ in fates(done)] == ["raw profile"] * 2


def test_a_network_stays_with_another_of_its_name_and_takes_no_third_along():
    anchored = {"PayloadCertificateAnchorUUID": [ROOT["PayloadUUID"]]}
    one = enterprise(**anchored)
    older = payload("com.apple.wifi.managed", "Alt", SSID_STR="Schulnetz", EncryptionType="WPA")
    third = payload(
        "com.apple.wifi.managed", "3", **{**_keys_of(one), "SSID_STR": "Anderes", "AutoJoin": True}
    )
    done = adopted(stranger("WLAN", one, older, third, ROOT))
    assert [became for _, became, _ in fates(done)] == [
        "raw profile",
        "raw profile",
        "wifi",
        "wifi, raw profile",
    ]


def test_a_root_that_a_network_names_twice_is_one_anchor():
    again = {**ROOT, "PayloadUUID": "6E5F1A8C-0001-4000-8000-000000000001"}
    uuids = [ROOT["PayloadUUID"], again["PayloadUUID"]]
    once, twice = (enterprise(PayloadCertificateAnchorUUID=each) for each in (uuids[:1], uuids))
    done = adopted(stranger("Einmal", once, ROOT), stranger("Zweimal", twice, ROOT, again))
    assert {name for _, became, name in fates(done) if became == "wifi"} == {"schulnetz"}
    (file,) = (text for name, text in done.files.items() if name.endswith(".pem"))
    assert file.count(b"BEGIN CERTIFICATE") == 1


def test_a_network_that_trusts_one_root_less_is_another_one():
    other = payload("com.apple.security.root", "CA 2 (erfunden)", PayloadContent=DER + b"2")
    uuids = [ROOT["PayloadUUID"], other["PayloadUUID"]]
    both, one = (enterprise(PayloadCertificateAnchorUUID=named) for named in (uuids, uuids[:1]))
    assert described([both, ROOT, other]) != described([one, ROOT, other])


def _keys_of(part):
    return {key: child for key, child in part.items() if not key.startswith("Payload")}


def test_a_profile_that_removes_itself_stays_whole():
    done = adopted(
        stranger("Prüfung", payload(RIGHTS, allowCamera=False), DurationUntilRemoval=7200)
    )
    assert [became for _, became, _ in fates(done)] == ["raw profile"]
    assert "DurationUntilRemoval" in done.fates[0].note


def test_what_the_mdm_decides_is_left_out_and_told():
    done = adopted(stranger("WLAN", wifi(), PayloadRemovalDisallowed=True))
    assert ("Configuration", "left out", "PayloadRemovalDisallowed") in fates(done)


def test_a_secret_that_no_word_of_ours_takes_is_refused_with_its_reason_and_place():
    old = wifi(EncryptionType="WPA")
    vpn = payload("com.apple.vpn.managed", VPNType="IPSec", IPSec={"SharedSecret": "geheim-3"})
    told = refused(stranger("Alt", old), stranger("VPN", vpn))
    found = [each for each in told if each[0] == "E0114"]
    assert [(code, place.split(":")[0]) for code, place, _ in found] == [
        ("E0114", "Alt.mobileconfig"),
        ("E0114", "VPN.mobileconfig"),
    ]
    assert "EncryptionType" in found[0][2]
    assert all("--without-secrets" in detail and "geheim" not in detail for _, _, detail in found)


def test_a_password_in_an_address_goes_nowhere():
    link = clip(label="Drucker")
    link |= {"URL": "https://admin:geheim-4@drucker.example.org"}
    ((code, _, detail),) = refused(stranger("Drucker", link))
    assert code == "E0114"
    assert "geheim-4" not in detail


def test_such_payloads_can_be_left_out_with_those_that_need_them():
    identity = payload("com.apple.security.pkcs12", PayloadContent=b"p12", Password="x")
    mail = payload("com.apple.eas.account", PayloadCertificateUUID=identity["PayloadUUID"])
    one = stranger("Post", identity, mail, clip())
    done = adopted(one, wish=Wish("musterstadt", "pupil", without_secrets=True))
    assert [became for _, became, _ in fates(done)] == ["left out", "left out", "presets"]
    assert done.payloads == 1


def test_a_certificate_that_a_raw_payload_needs_stays_with_it():
    network = enterprise(PayloadCertificateAnchorUUID=[ROOT["PayloadUUID"]])
    keys = {key: network[key] for key in ("EAPClientConfiguration",)}
    needing = payload("com.apple.wifi.managed", "Alt", SSID_STR="Alt", EncryptionType="WPA", **keys)
    done = adopted(stranger("Alles", needing, network, ROOT))
    assert [became for _, became, _ in fates(done)] == ["raw profile", "wifi", "wifi, raw profile"]
    assert raw_parts(done, "alles") == [needing, ROOT]


def test_what_is_equal_is_there_once_whatever_its_title():
    rights = [payload(RIGHTS, name, allowCamera=False, allowFindMyFriends=False) for name in "ab"]
    other = stranger("Andere", payload(RIGHTS, allowCamera=True))
    done = adopted(*(stranger(f"Rechte {n}", each) for n, each in enumerate(rights)), other)
    assert value(done, "catalogue.yml")["restrictions"].keys() == {"rechte-0", "andere"}
    assert value(done, "groups/rechte-1.yml")["restrictions"] == {"pupil": "rechte-0"}
    assert value(done, "groups/rechte-1.yml")["profiles"] == ["rechte-0"]
    assert done.several == {"profiles.rechte-0": 2, "restrictions.rechte-0": 2}
    assert [name for name in done.files if name.startswith("profiles/")] == [
        "profiles/rechte-0.mobileconfig"
    ]


def test_a_file_that_says_something_else_fails_the_proof():
    one = stranger("WLAN", wifi(), clip())
    done = adopted(one)
    claim = Claim("wlan", Source("wlan.mobileconfig", 1, 1), tuple(p.content for p in one.parts))
    for old, new in ((b"Schulnetz", b"Schulnetx"), (b"hidden: false", b"hidden: true")):
        files = dict(done.files)
        assert old in files["catalogue.yml"]
        files["catalogue.yml"] = files["catalogue.yml"].replace(old, new)
        language = Language(schemas(), load_service, TODAY)
        (found,) = prove(files, [claim], "pupil", done.hiding, language)
        assert "is not the same in" in found.detail
    assert list(prove(done.files, [claim], "pupil", done.hiding, language)) == []


def test_a_secret_cannot_be_read_off_what_an_adoption_shows():
    done = adopted(stranger("WLAN", wifi(password="streng geheim")))
    assert "streng geheim" not in repr(done)
    assert isinstance(done.hiding, Hiding)


def test_nothing_is_said_of_a_profile_without_payloads():
    with pytest.raises(Rejected, match="must be a list of payloads"):
        stranger("Leer")
    assert profile("Leer")["PayloadContent"] == []
