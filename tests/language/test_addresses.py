"""Addresses of an MDM: half a pair, open lines and logins are found where they stand."""

import pytest

from pedell.language.secret_files import credentials_of
from tests.inventory_builder import AUTHORITY, build, inventory, problem

HUB = 'url: "https://mdm.example.org"'
DDM = "ddm_url: http://127.0.0.1:9002"
BOTH = f"{HUB}, credential: tablets-api, {DDM}, ddm_credential: tablets-ddm"


def with_target(root, settings):
    target = f"{{provider: nanohub, platform: ipados, {settings}}}"
    old = "{provider: memory, platform: ipados}"
    return build(root, {"authority.yml": AUTHORITY.replace(old, target)})


@pytest.mark.parametrize(
    "settings",
    [
        HUB,
        BOTH,
        "url: http://127.0.0.1:9004",
        "url: http://localhost:9004",
        'url: "http://[::1]:9004"',
        'url: "https://mdm.example.org:8443/mdm"',
    ],
)
def test_what_can_be_spoken_to_is_taken(tmp_path, settings):
    assert inventory(with_target(tmp_path, settings)).targets["tablets"].addresses


@pytest.mark.parametrize(
    ("settings", "code", "key", "said"),
    [
        (f"{DDM}, ddm_credential: tablets-ddm", "E0111", "ddm_url", "under url"),
        ("ddm_credential: tablets-ddm", "E0111", "ddm_credential", "ddm_url"),
        (f"{HUB}, {DDM}", "E0111", "ddm_url", "ddm_credential"),
        (f"{HUB}, ddm_credential: tablets-ddm", "E0111", "ddm_credential", "ddm_url"),
        ("database: {host: 127.0.0.1}", "E0111", "database", "under url"),
    ],
)
def test_half_a_pair_is_none(tmp_path, settings, code, key, said):
    found, place, detail = problem(with_target(tmp_path, settings))
    line = f"  tablets: {{provider: nanohub, platform: ipados, {settings}}}"
    assert (found, place) == (code, f"authority.yml:5:{line.index(f'{key}:') + 1}")
    assert said in detail


@pytest.mark.parametrize(
    ("settings", "code", "key"),
    [
        ("url: http://mdm.example.org", "E0113", "url"),
        ("url: http://192.0.2.7:9000", "E0113", "url"),
        ("url: http://localhost.example.org", "E0113", "url"),
        (BOTH.replace("127.0.0.1", "ddm.example.org"), "E0113", "ddm_url"),
        ("url: https://", "E0113", "url"),
        ("url: https://mdm.example.org:99999", "E0113", "url"),
        ("url: https://mdm.example.org:nine", "E0113", "url"),
        ("url: 'https://[::1'", "E0113", "url"),
        ("url: https://nanohub:Sonnenblume@mdm.example.org", "E0114", "url"),
        (BOTH.replace("127.0.0.1", "kmfddm:Sonnenblume@127.0.0.1"), "E0114", "ddm_url"),
    ],
)
def test_an_address_is_whole_encrypted_and_has_no_login(tmp_path, settings, code, key):
    found, place, detail = problem(with_target(tmp_path, settings))
    line = f"  tablets: {{provider: nanohub, platform: ipados, {settings}}}"
    assert (found, place) == (code, f"authority.yml:5:{line.index(f' {key}:') + len(key) + 4}")
    assert "Sonnenblume" not in detail


@pytest.mark.parametrize(
    ("database", "is_sound"),
    [
        ("{host: 127.0.0.1}", True),
        ("{host: /run/postgresql}", True),
        ("{host: db.example.org, ca: certificates/db.pem}", True),
        ("{host: db.example.org}", False),
        ("{host: 192.0.2.7, user: pedell}", False),
    ],
)
def test_a_database_elsewhere_shows_whose_it_is(tmp_path, database, is_sound):
    root = with_target(tmp_path, f"{HUB}, database: {database}")
    if is_sound:
        assert inventory(root)
    else:
        code, _, detail = problem(root)
        assert (code, "under ca" in detail) == ("E0111", True)


def test_all_secrets_of_a_target_open_it(tmp_path):
    database = "database: {host: 127.0.0.1, credential: tablets-database}"
    targets = inventory(with_target(tmp_path, f"{BOTH}, {database}")).targets.values()
    assert credentials_of(targets) == {"tablets-api", "tablets-ddm", "tablets-database"}


def test_a_pair_has_two_addresses(tmp_path):
    found = inventory(with_target(tmp_path, BOTH)).targets["tablets"]
    assert found.addresses == ("https://mdm.example.org", "http://127.0.0.1:9002")
