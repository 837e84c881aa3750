"""``pedell ca``: an authority is made once, its key never lies anywhere in clear."""

import json
import subprocess

import pytest

from pedell.certificates.authority import Authority, open_authority
from pedell.certificates.certificate import is_issued_by, read_certificates
from pedell.sandbox.servers import running
from tests.commands.typed import pedell_says
from tests.inventory_builder import CATALOGUE, build, role, school

NETWORK = """\
certificates: {schul-ca: {file: certificates/schul-ca.pem}}
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


@pytest.fixture(name="home")
def _home(tmp_path):
    keys = pedell_says("secret", "keygen", cwd=tmp_path)
    (tmp_path / "identity").write_text(keys.out)
    (tmp_path / "identity").chmod(0o600)
    recipient = keys.out.split()[2]
    return build(tmp_path / "inventory", {"secrets/recipients.yml": f"authority: [{recipient}]\n"})


def says(home, *words, **env):
    return pedell_says("ca", *words, cwd=home, env={k.upper(): str(v) for k, v in env.items()})


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_made_signs_and_its_key_opens_for_the_recipients_alone(home):
    answer = says(home, "create", "schul-ca", "--title", "Schul-CA Musterstadt", "--years", "5")
    assert (answer.code, answer.err) == (0, "")
    pem = (home / "certificates/schul-ca.pem").read_text()
    (found,) = read_certificates(pem)
    assert found.subject == "Schul-CA Musterstadt"
    assert (found.ends - found.begins).days == 365 * 5 + 1
    assert found.fingerprint in answer.out
    assert "schul-ca: {file: certificates/schul-ca.pem}" in answer.out
    assert not any(b"PRIVATE KEY" in content for content in everything(home).values())
    opened = pedell_says(
        "secret", "get", "schul-ca-key", "--force", cwd=home,
        env={"PEDELL_IDENTITY": str(home.parent / "identity")},
    )  # fmt: skip
    assert open_authority(Authority(opened.out, pem))
    assert (home / "certificates/schul-ca.pem").stat().st_mode & 0o777 == 0o644


def test_nothing_that_is_there_is_overwritten(home):
    assert says(home, "create", "schul-ca").code == 0
    before = everything(home)
    answer = says(home, "create", "schul-ca")
    assert answer.code == 6
    assert "the secret schul-ca-key is there already and stays as it is" in answer.err
    assert everything(home) == before
    (home / "secrets/authority.yml").unlink()
    assert "schul-ca.pem is there already" in says(home, "create", "schul-ca").err
    (home / "catalogue.yml").write_text(
        CATALOGUE + "certificates: {alt: {file: certificates/schul-ca.pem}}\n"
    )
    answer = says(home, "create", "alt")
    assert (answer.code, "the certificate alt of the catalogue" in answer.err) == (6, True)


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["Schul_CA"], 64, "small letters, digits and hyphens"),
        (["../x"], 64, "small letters"),
        (["gs-nord"], 64, "would be a secret of the school gs-nord"),
        (["x", "--years", "31"], 64, "31"),
        (["x", "--title", "t" * 65], 64, "1 to 64 characters"),
        (["x", "--domain", "*.example.org"], 64, "no DNS name"),
        (["x", "--key-type", "dsa"], 64, "dsa"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(home, words, code, why):
    before = everything(home)
    answer = says(home, "create", *words)
    assert (answer.code, why in answer.err) == (code, True), answer
    assert everything(home) == before


def test_nobody_who_could_open_it_is_no_good(home):
    (home / "secrets/recipients.yml").unlink()
    answer = says(home, "create", "schul-ca")
    assert answer.code == 5
    assert "names nobody who could open it" in answer.err
    assert not (home / "certificates").exists()


def test_the_files_may_name_it_before_it_is_made(home):
    wish = role(WISH)
    for path, text in {**wish, "schools/gs-nord.yml": school("roles: [welcome]\n")}.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    assert says(home, "create", "schul-ca").code == 0


def test_the_list_tells_until_when_where_the_key_is_and_who_uses_it(home):
    assert says(home, "create", "schul-ca").code == 0
    assert says(home, "create", "kurz", "--years", "1").code == 0
    more = "certificates:\n  schul-ca: {file: certificates/schul-ca.pem}\n"
    more += "  kurz: {file: certificates/kurz.pem}\n  kaputt: {file: certificates/kaputt.pem}\n"
    (home / "catalogue.yml").write_text(NETWORK.split("\n", 1)[1] + more)
    (home / "certificates/kaputt.pem").write_text("nothing\n")
    files = {**role(WISH), "schools/gs-nord.yml": school("roles: [welcome]\nwifi: [schulnetz]\n")}
    for path, text in files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    answer = says(home, "show", PEDELL_SECRET_KURZ_KEY="x")
    assert answer.code == 0, answer
    text = " ".join(answer.out.split())
    assert "Time to move over: kurz" in text
    rows = json.loads(says(home, "show", "--output", "json", PEDELL_SECRET_KURZ_KEY="x").out)[
        "rows"
    ]
    by_name = {row["certificate"]: row for row in rows}
    assert by_name["schul-ca"]["key"] == "secrets/authority.yml"
    assert (by_name["schul-ca"]["networks"], by_name["schul-ca"]["servers"]) == (2, 1)
    assert by_name["schul-ca"]["schools"] == 1
    assert by_name["kurz"]["key"] == "secrets/authority.yml"
    assert by_name["kurz"]["days"] in (364, 365)
    assert by_name["kaputt"]["sha256"] is None
    assert by_name["kaputt"]["key"] == "not here"


@pytest.mark.tier2("openssl")
def test_an_authority_of_one_domain_is_understood_by_openssl(home):
    answer = says(home, "create", "eng", "--domain", "example.org", "--key-type", "rsa-3072")
    assert answer.code == 0
    file = str(home / "certificates/eng.pem")
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-text", "-in", file],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Name Constraints: critical" in text
    assert "DNS:example.org" in text
    assert "(3072 bit)" in text


REAL = """\
authority: musterstadt
name: Stadt Musterstadt
types: {{grundschule: Grundschule}}
targets:
  tablets: {{provider: memory, platform: ipados}}
  server:
    provider: debian
    per: school
    host: 127.0.0.1
    port: {port}
    user: pedell
    credential: server-login
    known_hosts: {known_hosts}
    root: {root}
