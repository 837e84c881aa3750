"""Kinds of services: written in plain kinds, described by a schema, one set of values a school."""

import json
import re
from pathlib import Path

import pytest
import yaml

from pedell.language.roles import SERVER_KINDS, SERVICES
from pedell.model import SecretName
from pedell.wiring import load_schemas, load_service
from tests.inventory_builder import AUTHORITY, DEVICES, build, compiled, problem, problems
from tests.playbooks.served import ONE_KEY, TWO_ACCOUNTS, catalogue, content, school

HOME = Path(__file__).parents[2]
FOLDER = HOME / "playbooks/services"
FILES = {
    kind: yaml.safe_load((FOLDER / kind / "service.yml").read_text("utf-8")) for kind in SERVICES
}
SCHEMAS = {kind: load_schemas().document(f"services/{kind}.json") for kind in SERVICES}
PROOF = "verify_dns/radius.gs-nord.example.org"
DNS = "  - {dns_records: school, domain: gs-nord.example.org, hosts: {radius: 192.0.2.7}}\n"


def test_every_kind_has_its_folder_and_its_schema():
    folders = {path.parent.name for path in FOLDER.glob("*/service.yml")}
    schemas = {path.stem for path in (HOME / "schemas/services").glob("*.json")}
    assert folders == schemas == set(SERVICES)
    assert {kind: file["service_kind"] for kind, file in FILES.items()} == {k: k for k in SERVICES}


def test_a_role_may_name_every_kind():
    properties = load_schemas().document("role.json")["properties"]["resources"]["items"]
    assert set(SERVER_KINDS) <= properties["properties"].keys()


@pytest.mark.parametrize("kind", SERVICES)
def test_no_parameter_is_called_like_a_kind_or_like_what_every_line_may_say(kind):
    taken = {*SERVER_KINDS, "needs", "needed_by", "tags", "when", "each", "name"}
    assert taken & SCHEMAS[kind]["properties"].keys() == set()


@pytest.mark.parametrize("kind", SERVICES)
def test_every_parameter_is_described_and_used(kind):
    words = (FOLDER / kind / "service.yml").read_text("utf-8")
    words += "".join(load_service(kind).templates.values())
    for name, field in SCHEMAS[kind]["properties"].items():
        assert field["description"], name
        assert field["examples"], name
        assert re.search(rf"service\.{name}\b|each: {name}\b", words), name


@pytest.mark.parametrize("kind", SERVICES)
def test_the_resources_of_a_kind_need_only_each_other(kind):
    resources = load_service(kind).resources
    names = {f"{one.kind}/{one.name}" for one in resources}
    for one in resources:
        assert one.kind in set(SERVER_KINDS) - set(SERVICES)
        listed = [*one.spec.get("restart_on", []), *one.spec.get("reload_on", [])]
        assert {*one.needs, *listed} <= names


@pytest.mark.parametrize("kind", SERVICES)
def test_every_template_is_used_and_there(kind):
    own = {path.name for path in (FOLDER / kind / "templates").glob("*.j2")}
    sources = {one.spec["source"] for one in load_service(kind).resources if "source" in one.spec}
    assert own == sources


@pytest.mark.parametrize("kind", SERVICES)
def test_every_file_of_a_service_is_checked_and_brings_it_up_again(kind):
    resources = load_service(kind).resources
    services = [one for one in resources if one.kind == "service"]
    assert all(one.spec.get("check") for one in services if one.spec["running"])
    told = {
        name
        for one in services
        for name in (*one.spec.get("restart_on", ()), *one.spec.get("reload_on", ()))
    }
    quiet = {"radius-request", "pac-${service.name}"}  # read anew each time
    templates = {
        f"template/{r.name}" for r in resources if r.kind == "template" and r.name not in quiet
    }
    assert templates <= told


@pytest.mark.parametrize("kind", SERVICES)
def test_a_secret_stands_only_where_a_template_marks_it(kind):
    secrets = [name for name, f in SCHEMAS[kind]["properties"].items() if f.get("x-secret")]
    for one in load_service(kind).resources:
        spec = {
            k: v for k, v in one.spec.items() if (one.kind, k) != ("verify_eap", "client_secret")
        }
        assert not any(f"service.{name}" in json.dumps(spec) for name in secrets)


