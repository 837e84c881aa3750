"""What the role of the school's server writes, and that it says it consistently."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROLE = Path(__file__).parents[2] / "playbooks/roles/school-server"
RESOURCES = yaml.safe_load((ROLE / "role.yml").read_text("utf-8"))["resources"]
NAMES = ["/".join(next(iter(resource.items()))) for resource in RESOURCES]
SOURCES = [resource["source"] for resource in RESOURCES if "source" in resource]


def test_every_template_is_there_and_none_is_left_over():
    there = {path.name for path in (ROLE / "templates").iterdir()}
    assert there == {*SOURCES, "quoting.j2"}
    assert len(set(SOURCES)) == len(SOURCES)


def test_resources_need_only_what_the_role_has():
    assert len(set(NAMES)) == len(NAMES)
    for resource in RESOURCES:
        assert {*resource.get("needs", []), *resource.get("restart_on", [])} <= set(NAMES)


def test_the_radius_restarts_for_each_of_its_files_and_devices_wait_for_it():
    service = RESOURCES[NAMES.index("service/freeradius")]
    files = {
        name
        for name, resource in zip(NAMES, RESOURCES, strict=True)
        if "radius" in resource.get("tags", []) and name.startswith("template/")
    }
    assert set(service["restart_on"]) == files - {"template/radius-request"}
    assert service["needed_by"] == ["wifi"]


def test_a_command_works_in_the_root_folder_of_the_server_only():
    runs = [resource["run"] for resource in RESOURCES if "command" in resource]
    assert runs
    assert not any(re.search(r"(^|[\s=])/", run) for run in runs)


def test_the_key_can_be_read_by_the_group_of_the_service_and_by_nobody_else(
    tmp_path, render, two_networks
):
    folder = tmp_path / "etc/freeradius/3.0/certs"
    folder.mkdir(parents=True)
    (folder / "radius.cnf").write_text(render("radius.cnf.j2", two_networks), "utf-8")
    (command,) = (resource for resource in RESOURCES if "command" in resource)
    subprocess.run(["/bin/sh", "-c", command["run"]], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / command["creates"].lstrip("/")).is_file()
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.glob("radius.[kp]e*")}
    assert modes == {"radius.key": 0o640, "radius.pem": 0o640}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("networks", ["two_networks", "one_key"])
def test_every_template_renders_for_every_way_to_authenticate(source, networks, render, request):
    text = render(source, request.getfixturevalue(networks))
    assert text.strip()
    assert "{{" not in text
    assert "{%" not in text


def test_secrets_are_marks_in_what_is_rendered(render, two_networks):
    accounts = render("authorize.j2", two_networks)
    assert re.findall("⟦secret:(.*?)⟧", accounts) == ["lehrkraefte-password", "tablets-password"]
    assert "⟦secret:gs-nord-access-points⟧" in render("clients.conf.j2", two_networks)


def test_the_policy_ties_ssid_account_and_vlan_together(render, two_networks):
    policy = render("policy.j2", two_networks)
    condition = r"SSID == '(.*?)' && &User-Name == '(.*?)'\) \{.*?Group-Id := \"(\d+)\""
    assert re.findall(condition, policy, re.DOTALL) == [
        ("Nord-Lehrer", "lehrkraefte", "40"),
        ("Nord", "tablets", "120"),
    ]
    assert policy.count("reject") == 1


def test_a_school_with_one_key_lets_nobody_in_by_account(render, one_key):
    policy = render("policy.j2", one_key)
    assert "Tunnel" not in policy
    assert policy.count("reject") == 1
    assert "Cleartext-Password" not in render("authorize.j2", one_key)


def test_the_name_of_a_network_cannot_leave_its_quotes(render, two_networks):
    two_networks["schulnetz"]["ssid"] = "a' || 'b' == 'b\\"
    policy = render("policy.j2", two_networks)
    assert "== 'a\\' || \\'b\\' == \\'b\\\\' &&" in policy


def test_every_vlan_gets_addresses_of_its_own(render, two_networks):
    text = render("dnsmasq.conf.j2", two_networks)
    assert re.findall(r"dhcp-range=set:(vlan\d+),([\d.]+),([\d.]+)", text) == [
        ("vlan40", "10.7.40.20", "10.7.47.250"),
        ("vlan120", "10.7.120.20", "10.7.127.250"),
    ]


def test_the_certificate_carries_the_name_that_devices_trust(render, two_networks, one_key):
    for networks in (two_networks, one_key):
        request = render("radius.cnf.j2", networks)
        assert "\nsubjectAltName = DNS:radius.gs-nord.example.org\n" in request


def test_the_proxy_file_names_the_proxy_or_none(render, one_key):
    direct = render("proxy.pac.j2", one_key)
    by_proxy = render("proxy.pac.j2", one_key, proxy="proxy.example.org:3128")
    assert "PROXY" not in direct
    assert 'return "PROXY proxy.example.org:3128";' in by_proxy


@pytest.mark.tier2("dnsmasq")
@pytest.mark.parametrize("networks", ["two_networks", "one_key"])
def test_dnsmasq_accepts_what_is_rendered(networks, render, request, tmp_path):
    conf = tmp_path / "school.conf"
    conf.write_text(render("dnsmasq.conf.j2", request.getfixturevalue(networks)), "utf-8")
    command = ["/usr/sbin/dnsmasq", "--test", "-C", str(conf)]
    check = subprocess.run(command, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr
