"""Compile: values become resources that know what they need and which line said so."""

import pytest

from pedell.model import Rejected, Sealed, Until
from tests.inventory_builder import (
    AUTHORITY,
    CATALOGUE,
    PEM,
    SCHOOL,
    build,
    compiled,
    fingerprint,
    problem,
    problems,
    read,
    role,
    school,
)

WITH_ROLE = {"schools/gs-nord.yml": SCHOOL + "roles: [welcome]\n"}
WITH_CA = {
    "catalogue.yml": CATALOGUE + "certificates: {ca: {file: certificates/ca.pem}}\n",
    "certificates/ca.pem": PEM,
}


def own(text):
    return {"schools/gs-nord.yml": SCHOOL + text}


def reasons(resource):
    return {str(need.address): need.reason for need in resource.needs}


def test_a_cohort_without_wishes_is_only_known(tmp_path):
    found = compiled(build(tmp_path))
    assert list(found) == ["gs-nord/pupil/membership/devices", "gs-nord/teacher/membership/devices"]
    pupils = found["gs-nord/pupil/membership/devices"]
    assert pupils.spec == {"ownership": "loan", "role": "pupil"}
    assert pupils.devices == {"DXXX00000001", "DXXX00000002"}
    assert pupils.target == "tablets"


def test_a_network_goes_to_devices_without_what_only_servers_know(tmp_path):
    found = compiled(build(tmp_path, own("wifi: {schulnetz: {vlan: 120}}\n")))
    network = found["gs-nord/pupil/wifi/schulnetz"]
    assert network.spec == {
        "ssid": "Schulnetz",
        "security": "wpa2-personal",
        "password": Sealed("gs-nord-wlan", fingerprint("gs-nord-wlan")),
    }
    assert network.devices == {"DXXX00000001", "DXXX00000002"}
    assert network.tags == ("wifi", "wifi")


def test_each_field_knows_which_line_set_it(tmp_path):
    root = build(tmp_path, own("wifi: {schulnetz: {ssid: Eigenes}}\n"))
    network = compiled(root)["gs-nord/pupil/wifi/schulnetz"]
    assert {at: str(source).removeprefix(f"{root}/") for at, source in network.origins.items()} == {
        ("ssid",): "schools/gs-nord.yml:7:26",
        ("security",): "catalogue.yml:2:42",
        ("password",): "catalogue.yml:2:67",
    }
    assert str(network.source) == f"{root}/schools/gs-nord.yml:7:8"


def test_inside_a_block_each_field_knows_its_line_too(tmp_path):
    files = {
        "authority.yml": AUTHORITY
        + 'defaults: {presets: {web_clips: {a: {title: A, url: "https://a.example.org"}}}}\n',
        **own('presets: {web_clips: {b: {title: B, url: "https://b.example.org"}}}\n'),
    }
    root = build(tmp_path, files)
    presets = compiled(root)["gs-nord/pupil/presets/presets"]
    assert set(presets.spec["web_clips"]) == {"a", "b"}
    assert str(presets.origins["web_clips", "a", "title"]).startswith(f"{root}/authority.yml:7")
    assert str(presets.origins["web_clips", "b", "title"]).startswith(
        f"{root}/schools/gs-nord.yml:7"
    )


def test_without_a_vault_a_secret_is_only_named(tmp_path):
    root = build(tmp_path, own("wifi: [schulnetz]\n"))
    (password,) = {
        resource.spec["password"]
        for resource in read(root, lambda _: None).desired.values()
        if resource.address.kind == "wifi"
    }
    assert password == Sealed("gs-nord-wlan", None)


def test_an_app_waits_for_its_devices_to_be_known(tmp_path):
    app = compiled(build(tmp_path, own("apps: [anton]\n")))["gs-nord/pupil/app/anton"]
    assert app.spec == {"title": "ANTON", "app_store": 1180554775}
    assert reasons(app) == {"gs-nord/pupil/membership/devices": "its devices must be known first"}


def test_an_app_that_is_not_approved_is_refused_where_it_is_chosen(tmp_path):
    root = build(tmp_path, own("apps: [neuheit]\n"))
    code, place, detail = problem(root)
    assert (code, place) == ("E0230", "schools/gs-nord.yml:7:8")
    assert f"{root}/catalogue.yml:9:3" in detail


def test_an_unknown_app_gets_the_nearest_one(tmp_path):
    code, place, detail = problem(build(tmp_path, own("apps: [anton, geogbra]\n")))
    assert (code, place) == ("E0231", "schools/gs-nord.yml:7:15")
    assert 'Did you mean "geogebra"?' in detail


def test_an_unknown_network_gets_the_nearest_one(tmp_path):
    code, place, detail = problem(build(tmp_path, own("wifi: [schulnets]\n")))
    assert (code, place) == ("E0232", "schools/gs-nord.yml:7:8")
    assert 'Did you mean "schulnetz"?' in detail


def test_a_school_may_have_a_network_of_its_own(tmp_path):
    found = compiled(build(tmp_path, own("wifi: {labor: {ssid: Labor, security: open}}\n")))
    assert found["gs-nord/pupil/wifi/labor"].spec == {"ssid": "Labor", "security": "open"}


@pytest.mark.parametrize(
    ("entry", "code", "place", "said"),
    [
        ("{ssid: X}", "E0111", "7:8", '"security" is missing'),
        ("{ssid: X, security: wpa3-personal}", "E0111", "7:8", '"password" is missing'),
        ("{ssid: X, security: wpa2-enterprise}", "E0111", "7:8", '"eap" is missing'),
        ("{ssid: ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ, security: open}", "E0113", "7:22", "34 bytes"),
        ('{ssid: "${school.name} ${school.name}", security: open}', "E0113", "7:22", "33 bytes"),
    ],
)
def test_what_the_layers_make_together_obeys_the_kind(tmp_path, entry, code, place, said):
    found = problem(build(tmp_path, own(f"wifi: {{labor: {entry}}}\n")))
    assert found[:2] == (code, f"schools/gs-nord.yml:{place}")
    assert "wifi labor" in found[2]
    assert said in found[2]


def test_a_fault_in_the_catalogue_is_told_once_for_all_schools(tmp_path):
    files = {
        "catalogue.yml": CATALOGUE.replace("wpa2-personal,", "wpa2-enterprise,"),
        "authority.yml": AUTHORITY + "defaults: {wifi: [schulnetz]}\n",
        "schools/gs-sued.yml": school(name="gs-sued"),
    }
    code, place, _ = problem(build(tmp_path, files))
    assert (code, place) == ("E0111", "authority.yml:7:19")


def test_a_network_brings_its_trust_anchor_and_waits_for_its_certificate(tmp_path):
    network = "wifi: {schulnetz: {certificate: ca}}\n"
    alone = compiled(build(tmp_path / "a", {**WITH_CA, **own(network)}))
    assert alone["gs-nord/pupil/wifi/schulnetz"].spec["anchor"] == PEM
    assert alone["gs-nord/pupil/wifi/schulnetz"].needs == ()
    files = {**WITH_CA, **own(f"{network}certificates: [ca]\n")}
    found = compiled(build(tmp_path / "b", files))
    assert found["gs-nord/pupil/certificate/ca"].spec == {"pem": PEM}
    assert reasons(found["gs-nord/pupil/wifi/schulnetz"]) == {
        "gs-nord/pupil/certificate/ca": "the network trusts this certificate"
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [("certificates: [cb]\n", "7:16"), ("wifi: {schulnetz: {certificate: cb}}\n", "7:33")],
)
def test_an_unknown_certificate_gets_the_nearest_one(tmp_path, text, place):
    code, found, detail = problem(build(tmp_path, {**WITH_CA, **own(text)}))
    assert (code, found) == ("E0234", f"schools/gs-nord.yml:{place}")
    assert "ca" in detail


def test_a_certificate_that_is_none_is_refused(tmp_path):
    files = {**WITH_CA, "certificates/ca.pem": "nothing\n", **own("certificates: [ca]\n")}
    assert problem(build(tmp_path, files))[0] == "E0113"


def test_rights_that_may_cut_devices_off_wait_for_a_verified_network(tmp_path):
    text = "wifi: [schulnetz]\nrestrictions: {pupil: {only_managed_wifi: true}}\n"
    rights = compiled(build(tmp_path, own(text)))["gs-nord/pupil/restrictions/pupil"]
    (need,) = rights.needs
    assert str(need.address) == "gs-nord/pupil/wifi/schulnetz"
    assert need.until is Until.VERIFIED


def test_the_name_of_a_set_is_not_sent_to_devices(tmp_path):
    found = compiled(build(tmp_path, own("restrictions: {pupil: jugendschutz}\n")))
    assert "use" not in found["gs-nord/pupil/restrictions/pupil"].spec
    assert "gs-nord/teacher/restrictions/teacher" not in found


SERVER = """\
  - package: radius
  - directory: /etc/x
  - template: conf
    path: /etc/x/conf
    source: conf.j2
    needs: [package/radius]
  - service: radius
    running: true
    restart_on: [template/conf]
    needed_by: [wifi]
"""
TEMPLATE = "playbooks/roles/welcome/templates/conf.j2"


