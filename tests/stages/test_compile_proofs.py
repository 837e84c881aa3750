"""Compile: proofs are made of what devices get, and each has a word for all that it rests on."""

import pytest

from pedell.model import Sealed
from tests.inventory_builder import (
    CATALOGUE,
    PEM,
    SCHOOL,
    build,
    compiled,
    fingerprint,
    problems,
    read,
    role,
    write,
)

NETWORKS = (
    CATALOGUE.replace("wifi:\n", "certificates: {ca: {file: certificates/ca.pem}}\nwifi:\n")
    .replace(
        "restrictions:\n",
        "  konten:\n"
        "    ssid: Konten\n"
        "    security: wpa2-enterprise\n"
        "    eap: [peap]\n"
        "    username: tablets\n"
        '    user_password: !secret "${school.id}-radius"\n'
        "    server_names: [radius.gs-nord.example.org]\n"
        "    certificate: ca\n"
        "restrictions:\n",
        1,
    )
)  # fmt: skip
ROLE = """\
  - package: freeradius
  - file: /etc/clients
    content: x
    needs: [package/freeradius]
  - service: freeradius
    running: true
    restart_on: [file//etc/clients]
  - verify_eap: "*"
    client_secret: !secret "${school.id}-proof"
"""
FILES = {"catalogue.yml": NETWORKS, "certificates/ca.pem": PEM, **role(ROLE)}
PROOF = "gs-nord/server/verify_eap/konten"


def own(text):
    return {"schools/gs-nord.yml": SCHOOL + "roles: [welcome]\n" + text}


def sealed(name):
    return Sealed(name, fingerprint(name))


def needs(resource):
    return {str(need.address): need.reason for need in resource.needs}


def proofs(found):
    return [at.removeprefix("gs-nord/server/") for at in found if "/verify_" in at]


def test_what_devices_get_is_what_is_proven(tmp_path):
    found = compiled(build(tmp_path, {**FILES, **own("wifi: {konten: {vlan: 120}}\n")}))
    spec = dict(found[PROOF].spec)
    assert len(spec.pop("proves")) == 32
    assert spec == {
        "ssid": "Konten",
        "security": "wpa2-enterprise",
        "eap": ["peap"],
        "username": "tablets",
        "server_names": ["radius.gs-nord.example.org"],
        "certificate": "ca",
        "anchor": PEM,
        "vlan": 120,
        "secrets": {"user_password": sealed("gs-nord-radius"), "client": sealed("gs-nord-proof")},
    }
    device = found["gs-nord/pupil/wifi/konten"].spec
    assert {key: spec[key] for key in spec.keys() & device.keys()}.items() <= device.items()


def test_only_the_network_waits_for_its_proof(tmp_path):
    found = compiled(build(tmp_path, {**FILES, **own("wifi: [konten, schulnetz]\n")}))
    reason = "the school's server proves that devices can join it"
    assert needs(found["gs-nord/pupil/wifi/konten"])[PROOF] == reason
    assert needs(found["gs-nord/teacher/wifi/konten"])[PROOF] == reason
    assert needs(found["gs-nord/pupil/wifi/schulnetz"]) == {}
    assert proofs(found) == ["verify_eap/konten"]


def test_a_proof_waits_for_the_service_by_its_nature(tmp_path):
    found = compiled(build(tmp_path, {**FILES, **own("wifi: [konten]\n")}))
    reason = "this proves that it serves"
    assert needs(found[PROOF]) == {"gs-nord/server/service/freeradius": reason}


def test_cohorts_that_join_in_another_manner_have_a_proof_of_their_own(tmp_path):
    text = (
        "roles: [welcome]\nwifi: [konten]\n"
        "cohorts:\n  pupil: {}\n  teacher: {wifi: {konten: {username: lehrer}}}\n  guest: {}\n"
    )
    head = "school: gs-nord\nname: Grundschule Nord\ntype: grundschule\n"
    found = compiled(build(tmp_path, {**FILES, "schools/gs-nord.yml": head + text}))
    assert proofs(found) == ["verify_eap/konten", "verify_eap/konten.teacher"]
    assert found[f"{PROOF}.teacher"].spec["username"] == "lehrer"
    assert PROOF in needs(found["gs-nord/pupil/wifi/konten"])
    assert f"{PROOF}.teacher" in needs(found["gs-nord/teacher/wifi/konten"])


def test_a_wish_by_name_counts_before_the_one_for_all(tmp_path):
    named = '  - verify_eap: konten\n    vlan: 7\n    client_secret: !secret "x"\n'
    files = {**FILES, **role(ROLE + named), **own("wifi: {konten: {vlan: 120}}\n")}
    found = compiled(build(tmp_path, files))
    assert proofs(found) == ["verify_eap/konten"]
    assert found[PROOF].spec["vlan"] == 7


def test_a_school_without_such_networks_has_nothing_to_prove(tmp_path):
    after = '  - command: told\n    run: "true"\n    creates: /x\n    needs: ["verify_eap/*"]\n'
    files = {**FILES, **role(ROLE + after), **own("wifi: [schulnetz]\n")}
    found = compiled(build(tmp_path, files))
    assert proofs(found) == []
    assert needs(found["gs-nord/server/command/told"]) == {}
    write(tmp_path, own("wifi: [konten]\n"))
    assert [*needs(compiled(tmp_path)["gs-nord/server/command/told"])] == [PROOF]