"""


@pytest.mark.tier2("openssl")
def test_the_key_in_the_files_signs_for_a_server_and_only_where_it_opens(home, tmp_path):
    assert says(home, "create", "schul-ca").code == 0
    with running(["gs-nord"], tmp_path / "servers") as servers:
        one = servers.servers["gs-nord"]
        place = {"port": one.port, "known_hosts": servers.known_hosts}
        login = {"PEDELL_SECRET_SERVER_LOGIN": servers.key.read_text()}
        files = {
            "authority.yml": REAL.format(**place, root=one.root),
            "catalogue.yml": "certificates: {schul-ca: {file: certificates/schul-ca.pem}}\n",
            "schools/gs-nord.yml": school("roles: [welcome]\n"),
            **role(WISH),
        }
        for path, text in files.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text)
        closed = pedell_says("apply", "--yes", "--tags", "server", cwd=home, env=login)
        assert closed.code == 3, closed
        assert "the key of schul-ca cannot be opened here" in " ".join(closed.out.split())
        opened = {**login, "PEDELL_IDENTITY": str(tmp_path / "identity")}
        answer = pedell_says("apply", "--yes", "--tags", "server", cwd=home, env=opened)
        assert answer.code == 0, answer
        chain = (one.root / "etc/radius/radius.pem").read_text()
        assert is_issued_by(chain, (home / "certificates/schul-ca.pem").read_text())
        for env in (opened, login):  # to look nobody needs the key
            answer = pedell_says("plan", "--tags", "server", cwd=home, env=env)
            assert "nothing to do" in answer.out, answer
