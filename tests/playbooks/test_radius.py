"""The RADIUS of a school: what it says, and what Debian's FreeRADIUS makes of it."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pedell.model import Resource, Secret
from pedell.providers.debian.marks import Text
from tests.playbooks.keys import Authority, make_authority
from tests.playbooks.served import BY_CERTIFICATE, ONE_KEY, TWO_ACCOUNTS, content, serve_in
from tests.providers.debian.radius import serving

LIVE = Path("/etc/freeradius/3.0")
ACCESS_POINTS = '{network: 10.7.1.0/24, secret: !secret "${school.id}-access-points"}'
RADIUS = (
    f"  - {{radius: school, names: [radius.gs-nord.example.org], access_points: {ACCESS_POINTS}}}\n"
)
BY_DEVICE = RADIUS.replace("names:", "device_ca: geraete-ca, names:")
ALL_NETWORKS = {
    "networks": ONE_KEY.replace("schulnetz", "gast") + TWO_ACCOUNTS + BY_CERTIFICATE,
    "wifi": "schulnetz: {vlan: 120}, lehrernetz: {vlan: 40}, geraetenetz: {vlan: 60}",
}


def radius(serve, line=RADIUS, **others):
    return serve(line, **others)


def test_secrets_are_marks_in_what_is_rendered(serve):
    found = radius(serve, BY_DEVICE, **ALL_NETWORKS)
    accounts = content(found, "radius-accounts")
    assert re.findall("⟦secret:(.*?)[|]octal⟧", accounts) == [
        "gs-nord-lehrkraefte",
        "gs-nord-tablets",
    ]
    clients = content(found, "radius-clients")
    assert re.findall("⟦secret:(.*?)[|]freeradius⟧", clients) == [
        "gs-nord-access-points",
        "gs-nord-radius-proof",
    ]


def test_each_access_point_may_have_a_secret_of_its_own(serve):
    points = "[{name: ap-aula, address: 10.7.1.11, secret: !secret gs-nord-ap-aula}, {name: ap-hof, address: 10.7.1.12, secret: !secret gs-nord-ap-hof}]"
    clients = content(radius(serve, RADIUS.replace(ACCESS_POINTS, points)), "radius-clients")
    pattern = r"client (\S+) \{\n\tipaddr = (\S+)\n\tsecret = \"⟦secret:(.*?)[|]freeradius⟧\""
    assert re.findall(pattern, clients) == [
        ("ap-aula", "10.7.1.11", "gs-nord-ap-aula"),
        ("ap-hof", "10.7.1.12", "gs-nord-ap-hof"),
        ("localhost", "127.0.0.1", "gs-nord-radius-proof"),
    ]
    assert clients.count("require_message_authenticator = yes") == 3


def test_no_log_names_anybody(serve):
    main = content(radius(serve), "radius-main")
    for word in ("auth", "auth_badpass", "auth_goodpass"):
        assert f"\t{word} = no\n" in main


def test_the_policy_ties_ssid_account_and_vlan_together(serve):
    policy = content(radius(serve, BY_DEVICE, **ALL_NETWORKS), "radius-policy")
    condition = r"SSID == '([^']*)' && &User-Name == '([^']*)'\) \{.*?Group-Id := \"(\d+)\""
    assert re.findall(condition, policy, re.DOTALL) == [
        ("Nord-Lehrer", "lehrkraefte", "40"),
        ("Nord", "tablets", "120"),
    ]
    assert re.findall(r"SSID == '([^']*)'\) \{.*?Group-Id := \"(\d+)\"", policy, re.DOTALL) == [
        ("Nord-Geraete", "60")
    ]


def test_a_network_without_a_vlan_lets_its_devices_in_all_the_same(serve):
    policy = content(radius(serve, networks=TWO_ACCOUNTS, wifi="schulnetz: {}"), "radius-policy")
    assert "Tunnel" not in policy
    assert "&User-Name == 'tablets') {\n\t\tok\n\t}" in policy


def test_a_school_with_one_key_lets_nobody_in_by_account(serve):
    found = radius(serve)
    assert "Tunnel" not in content(found, "radius-policy")
    assert content(found, "radius-policy").count("reject") == 2
    assert "Cleartext-Password" not in content(found, "radius-accounts")


def test_the_name_of_a_network_cannot_leave_its_quotes(serve):
    evil = "a' || 'b' == 'b\\\\"
    found = radius(
        serve, networks=TWO_ACCOUNTS.replace('"Nord"', f'"{evil}"'), wifi="schulnetz: {}"
    )
    assert "== 'a\\' || \\'b\\' == \\'b\\\\' &&" in content(found, "radius-policy")


def test_it_speaks_the_methods_of_its_networks_or_those_of_its_line(serve):
    def methods(text):
        return re.findall(r"^\t(peap|ttls|tls) \{", text, re.M)

    found = radius(serve, networks=TWO_ACCOUNTS, wifi="schulnetz: {}")
    assert methods(content(found, "radius-eap")) == ["peap", "ttls"]
    only = RADIUS.replace("names:", "methods: [ttls], names:")
    assert methods(content(radius(serve, only), "radius-eap")) == ["ttls"]


FORMER = (
    "schulnetz: {vlan: 120, username: tablets-26, user_password: !secret gs-nord-tablets-26,"
    " former: [{username: tablets, user_password: !secret gs-nord-tablets}]}"
)


def test_a_former_account_stays_good_for_its_network(serve):
    found = radius(serve, networks=TWO_ACCOUNTS, wifi=FORMER)
    accounts = content(found, "radius-accounts")
    known = re.findall(r'User-Name == "(.*?)", .*secret:(.*?)[|]', accounts)
    assert [(_plain(name), secret) for name, secret in known] == [
        ("tablets-26", "gs-nord-tablets-26"),
        ("tablets", "gs-nord-tablets"),
    ]
    policy = content(found, "radius-policy")
    condition = r"SSID == '([^']*)' && &User-Name == '([^']*)'\) \{.*?Group-Id := \"(\d+)\""
    assert re.findall(condition, policy, re.DOTALL) == [
        ("Nord", "tablets-26", "120"),
        ("Nord", "tablets", "120"),
    ]


def _plain(octal: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda digits: chr(int(digits[1], 8)), octal)


def test_a_former_method_is_spoken_too(serve):
    wifi = "schulnetz: {eap: [ttls], former: [{eap: [peap]}]}"
    spoken = content(radius(serve, networks=TWO_ACCOUNTS, wifi=wifi), "radius-eap")
    assert re.findall(r"^\t(peap|ttls|tls) \{", spoken, re.M) == ["peap", "ttls"]


def test_one_account_cannot_have_two_passwords(serve):
    wifi = FORMER.replace("tablets-26, user", "tablets, user")
    with pytest.raises(Exception, match="RADIUS knows one password for a name"):
        radius(serve, networks=TWO_ACCOUNTS, wifi=wifi)


def test_certificates_of_several_networks_must_be_told_apart(serve, tmp_path):
    networks = BY_CERTIFICATE + BY_CERTIFICATE.replace("geraetenetz", "zweitnetz").replace(
        "Geraete", "Zwei"
    )
    both = {"networks": networks, "wifi": "geraetenetz: {vlan: 8}, zweitnetz: {vlan: 16}"}
    with pytest.raises(Exception, match="Say in common_names whose"):
        radius(serve, BY_DEVICE, **both)
    names = "common_names: {geraetenetz: a.example.org, zweitnetz: b.example.org}, names:"
    policy = content(radius(serve, BY_DEVICE.replace("names:", names, 1), **both), "radius-policy")
    assert "&TLS-Client-Cert-Common-Name == 'a.example.org'" in policy


def test_the_first_certificate_can_be_read_by_the_group_of_the_service_alone(serve, tmp_path):
    found = radius(serve)
    folder = tmp_path / "etc/freeradius/3.0/certs"
    folder.mkdir(parents=True)
    (folder / "radius.cnf").write_text(content(found, "radius-request"), "utf-8")
    command = found["command/radius-certificate"].spec
    assert not re.search(r"(^|[\s=])/", command["run"])
    subprocess.run(["/bin/sh", "-c", command["run"]], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / command["creates"].lstrip("/")).is_file()
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.glob("radius.[kp]e*")}
    assert modes == {"radius.key": 0o640, "radius.pem": 0o640}
    assert "\nsubjectAltName = DNS:radius.gs-nord.example.org\n" in content(found, "radius-request")


def test_an_authority_of_the_catalogue_issues_the_certificate(tmp_path):
    authority = make_authority(tmp_path / "schul-ca")
    files = {"certificates/ca.pem": authority.pem.read_bytes()}
    line = RADIUS.replace("names:", "authority: schul-ca, names:")
    found = serve_in(tmp_path / "in", line, files=files)
    spec = found["server_certificate/radius"].spec
    assert (spec["authority"], spec["names"]) == ("schul-ca", ["radius.gs-nord.example.org"])
    assert "command/radius-certificate" not in found
    assert "server_certificate/radius" in found["service/freeradius"].spec["restart_on"]


def test_names_left_out_are_those_that_the_networks_name(serve):
    line = RADIUS.replace("names: [radius.gs-nord.example.org], ", "")
    found = radius(serve, line, networks=TWO_ACCOUNTS, wifi="schulnetz: {}")
    assert "CN = radius.gs-nord.example.org\n" in content(found, "radius-request")


@pytest.fixture
def stage(tmp_path) -> Callable[..., Path]:
    """Return a function that stages the live tree with the rendered files; its paths follow."""

    def staged(line=BY_DEVICE, networks=ALL_NETWORKS, odd="") -> Path:
        tree = tmp_path / "3.0"
        shutil.copytree(LIVE, tree, symlinks=True)
        (tmp_path / "run").mkdir()
        authority = make_authority(tmp_path / "schul-ca")
        files = {"certificates/ca.pem": authority.pem.read_bytes()}
        for one in serve_in(tmp_path / "inventory", line, files=files, **networks).values():
            path = str(one.spec.get("path", ""))
            if one.address.kind == "template" and path.startswith(str(LIVE)):
                text = _moved(_opened(one, odd), tree, tmp_path / "run")
                (tree / path.removeprefix(f"{LIVE}/")).write_text(text, "utf-8")
        pem, key = authority.sign("radius.gs-nord.example.org", "serverAuth")
        shutil.copy(pem, tree / "certs/radius.pem")
        shutil.copy(key, tree / "certs/radius.key")
        return tree

    return staged


def _opened(one: Resource, odd: str) -> str:
    """Put test passwords where the marks stand, each with some odd signs at its end."""
    text = Text.of(one.spec)
    return text.fill({name: Secret(f"open-{name}{odd}") for name in text.sealed}).decode()


def _moved(text: str, tree: Path, run: Path) -> str:
    """Move the server to a folder and a port."""
    for name, value in (("raddbdir", tree), ("logdir", run), ("run_dir", run)):
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
    text = re.sub(r"(?m)^\s*(user|group) = freerad$", "", text)
    text = text.replace("ipaddr = 10.7.1.0/24", "ipaddr = 127.0.0.2")
    return text.replace("ipaddr = *", "ipaddr = 127.0.0.1").replace(
        "port = 1812", f"port = {_free_port()}"
    )


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def _check(tree: Path) -> subprocess.CompletedProcess[str]:
    command = ["/usr/sbin/freeradius", "-C", "-lstdout", "-d", str(tree)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.tier2("freeradius")
@pytest.mark.parametrize(
    ("line", "networks"),
    [
        (BY_DEVICE, ALL_NETWORKS),
        (RADIUS, {}),
        (RADIUS, {"networks": TWO_ACCOUNTS, "wifi": "schulnetz: {}"}),
    ],
)
def test_freeradius_accepts_what_is_rendered(line, networks, stage):
    check = _check(stage(line, networks))
    assert check.returncode == 0, check.stdout[-2000:]


@pytest.mark.tier2("freeradius")
def test_freeradius_refuses_a_broken_file_and_says_where(stage):
    tree = stage()
    (tree / "policy.d/school").write_text("school_network {\n\tif (\n}\n", "utf-8")
    check = _check(tree)
    assert check.returncode != 0
    assert "policy.d/school[2]" in check.stdout


@pytest.fixture
def running(stage) -> Iterator[Path]:
    with _serving(stage()) as tree:
        yield tree


@contextmanager
def _serving(tree: Path) -> Iterator[Path]:
    with serving(tree, tree.parent / "run/debug.log"):
        yield tree


def _join(
    tree: Path, ssid: str, *lines: str, point: str = "127.0.0.2", odd: str = ""
) -> tuple[bool, str, str]:
    """Join as a device does; return whether it was let in, its VLAN, and what was wrong."""
    profile = tree.parent / "profile.conf"
    fields = [f'ssid="{ssid}"', "key_mgmt=WPA-EAP", *lines]
    if not any(line.startswith("ca_cert") for line in lines):
        fields.append(f'ca_cert="{tree.parent}/schul-ca/ca.pem"')
    if not any(line.startswith("domain") for line in lines):
        fields.append('domain_suffix_match="radius.gs-nord.example.org"')
    profile.write_text("network={\n" + "\n".join(fields) + "\n}\n")
    site = (tree / "sites-available/default").read_text("utf-8")
    port = re.findall(r"port = (\d+)", site)[0]
    secret = "open-gs-nord-access-points" if point == "127.0.0.2" else "open-gs-nord-radius-proof"
    command = ["eapol_test", "-c", str(profile), "-a", "127.0.0.1", "-p", port, "-A", point]
    command += ["-s", secret + odd, "-r", "0", "-t", "8", f"-N30:s:02-00-00-00-00-01:{ssid}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    vlans = re.findall(r"Attribute 81 .*\n\s*Value: ([0-9a-f]+)", run.stdout)
    wrong = re.findall(r"CERT-ERROR .*err='(.*?)'", run.stdout)
    return (
        run.returncode == 0,
        bytes.fromhex(vlans[-1]).decode() if vlans else "",
        "".join(wrong[:1]),
    )


def _account(name: str, password: str, method: str = "PEAP", inner: str = "MSCHAPV2") -> list[str]:
    return [
        f"eap={method}", f'identity="{name}"', f'password="{password}"', f'phase2="auth={inner}"',
    ]  # fmt: skip


@pytest.mark.tier2("freeradius", "eapol_test")
def test_a_device_joins_its_own_network_by_account_and_lands_in_its_vlan(running):
    pupil = "tablets", "open-gs-nord-tablets"
    assert _join(running, "Nord", *_account(*pupil)) == (True, "120", "")
    assert _join(running, "Nord", *_account(*pupil, "TTLS", "PAP")) == (True, "120", "")
    assert _join(running, "Nord", *_account(*pupil, "TTLS", "MSCHAPV2")) == (True, "120", "")
    teacher = "lehrkraefte", "open-gs-nord-lehrkraefte"
    assert _join(running, "Nord-Lehrer", *_account(*teacher)) == (True, "40", "")
    assert _join(running, "Nord", *_account(*pupil), point="127.0.0.1") == (True, "120", "")


@pytest.mark.tier2("freeradius", "eapol_test")
@pytest.mark.parametrize(
    ("ssid", "account", "password"),
    [
        ("Nord-Lehrer", "tablets", "open-gs-nord-tablets"),
        ("Nord", "tablets", "falsch"),
        ("Nord", "niemand", "open-gs-nord-tablets"),
        ("Fremd", "tablets", "open-gs-nord-tablets"),
    ],
)
def test_an_account_is_good_for_its_own_network_only(ssid, account, password, running):
    assert _join(running, ssid, *_account(account, password)) == (False, "", "")
    assert _join(running, ssid, *_account(account, password, "TTLS", "PAP")) == (False, "", "")


@pytest.mark.tier2("freeradius", "eapol_test")
def test_a_device_joins_with_the_former_account_too(stage):
    networks = {"networks": TWO_ACCOUNTS, "wifi": FORMER}
    with _serving(stage(RADIUS, networks)) as tree:
        for name in ("tablets-26", "tablets"):
            account = _account(name, f"open-gs-nord-{name}")
            assert _join(tree, "Nord", *account) == (True, "120", "")
        assert _join(tree, "Nord", *_account("tablets", "falsch")) == (False, "", "")


@pytest.mark.tier2("freeradius", "eapol_test")
def test_a_device_does_not_trust_another_server(running):
    pupil = _account("tablets", "open-gs-nord-tablets")
    stranger = make_authority(running.parent / "fremd-ca")
    joined, _, wrong = _join(running, "Nord", *pupil, f'ca_cert="{stranger.pem}"')
    assert (joined, wrong) == (False, "self-signed certificate in certificate chain") or (
        not joined and "issuer certificate" in wrong
    )
    joined, _, wrong = _join(
        running, "Nord", *pupil, 'domain_suffix_match="radius.gs-sued.example.org"'
    )
    assert (joined, wrong) == (False, "Domain suffix mismatch")


@pytest.mark.tier2("freeradius", "eapol_test")
def test_a_device_joins_by_certificate_and_only_where_certificates_are_asked_for(running):
    def join(ssid: str, authority: Authority) -> tuple[bool, str]:
        pem, key = authority.sign("tablet-0001", "clientAuth")
        lines = [
            "eap=TLS",
            'identity="tablet-0001"',
            f'client_cert="{pem}"',
            f'private_key="{key}"',
        ]
        return _join(running, ssid, *lines)[:2]

    ours = Authority(running.parent / "schul-ca")
    assert join("Nord-Geraete", ours) == (True, "60")
    assert join("Nord", ours) == (False, "")
    assert join("Nord-Geraete", make_authority(running.parent / "fremd-ca")) == (False, "")


ODD = " # it's \\\" \\n \\101 ${x} $ENV{y} %{z} ä, {\\'\\"


@pytest.mark.tier2("freeradius", "eapol_test")
@pytest.mark.parametrize("method", [("PEAP", "MSCHAPV2"), ("TTLS", "PAP")])
def test_accounts_and_passwords_may_hold_any_sign(method, stage):
    account = 'SCHULE\\lehr\'s"7"ä%{x}'  # no blank: filter_username refuses those
    named = TWO_ACCOUNTS.replace("username: tablets", f"username: {json.dumps(account)}")
    networks = {"networks": named, "wifi": "schulnetz: {vlan: 120}, lehrernetz: {vlan: 40}"}
    with _serving(stage(RADIUS, networks, ODD)) as tree:

        def let_in(ssid: str, who: str, password: str) -> bool:
            lines = _account("", "", *method)
            lines[1:3] = [f"identity={who.encode().hex()}", f"password={password.encode().hex()}"]
            return _join(tree, ssid, *lines, odd=ODD)[0]

        assert let_in("Nord", account, f"open-gs-nord-tablets{ODD}")
        assert not let_in("Nord", account, f"open-gs-nord-tablets{ODD[:-1]}")
        assert let_in("Nord-Lehrer", "lehrkraefte", f"open-gs-nord-lehrkraefte{ODD}")