def test_a_default_of_a_secret_is_the_name_of_one():
    assert load_service("radius").defaults["proof_secret"] == SecretName(
        "${school.id}-radius-proof"
    )


def test_a_service_becomes_plain_resources_that_stand_at_the_line_of_the_role(serve):
    found = serve(DNS)
    assert {at for at in found if "/" in at and not at.startswith("gs-nord")} == {
        "package/dnsmasq",
        "service/dnsmasq",
        "template/dns-school",
        PROOF,
    }
    assert str(found["template/dns-school"].source).endswith("roles/server/role.yml:4:5")
    assert found["template/dns-school"].tags == ("server", "server", "template", "dns_records")


def test_two_schools_get_their_own_values(serve):
    line = '  - {dns_records: school, domain: "${school.id}.example.org", hosts: {radius: "${school.server}", a: "${variables.network}.0.1"}}\n'
    files = {
        "schools/gs-sued.yml": school("schulnetz: {vlan: 110}", "gs-sued", 9),
        "devices/gs-sued.csv": DEVICES.replace("DXXX0", "DXXX9").replace("02:d0:00", "02:d0:09"),
    }
    found = serve(line, files=files)
    north = content(found, "dns-school")
    south = str(found["gs-sued/server/template/dns-school"].spec["content"])
    assert "host-record=radius.gs-nord.example.org,192.0.2.7\n" in north
    assert "host-record=a.gs-nord.example.org,10.7.0.1\n" in north
    assert "host-record=radius.gs-sued.example.org,192.0.2.9\n" in south
    assert "host-record=a.gs-sued.example.org,10.9.0.1\n" in south


def test_services_share_a_package_and_a_unit_which_restarts_for_all_of_them(serve):
    cache = "  - {content_cache: school, domain: gs-nord.example.org, public: [192.0.2.16]}\n"
    found = serve(DNS + cache)
    assert found["service/dnsmasq"].spec["restart_on"] == [
        "template/dns-school",
        "template/cache-school",
    ]
    needs = {
        str(need.address).removeprefix("gs-nord/server/") for need in found["service/dnsmasq"].needs
    }
    assert needs == {"package/dnsmasq", "template/dns-school", "template/cache-school"}


def test_a_line_of_the_role_may_stand_beside_what_a_service_brings(serve):
    found = serve(DNS + "  - package: dnsmasq\n")
    assert found["package/dnsmasq"].spec == {"installed": True}


def test_what_a_service_brings_may_not_be_said_otherwise(serve, tmp_path):
    with_other = DNS + "  - {service: dnsmasq, running: false}\n"
    role = f"role: server\nresources:\n{with_other}"
    root = build(tmp_path, _inventory(role))
    code, place, detail = problem(root)
    assert (code, place) == ("E0201", "playbooks/roles/server/role.yml:4:5")
    assert detail.startswith("service dnsmasq is defined at ")


def test_to_need_a_service_is_to_need_all_of_it(serve):
    found = serve(
        DNS + "  - {command: notify, run: echo, unless: echo, needs: [dns_records/school]}\n"
    )
    needs = {
        str(need.address).removeprefix("gs-nord/server/") for need in found["command/notify"].needs
    }
    assert needs == {"package/dnsmasq", "service/dnsmasq", "template/dns-school", PROOF}


def test_what_a_service_needs_comes_before_all_of_it(serve):
    found = serve("  - package: curl\n" + DNS.replace("domain", "needs: [package/curl], domain"))
    for part in ("package/dnsmasq", "service/dnsmasq", "template/dns-school"):
        reasons = {
            str(n.address).removeprefix("gs-nord/server/"): n.reason for n in found[part].needs
        }
        assert reasons["package/curl"] == "the role server says so"


def test_devices_wait_for_the_end_of_a_service(serve):
    found = serve(DNS.replace("domain", "needed_by: [wifi], domain"))
    network = found["gs-nord/pupil/wifi/schulnetz"]
    waits = {str(need.address).removeprefix("gs-nord/server/") for need in network.needs}
    assert waits == {PROOF}