def test_a_change_of_anything_below_is_another_word(tmp_path):
    files = {**FILES, **own("wifi: [konten]\n")}
    before = compiled(build(tmp_path, files))[PROOF].spec["proves"]
    assert compiled(tmp_path)[PROOF].spec["proves"] == before
    words = {before}
    for changed in (
        role(ROLE.replace("content: x", "content: y")),
        role(ROLE.replace("running: true", "enabled: true")),
        own("wifi: {konten: {ssid: Anders}}\n"),
        own('wifi: {konten: {user_password: !secret "gs-nord-neu"}}\n'),
        {"certificates/ca.pem": PEM.replace("MIIB", "MIIC")},
    ):
        write(tmp_path, changed)
        words.add(compiled(tmp_path)[PROOF].spec["proves"])
        write(tmp_path, files)
    assert len(words) == 6


def test_what_a_proof_does_not_rest_on_leaves_its_word(tmp_path):
    other = "  - file: /etc/motd\n    content: {}\n"
    files = {**FILES, **own("wifi: [konten]\n"), **role(ROLE + other.format("a"))}
    before = compiled(build(tmp_path, files))[PROOF].spec["proves"]
    write(tmp_path, role(ROLE + other.format("b")))
    assert compiled(tmp_path)[PROOF].spec["proves"] == before


def test_who_may_not_open_the_vault_knows_no_word(tmp_path):
    root = build(tmp_path, {**FILES, **own("wifi: [konten]\n")})
    found = {str(at): one for at, one in read(root, seal=lambda _: None).desired.items()}
    assert "proves" not in found[PROOF].spec


def test_the_certificate_to_look_for_is_filled_in(tmp_path):
    looks = (
        "  - verify_certificate: radius\n    path: /etc/x.pem\n    certificate: ca\n"
        "  - verify_http: page\n    url: https://x.example.org/\n    certificate: ca\n"
    )
    found = compiled(build(tmp_path, {**FILES, **role(looks), **own("")}))
    look = found["gs-nord/server/verify_certificate/radius"].spec
    assert look == {"path": "/etc/x.pem", "certificate": "ca", "anchor": PEM, "days": 30}
    assert found["gs-nord/server/verify_http/page"].spec["anchor"] == PEM


def test_a_file_may_be_ours_and_looked_at(tmp_path):
    both = "  - file: /etc/x.pem\n    content: x\n  - verify_certificate: x\n    path: /etc/x.pem\n"
    assert compiled(build(tmp_path, {**FILES, **role(both), **own("")}))


@pytest.mark.parametrize(
    ("resources", "code", "said"),
    [
        ('  - verify_eap: "*"\n', "E0111", '"client_secret" is missing'),
        (
            "  - verify_eap: kontn\n    client_secret: !secret x\n",
            "E0232",
            'Did you mean "konten"?',
        ),
        ("  - verify_eap: konten\n    client_secret: x\n", "E0114", "Write the name of a secret"),
        ("  - verify_tcp: x\n", "E0111", '"port"'),
        (
            "  - verify_dhcp: x\n    mac: 02:00\n    server: 192.0.2.1\n",
            "E0113",
            "MAC address of the",
        ),
        ("  - verify_http: x\n    url: ftp://x/\n", "E0113", "The address of the page"),
        ("  - verify_certificate: x\n    days: 3\n", "E0112", ""),
        ("  - verify_certificate: x\n    path: /x\n    certificate: cx\n", "E0234", "ca"),
    ],
)
def test_a_mistake_is_told_at_the_role(tmp_path, resources, code, said):
    found = problems(build(tmp_path, {**FILES, **role(resources), **own("wifi: [konten]\n")}))
    assert [one.code for one in found] == [code]
    assert str(found[0].source).endswith("role.yml:3:5")
    assert said in str(found[0].detail)


FORMER = (
    "wifi: {konten: {username: neu, former: "
    '[{username: tablets}, {user_password: !secret "${school.id}-alt"}]}}\n'
)


def test_how_devices_joined_before_is_proven_too(tmp_path):
    found = compiled(build(tmp_path, {**FILES, **own(FORMER)}))
    logins = {
        at: (found[f"gs-nord/server/{at}"].spec["username"], secrets["user_password"])
        for at in proofs(found)
        if isinstance(secrets := found[f"gs-nord/server/{at}"].spec["secrets"], dict)
    }
    assert logins == {
        "verify_eap/konten": ("neu", sealed("gs-nord-radius")),
        "verify_eap/konten.former-1": ("tablets", sealed("gs-nord-radius")),
        "verify_eap/konten.former-2": ("neu", sealed("gs-nord-alt")),
    }
    wifi = found["gs-nord/pupil/wifi/konten"]
    assert "former" not in wifi.spec
    assert needs(wifi).keys() >= {f"gs-nord/server/{at}" for at in logins}
