"""What the catalogue adds to a server's certificate, and what is refused before any server is asked."""

import datetime

import pytest

from pedell.certificates.authority import make_authority
from pedell.certificates.certificate import read_certificates
from pedell.model import Sealed
from tests.inventory_builder import build, compiled, fingerprint, problem, problems, role, school

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
CA = make_authority("Schul-CA", 10, "ec-p256", NOW).certificate
CATALOGUE = """\
certificates: {schul-ca: {file: certificates/schul-ca.pem}, neu: {file: certificates/neu.pem}}
wifi:
  schulnetz: {ssid: S, security: wpa2-enterprise, eap: [peap], certificate: schul-ca}
"""
WISH = """\
  - server_certificate: radius
    authority: schul-ca
    names: ["radius.${school.id}.example.org"]
    path: /etc/radius/radius.pem
    key_path: /etc/radius/radius.key
"""


def inventory(tmp_path, wish=WISH, catalogue=CATALOGUE, pem=CA, **more):
    files = {
        "catalogue.yml": catalogue,
        "certificates/schul-ca.pem": pem,
        "certificates/neu.pem": make_authority("Neu", 10, "ec-p256", NOW).certificate,
        "schools/gs-nord.yml": school("roles: [welcome]\nwifi: [schulnetz]\n"),
        **role(wish),
        **more,
    }
    return build(tmp_path, files)


def certificate(folder, name="gs-nord"):
    return compiled(folder)[f"{name}/server/server_certificate/radius"]


def test_who_signs_and_with_which_secret_is_filled_in(tmp_path):
    spec = certificate(inventory(tmp_path)).spec
    assert spec["names"] == ["radius.gs-nord.example.org"]
    assert spec["anchor"] == CA
    assert spec["issuer"] == read_certificates(CA)[0].label
    assert spec["secrets"] == {"key": Sealed("schul-ca-key", fingerprint("schul-ca-key"))}
    assert spec["lifetime"] == "30 days or more"


def test_what_somebody_else_signs_has_a_secret_of_the_school(tmp_path):
    spec = certificate(inventory(tmp_path, WISH + "    given: true\n")).spec
    assert [*spec["secrets"]] == ["chain"]
    assert spec["secrets"]["chain"].name == "gs-nord-radius-chain"


def test_it_waits_for_openssl_and_for_the_folders_of_both_files(tmp_path):
    more = "  - package: openssl\n  - directory: /etc/radius\n"
    needs = {str(need.address) for need in certificate(inventory(tmp_path, WISH + more)).needs}
    assert needs == {"gs-nord/server/package/openssl", "gs-nord/server/directory//etc/radius"}


@pytest.mark.parametrize(
    ("before", "after", "code", "why"),
    [
        ("schul-ca", "schul-cb", "E0234", 'Did you mean "schul-ca"?'),
        ("radius.${school.id}.example.org", "radius", "E0264", '"radius" is no DNS name'),
        ("radius.${school.id}.example.org", "*.example.org", "E0264", "no wildcard"),
        ("    path", "    days: 30\n    path", "E0264", "due as soon as it is made"),
        ("    path", "    days: 826\n    path", "E0113", "825"),
        ("    path", "    key_type: dsa\n    path", "E0113", "rsa-2048"),
        ("    path", "    anchor: x\n    pth", "E0110", "pth"),
    ],
)
def test_what_cannot_be_issued_is_refused(tmp_path, before, after, code, why):
    found = problems(inventory(tmp_path, WISH.replace(before, after, 1)))
    assert any(one.code == code and why in one.detail for one in found), found


def test_a_certificate_that_cannot_sign_is_no_authority(tmp_path):
    code, _, detail = problem(inventory(tmp_path, pem="-----BEGIN CERTIFICATE-----\nMIIB\n"))
    assert code == "E0264"
    assert "schul-ca cannot sign: it holds no certificate that can be read" in detail


def test_an_authority_of_one_domain_signs_no_other(tmp_path):
    bound = make_authority("Eng", 10, "ec-p256", NOW, ["example.com"]).certificate
    code, _, detail = problem(inventory(tmp_path, pem=bound))
    assert code == "E0264"
    assert "below example.com only, not radius.gs-nord.example.org" in detail


def test_no_school_carries_the_name_of_another(tmp_path):
    own = school("roles: [welcome]\nvariables: {name: radius.gs-nord.example.org}\n", "gs-sued")
    wish = WISH.replace("radius.${school.id}.example.org", "${variables.name}")
    first = school("roles: [welcome]\nvariables: {name: radius.gs-nord.example.org}\n")
    files = {"schools/gs-nord.yml": first, "schools/gs-sued.yml": own}
    code, _, detail = problem(inventory(tmp_path, wish, **files))
    assert code == "E0264"
    assert "gs-sued could pose as it" in detail


def test_a_network_that_names_several_authorities_trusts_each(tmp_path):
    several = CATALOGUE.replace("certificate: schul-ca", "certificate: [schul-ca, neu]")
    spec = compiled(inventory(tmp_path, catalogue=several))["gs-nord/pupil/wifi/schulnetz"].spec
    assert spec["certificate"] == ["neu", "schul-ca"]
    assert spec["anchors"].keys() == {"neu", "schul-ca"}
    assert spec["anchors"]["schul-ca"] == CA
    assert "anchor" not in spec


def test_one_in_a_list_is_the_same_as_one(tmp_path):
    listed = CATALOGUE.replace("certificate: schul-ca", "certificate: [schul-ca]")
    one, other = (
        compiled(inventory(tmp_path / name, catalogue=text))["gs-nord/pupil/wifi/schulnetz"].spec
        for name, text in (("a", CATALOGUE), ("b", listed))
    )
    assert one == other
    assert one["anchor"] == CA