def test_a_role_is_aimed_at_the_server_of_its_school(tmp_path):
    files = {**WITH_ROLE, **role(SERVER), TEMPLATE: "{{ school.name }}\n"}
    found = compiled(build(tmp_path, files))
    conf = found["gs-nord/server/template/conf"]
    assert conf.target == "server/gs-nord"
    assert conf.spec == {
        "path": "/etc/x/conf",
        "source": "conf.j2",
        "content": "Grundschule Nord\n",
    }
    assert conf.tags == ("server", "welcome", "template")
    assert conf.devices == frozenset()
    assert found["gs-nord/server/package/radius"].spec == {"installed": True}
    assert found["gs-nord/server/directory//etc/x"].spec == {"path": "/etc/x"}


def test_needs_of_a_role_carry_their_reason(tmp_path):
    files = {**WITH_ROLE, **role(SERVER), TEMPLATE: "x"}
    found = compiled(build(tmp_path, files))
    assert reasons(found["gs-nord/server/template/conf"]) == {
        "gs-nord/server/package/radius": "the role welcome says so",
        "gs-nord/server/directory//etc/x": "it lies in this directory",
    }
    assert reasons(found["gs-nord/server/service/radius"]) == {
        "gs-nord/server/template/conf": "it restarts when that changes"
    }


def test_devices_wait_for_what_serves_them(tmp_path):
    files = {**role(SERVER), TEMPLATE: "x", **own("roles: [welcome]\nwifi: [schulnetz]\n")}
    network = compiled(build(tmp_path, files))["gs-nord/pupil/wifi/schulnetz"]
    assert reasons(network) == {
        "gs-nord/server/service/radius": "service radius of the school's server serves it"
    }


def test_a_template_sees_school_cohorts_networks_and_variables(tmp_path):
    text = (
        "{{ authority.id }} {{ school.id }} {{ school.server }} {{ cohorts.pupil.count }} "
        "{{ wifi.schulnetz.vlan }} {{ wifi.schulnetz.cohorts | join('+') }} "
        "{{ variables.rooms }} {{ variables.house }}"
    )
    resources = SERVER.replace("  - package", "  - package", 1)
    files = {
        "playbooks/roles/welcome/role.yml": "role: welcome\ndefaults: {rooms: 1, house: Alt}\n"
        f"resources:\n{resources}",
        TEMPLATE: text,
        **own(
            "roles: [welcome]\nserver: 192.0.2.7\nvariables: {rooms: 24}\n"
            "wifi: {schulnetz: {vlan: 120}}\n"
        ),
    }
    conf = compiled(build(tmp_path, files))["gs-nord/server/template/conf"]
    assert conf.spec["content"] == "musterstadt gs-nord 192.0.2.7 2 120 pupil+teacher 24 Alt"


def test_a_secret_in_a_template_is_a_mark_and_is_sealed_beside_it(tmp_path):
    files = {
        **role(SERVER),
        TEMPLATE: "key={{ secret(wifi.schulnetz.password) }}",
        **own("roles: [welcome]\nwifi: [schulnetz]\n"),
    }
    conf = compiled(build(tmp_path, files))["gs-nord/server/template/conf"]
    assert conf.spec["content"] == "key=⟦secret:gs-nord-wlan⟧"
    assert conf.spec["secrets"] == {
        "gs-nord-wlan": Sealed("gs-nord-wlan", fingerprint("gs-nord-wlan"))
    }


def test_a_school_cannot_forge_the_mark_of_a_secret(tmp_path):
    files = {
        **role(SERVER),
        TEMPLATE: "{{ wifi.schulnetz.ssid }} {{ secret('tablets-api') }}",
        **own('roles: [welcome]\nwifi: {schulnetz: {ssid: "⟦secret:tablets-api⟧"}}\n'),
    }
    assert problem(build(tmp_path, files))[0] == "E0250"


def test_a_fault_in_a_template_names_file_and_line(tmp_path):
    files = {**WITH_ROLE, **role(SERVER), TEMPLATE: "a\nb {{ nothing.x }}\n"}
    code, place, detail = problem(build(tmp_path, files))
    assert (code, place) == ("E0250", f"{TEMPLATE}:2:1")
    assert "nothing" in detail


def test_an_unknown_role_gets_the_nearest_one(tmp_path):
    files = {**role("  - package: xz\n"), **own("roles: [welcom]\n")}
    code, place, detail = problem(build(tmp_path, files))
    assert (code, place) == ("E0235", "schools/gs-nord.yml:7:9")
    assert 'Did you mean "welcome"?' in detail


def test_a_role_without_a_server_is_told(tmp_path):
    authority = AUTHORITY.replace("  server: {provider: memory, per: school}\n", "")
    files = {**WITH_ROLE, **role("  - package: xz\n"), "authority.yml": authority}
    assert problem(build(tmp_path, files))[:2] == ("E0261", "schools/gs-nord.yml:7:9")


