"""Addresses, names, filter, proxy file and shares of a school: what lands on its server."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from pedell.model import Rejected
from tests.inventory_builder import DEVICES
from tests.playbooks.served import ONE_KEY, TWO_ACCOUNTS, content

TWO_VLANS = {"networks": TWO_ACCOUNTS, "wifi": "schulnetz: {vlan: 120}, lehrernetz: {vlan: 40}"}
DHCP = '  - {dhcp_reservations: school, network: "${variables.network}"MORE}\n'
DNS = "  - {dns_records: school, domain: gs-nord.example.orgMORE}\n"
POINTS = (
    ", subnets: [{subnet: 10.7.1.0/24, router: 10.7.1.1, fixed:"
    ' [{name: ap-aula, mac: "02:00:00:00:00:11", address: 10.7.1.11}]},'
    " {subnet: 10.7.2.0/26, range: {from: 10.7.2.10, to: 10.7.2.60}}]"
)
FILTER = '  - {web_filter: school, network: "${variables.network}"MORE}\n'
PUPILS = ", rules: [{name: pupils, roles: [pupil], block: [b.a.example.org, a.example.org]}]"


def with_(line, more):
    return line.replace("MORE", more)


def test_every_vlan_gets_addresses_of_its_own(serve):
    text = content(serve(with_(DHCP, ""), **TWO_VLANS), "dhcp-school")
    assert re.findall(r"dhcp-range=set:(vlan\d+),([\d.]+),([\d.]+)", text) == [
        ("vlan40", "10.7.40.20", "10.7.47.250"),
        ("vlan120", "10.7.120.20", "10.7.127.250"),
    ]


def test_two_vlans_that_would_share_addresses_are_refused(serve):
    close = {"networks": TWO_ACCOUNTS, "wifi": "schulnetz: {vlan: 121}, lehrernetz: {vlan: 120}"}
    with pytest.raises(Rejected, match="Two VLANs would share addresses"):
        serve(with_(DHCP, ""), **close)


def test_two_networks_of_one_vlan_share_its_addresses(serve):
    same = {"networks": TWO_ACCOUNTS, "wifi": "schulnetz: {vlan: 120}, lehrernetz: {vlan: 120}"}
    text = content(serve(with_(DHCP, ""), **same), "dhcp-school")
    assert text.count("dhcp-range=") == 1


def test_what_is_fixed_gets_its_address_and_further_networks_theirs(serve):
    text = content(serve(with_(DHCP, POINTS)), "dhcp-school")
    assert "dhcp-range=set:net1,10.7.1.0,static,255.255.255.0,8h\n" in text
    assert "dhcp-option=tag:net1,option:router,10.7.1.1\n" in text
    assert "dhcp-host=02:00:00:00:00:11,10.7.1.11,ap-aula\n" in text
    assert "dhcp-range=set:net2,10.7.2.10,10.7.2.60,255.255.255.192,8h\n" in text


def test_devices_of_the_lists_are_known_by_their_serial_number(serve):
    found = serve(with_(DHCP, ""))
    assert content(found, "dhcp-school-devices") == (
        "02:d0:00:00:00:01,dxxx00000001\n"
        "02:d0:00:00:00:02,dxxx00000002\n"
        "02:d0:00:00:00:03,dxxx00000003\n"
    )
    assert found["service/dnsmasq"].spec["reload_on"] == ["template/dhcp-school-devices"]
    assert "dhcp-ignore" not in content(found, "dhcp-school")


def test_only_devices_of_some_cohorts_may_count(serve):
    found = serve(with_(DHCP, ", devices: only, cohorts: [teacher]"))
    assert content(found, "dhcp-school-devices") == "02:d0:00:00:00:03,dxxx00000003\n"
    assert "dhcp-ignore=tag:!known\n" in content(found, "dhcp-school")


def test_lists_may_be_left_alone(serve):
    found = serve(with_(DHCP, ", devices: ignore"))
    assert content(found, "dhcp-school-devices") == ""
    assert "hostsfile" not in content(found, "dhcp-school")


@pytest.mark.parametrize("devices", ["known", "only", "ignore"])
@pytest.mark.parametrize("more", ["", POINTS])
def test_kea_gets_the_same_as_dnsmasq(devices, more, serve):
    more += (
        f', backend: kea, devices: {devices}, domain: a.example.org, pac: "http://wpad/proxy.pac"'
    )
    found = serve(with_(DHCP, more), **TWO_VLANS)
    assert "package/dnsmasq" not in found
    kea = json.loads(content(found, "dhcp-school-kea"))["Dhcp4"]
    subnets = {one["subnet"]: one for one in kea["subnet4"]}
    assert subnets["10.7.120.0/21"]["pools"][0]["pool"] == "10.7.120.20 - 10.7.127.250"
    assert len({one["id"] for one in kea["subnet4"]}) == len(kea["subnet4"])
    if more.startswith(POINTS):
        assert subnets["10.7.1.0/24"]["reservations"] == [
            {"hw-address": "02:00:00:00:00:11", "ip-address": "10.7.1.11", "hostname": "ap-aula"}
        ]
        assert subnets["10.7.1.0/24"]["pools"] == []
    known = {one["hw-address"] for one in kea["reservations"]}
    assert known == (set(re.findall("02:d0[0-9a-f:]+", DEVICES)) if devices != "ignore" else set())
    classes = {pool.get("client-class") for one in kea["subnet4"] for pool in one["pools"]}
    assert classes == ({"KNOWN"} if devices == "only" else {None})


def test_names_stand_in_the_domain_unless_they_have_a_dot(serve):
    more = (
        ', upstream: [192.0.2.2], hosts: {radius: "${school.server}", leer: ""},'
        ' elsewhere: {www.example.org: [10.7.0.1, "2001:db8::1"]}, aliases: {print: radius},'
        ' texts: {_school: ["a b, c=d", e]}'
    )
    text = content(serve(with_(DNS, more)), "dns-school")
    for line in (
        "local=/gs-nord.example.org/",
        "server=192.0.2.2",
        "host-record=radius.gs-nord.example.org,192.0.2.7",
        "host-record=www.example.org,10.7.0.1",
        "host-record=www.example.org,2001:db8::1",
        "cname=print.gs-nord.example.org,radius.gs-nord.example.org",
        'txt-record=_school.gs-nord.example.org,"a b, c=d"',
    ):
        assert f"{line}\n" in text
    assert "leer" not in text
    assert "no-resolv" not in content(serve(with_(DNS, "")), "dns-school")


def test_content_caches_are_pointed_to(serve):
    line = "  - {content_cache: school, domain: a.example.org, public: [192.0.2.16-192.0.2.31, 192.0.2.40], favoured: [10.7.0.9]}\n"
    text = content(serve(line), "cache-school")
    assert (
        'txt-record=_aaplcache._tcp.a.example.org,"prs=192.0.2.16-192.0.2.31,192.0.2.40"\n' in text
    )
    assert '"fss=10.7.0.9"' in text


def test_the_filter_knows_a_role_by_the_networks_of_its_vlans(serve):
    text = content(serve(with_(FILTER, PUPILS), **TWO_VLANS), "filter-school")
    assert "acl rule-pupils src 10.7.120.0/21 10.7.40.0/21\n" in text
    assert re.findall(r"acl rule-pupils-block dstdomain (\S+)", text) == [".a.example.org"]
    order = [
        text.index(x)
        for x in (
            "http_access deny rule-pupils",
            "http_access allow school",
            "http_access deny all",
        )
    ]
    assert order == sorted(order)
    assert "access_log none\n" in text


def test_a_role_without_a_network_of_its_own_is_filtered_with_everybody(serve):
    text = content(serve(with_(FILTER, PUPILS), wifi="schulnetz: {}"), "filter-school")
    assert "acl rule-pupils src all\n" in text
    others = PUPILS.replace("[pupil]", "[staff]")
    assert "rule-pupils" not in content(serve(with_(FILTER, others)), "filter-school")


def test_an_exam_reaches_only_what_it_names(serve):
    more = ", rules: [{name: exam, networks: [10.7.9.0/24], only: [p.example.org]}], parent: proxy.example.org:3128"
    text = content(serve(with_(FILTER, more)), "filter-school")
    assert (
        "acl rule-exam-only dstdomain .p.example.org\nhttp_access deny rule-exam !rule-exam-only\n"
        in text
    )
    assert (
        "cache_peer proxy.example.org parent 3128 0 no-query no-digest default\nnever_direct allow all\n"
        in text
    )


def test_names_that_lead_nowhere_and_what_goes_round_the_filter(serve):
    closed = content(serve(with_(FILTER, ", sinkhole: [Werbung.example.org]")), "sinkhole-school")
    assert "address=/werbung.example.org/0.0.0.0\naddress=/werbung.example.org/::\n" in closed
    assert "local=/mask.icloud.com/\n" in closed
    assert "mask" not in content(serve(with_(FILTER, ", private_relay: true")), "sinkhole-school")


def test_the_proxy_file_names_the_proxy_or_none(serve):
    line = (
        "  - {proxy_pac: school, names: [wpad], direct_networks: [10.7.0.0/16, 10.8.16.0/20]MORE}\n"
    )
    direct = content(serve(with_(line, "")), "pac-school")
    by_proxy = content(serve(with_(line, ", proxy: proxy.example.org:3128")), "pac-school")
    assert "PROXY" not in direct
    assert 'return "PROXY proxy.example.org:3128";' in by_proxy
    assert 'isInNet(address, "10.8.16.0", "255.255.240.0")' in direct


def test_a_share_gives_rights_to_groups_alone(serve):
    line = "  - {file_share: tausch, shares: [{name: Tausch, path: /srv/tausch, group: lehrkraefte, readers: [klassen]}, {name: Leitung, path: /srv/leitung, group: leitung}]}\n"
    found = serve(line)
    text = content(found, "share-tausch")
    assert 'valid users = @"lehrkraefte" @"klassen" \n\twrite list = @"lehrkraefte"\n' in text
    assert "guest ok = yes" not in text
    assert found["directory//srv/leitung"].spec == {
        "path": "/srv/leitung",
        "group": "leitung",
        "mode": "0770",
    }
    assert found["symlink//etc/systemd/system/nmbd.service"].spec["target"] == "/dev/null"


@pytest.mark.tier2("dnsmasq")
@pytest.mark.parametrize("networks", [TWO_VLANS, {"networks": ONE_KEY}])
def test_dnsmasq_accepts_all_that_is_rendered_at_once(networks, serve, tmp_path):
    cache = "  - {content_cache: school, domain: gs-nord.example.org, public: [192.0.2.16]}\n"
    more = ', hosts: {a: 192.0.2.7}, texts: {_school: ["a b, c=d;"]}'
    lines = (
        with_(DHCP, POINTS)
        + with_(DNS, more)
        + cache
        + with_(FILTER, ", sinkhole: [x.example.org]")
    )
    found = serve(lines, **networks)
    folder = tmp_path / "dnsmasq.d"
    folder.mkdir()
    names = [
        one.address.name for one in found.values() if "/dnsmasq.d/" in str(one.spec.get("path"))
    ]
    assert len(names) == 4
    for name in names:
        (folder / f"{name}.conf").write_text(content(found, name), "utf-8")
    assert _accepts(folder)
    (folder / "dns-school.conf").write_text("host-record\n", "utf-8")
    assert not _accepts(folder)


def _accepts(folder: Path) -> bool:
    command = ["/usr/sbin/dnsmasq", "--test", "-C", "/dev/null", "-7", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