def test_a_service_restarts_what_the_role_says_for_any_of_its_parts(serve):
    found = serve(DNS + "  - {service: cron, running: true, restart_on: [dns_records/school]}\n")
    assert found["service/cron"].spec["restart_on"] == [
        "package/dnsmasq",
        "template/dns-school",
        "service/dnsmasq",
    ]


def test_a_placeholder_stands_for_a_whole_list(serve):
    line = '  - {dns_records: school, domain: a.example.org, upstream: "${variables.upstream}"}\n'
    found = serve(line, defaults="{upstream: [192.0.2.2, 192.0.2.3]}")
    assert "server=192.0.2.2\nserver=192.0.2.3\n" in content(found, "dns-school")


def test_plain_kinds_know_placeholders_too(serve):
    lines = (
        '  - {file: note, path: "/etc/${school.id}", mode: "${variables.mode}", content: "${school.name}, ${HOME}\\n"}\n'
        '  - {command: make, run: "touch etc/${school.id}; echo ${HOME}", creates: "/etc/${school.id}.x"}\n'
    )
    found = serve(lines, defaults='{mode: "0640"}')
    assert found["file/note"].spec == {
        "path": "/etc/gs-nord",
        "mode": "0640",
        "content": "Grundschule gs-nord, ${HOME}\n",
    }
    assert found["command/make"].spec["run"] == "touch etc/gs-nord; echo ${HOME}"
    assert found["command/make"].spec["creates"] == "/etc/gs-nord.x"


def _inventory(role, more=""):
    return {
        "authority.yml": AUTHORITY + "defaults: {roles: [server]}\n",
        "catalogue.yml": catalogue(ONE_KEY),
        "certificates/ca.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "schools/gs-nord.yml": school("schulnetz: {vlan: 110}") + more,
        "playbooks/roles/server/role.yml": role,
    }


def _told(tmp_path, line, **changed):
    files = {**_inventory(f"role: server\nresources:\n{line}"), **changed}
    return problem(build(tmp_path, files))