def test_a_school_without_a_server_needs_none_unless_it_has_roles(tmp_path):
    asks = AUTHORITY.replace("per: school", 'per: school, host: "${school.server}"')
    files = {"authority.yml": asks, **role("  - package: figlet\n")}
    assert not [at for at in compiled(build(tmp_path, files)) if "/server/" in at]
    build(tmp_path, {**files, "schools/gs-nord.yml": school("roles: [welcome]\n")})
    code, place, detail = problem(tmp_path)
    assert (code, place) == ("E0261", "schools/gs-nord.yml:5:9")
    assert "server: in the file of gs-nord" in detail


@pytest.mark.parametrize(
    ("resources", "code", "line", "said"),
    [
        ("  - file: /etc/x\n    content: x\n    modes: x\n", "E0110", 3, 'Did you mean "mode"?'),
        ("  - file: motd\n    content: x\n", "E0113", 3, "/etc/pedell"),
        ("  - template: /etc/x\n", "E0111", 3, '"source" is missing'),
        ("  - template: /etc/x\n    source: none.j2\n", "E0108", 3, "none.j2"),
        ("  - command: x\n    run: x\n", "E0112", 3, "creates, unless"),
        ("  - package: xz\n    needs: [package/y]\n", "E0220", 3, '"package/y"'),
        ("  - file: a\n    path: /etc/x\n    content: ''\n"
         "  - directory: /etc/x\n", "E0201", 6, "role.yml:3:5"),
    ],
)  # fmt: skip
def test_a_fault_in_a_role_is_told_at_its_resource(tmp_path, resources, code, line, said):
    found = problems(build(tmp_path, {**WITH_ROLE, **role(resources)}))
    assert (found[0].code, found[0].source.line) == (code, line)
    assert said in found[0].detail


def test_two_roles_that_define_the_same_are_refused(tmp_path):
    files = {
        **role("  - package: curl\n", "a"),
        **role("  - package: curl\n", "b"),
        **own("roles: [a, b]\n"),
    }
    code, place, detail = problem(build(tmp_path, files))
    assert (code, place) == ("E0201", "playbooks/roles/b/role.yml:3:5")
    assert "roles/a/role.yml:3:5" in detail


def test_a_ring_names_file_and_line_of_each(tmp_path):
    ring = (
        "  - package: aa\n    needs: [package/bb]\n"
        "  - package: bb\n    needs: [package/cc]\n"
        "  - package: cc\n    needs: [package/aa]\n"
    )
    code, _, detail = problem(build(tmp_path, {**WITH_ROLE, **role(ring)}))
    assert code == "E0260"
    way = [part.split(" ")[0].rpartition("/")[2] for part in detail.split(": ", 1)[1].split(" → ")]
    assert len(way) == 4
    assert "".join(way) in "aabbccaabbccaa"
    assert [f"role.yml:{line}:5" in detail for line in (3, 5, 7)] == [True] * 3


def test_the_order_is_that_of_the_addresses_whatever_the_files_say(tmp_path):
    found = list(read(build(tmp_path, own("apps: [geogebra, anton]\nwifi: [schulnetz]\n"))).desired)
    assert found == sorted(found)


ACCOUNTS = """\
  - group: backup
  - user: backup
    group: backup
    groups: [adm]
  - ssh_key: city
    user: backup
    key: ssh-ed25519 AAAA
  - file: /srv/x
    content: x
    owner: backup
    group: backup
  - block: one
    path: /etc/hosts
    content: x
  - block: two
    path: /etc/hosts
    content: y
"""


def test_what_belongs_to_a_user_or_a_group_waits_for_it(tmp_path):
    found = compiled(build(tmp_path, {**WITH_ROLE, **role(ACCOUNTS)}))
    assert reasons(found["gs-nord/server/user/backup"]) == {
        "gs-nord/server/group/backup": "its group names it"
    }
    assert reasons(found["gs-nord/server/ssh_key/city"]) == {
        "gs-nord/server/user/backup": "its user names it"
    }
    assert reasons(found["gs-nord/server/file//srv/x"]) == {
        "gs-nord/server/user/backup": "it belongs to this user",
        "gs-nord/server/group/backup": "it belongs to this group",
    }
    assert found["gs-nord/server/block/one"].needs == ()


def test_a_block_in_a_file_that_is_ours_as_a_whole_is_refused(tmp_path):
    text = "  - block: b\n    path: /etc/x\n    content: y\n  - file: /etc/x\n    content: x\n"
    with pytest.raises(Rejected) as rejected:
        compiled(build(tmp_path, {**WITH_ROLE, **role(text)}))
    assert [one.code for one in rejected.value.problems] == ["E0201"]