@pytest.mark.parametrize(
    ("line", "code", "column", "said"),
    [
        ("{dns_records: x, domain: a, hosst: {}}", "E0110", 40, '"hosst" is no key here. Did you mean "hosts"?'),
        ("{dns_records: x}", "E0111", 5, '"domain" is missing'),
        ("{dns_records: x, domain: [a]}", "E0112", 30, "Expected text, found a list."),
        ("{dns_records: x, domain: 'a b'}", "E0113", 30, '"a b" has the wrong form'),
        ("{dns_records: x, domain: a, upstream: [1.1.1.1, nobody]}", "E0113", 53, "nobody"),
        ("{dns_records: x, domain: !secret gs-nord-x}", "E0113", 30, "No secret can stand here"),
        ("{dns_records: x, domain: '${school.naem}'}", "E0221", 30, '${school.naem} is not known. Did you mean "school.name"?'),
        ("{dns_records: x, domain: '${variables.netwrok}'}", "E0221", 30, 'Did you mean "variables.network"?'),
        ("{dns_records: x, domain: '${school.name}'}", "E0113", 30, '"Grundschule gs-nord" has the wrong form'),
        ("{radius: x, access_points: {network: 10.0.0.0/8, secret: open}, names: [a]}", "E0114", 62, "!secret NAME"),
        ("{radius: x, access_points: {network: 10.0.0.0/8, secret: !secret gs-nord-x}, names: [a], device_ca: nobody}", "E0113", 5, "nobody: There is no such certificate in the catalogue."),
        ("{radius: x, access_points: {network: 10.0.0.0/8, secret: !secret gs-nord-x}, names: [a], methods: [tls]}", "E0113", 5, "Say in device_ca"),
        ("{dhcp_reservations: x}", "E0113", 5, "There is no address to give. Say network or subnets."),
        ("{dhcp_reservations: x, subnets: [{subnet: 10.1.1.0/24, range: {from: 10.1.1.9}}]}", "E0111", 67, '"to"'),
        ("{web_filter: x, rules: [{name: pupils}]}", "E0112", 29, "One of these is needed: block, only."),
        ("{file: x, path: '${school.nme}', content: a}", "E0221", 21, "${school.nme} is not known."),
        ("{command: x, run: 'echo ${school.name}', unless: 'true'}", "E0113", 23, '${school.name} is "Grundschule gs-nord" here'),
        ("{file: x, path: 'etc/${school.id}', content: a}", "E0113", 21, '"etc/gs-nord" has the wrong form'),
        ("{radio: x}", "E0111", 5, "radius, dhcp_reservations"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_told_of_the_line_of_the_role(line, code, column, said, tmp_path):
    found, place, detail = _told(tmp_path, f"  - {line}\n")
    assert (found, place) == (code, f"playbooks/roles/server/role.yml:3:{column}"), detail
    assert said in detail
    if not line.startswith("{radio"):
        assert detail.endswith("(gs-nord)")


def test_a_mistake_of_all_schools_is_told_once(tmp_path):
    files = {f"schools/gs-{n}.yml": school("", f"gs-{n}", n) for n in range(20, 25)}
    _, _, detail = _told(tmp_path, "  - {dns_records: x, domian: a, domain: a}\n", **files)
    assert detail.endswith("(gs-20 and 5 more)")


def test_a_school_whose_value_does_not_fit_is_named(tmp_path):
    line = '  - {dns_records: x, domain: "${variables.domain}"}\n'
    files = {
        "schools/gs-nord.yml": school("").replace("{network", "{domain: a.example.org, network"),
        "schools/gs-sued.yml": school("", "gs-sued", 9).replace(
            "{network", "{domain: a b, network"
        ),
    }
    found, _, detail = _told(tmp_path, line, **files)
    assert found == "E0113"
    assert detail.endswith("(gs-sued)")


def test_a_secret_of_the_authority_may_stand_in_a_parameter(tmp_path):
    points = "{network: 10.7.1.0/24, secret: !secret all-access-points}"
    role = f"role: server\nresources:\n  - {{radius: x, names: [a], access_points: {points}}}\n"
    found = compiled(build(tmp_path, _inventory(role)))
    secrets = found["gs-nord/server/template/radius-clients"].spec["secrets"]
    assert set(secrets) == {"all-access-points", "gs-nord-radius-proof"}


@pytest.mark.parametrize("name", ["${variables.whose}-x", "${school.name}"])
def test_a_school_cannot_lead_a_parameter_to_somebody_elses_secret(name, tmp_path):
    points = f'{{network: 10.7.1.0/24, secret: !secret "{name}"}}'
    role = f"role: server\nresources:\n  - {{radius: x, names: [a], access_points: {points}}}\n"
    files = _inventory(role)
    files["schools/gs-nord.yml"] = (
        school()
        .replace("{network", "{whose: gs-sued, network")
        .replace("Grundschule gs-nord", "gs-sued-x")
    )
    files["schools/gs-sued.yml"] = school("", "gs-sued", 9).replace(
        "{network", "{whose: gs-sued, network"
    )
    codes = {one.code for one in problems(build(tmp_path, files))}
    assert codes == {"E0292"}


def test_a_school_cannot_lead_a_proof_to_somebody_elses_secret(tmp_path):
    line = '  - {verify_eap: "*", client_secret: !secret "${variables.whose}-x"}\n'
    files = {
        **_inventory(f"role: server\nresources:\n{line}"),
        "catalogue.yml": catalogue(TWO_ACCOUNTS),
        "schools/gs-nord.yml": school("schulnetz: {}").replace(
            "{network", "{whose: gs-sued, network"
        ),
        "schools/gs-sued.yml": school("", "gs-sued", 9).replace(
            "{network", "{whose: gs-sued, network"
        ),
    }
    found = problems(build(tmp_path, files))
    assert {one.code for one in found} == {"E0292"}


def test_labels_of_devices_cannot_forge_a_secret(tmp_path):
    role = "role: server\nresources:\n  - {dhcp_reservations: x, network: '10.7'}\n"
    files = {**_inventory(role), "devices/gs-nord.csv": DEVICES.replace("MU-0001", "⟦secret:a⟧")}
    assert problem(build(tmp_path, files))[0] == "E0250"
