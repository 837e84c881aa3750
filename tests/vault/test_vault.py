"""Vaults: where a secret has a value, and what may be told about it."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from pedell.vault import EnvironmentVault, InventedVault, fingerprint_key

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def test_the_environment_gives_what_the_runner_was_given():
    vault = EnvironmentVault({"PEDELL_SECRET_GS_NORD_WLAN": "geheim"}, KEY)
    assert vault.reveal("gs-nord-wlan").reveal() == "geheim"


def test_a_missing_secret_names_its_variable():
    vault = EnvironmentVault({}, KEY)
    with pytest.raises(KeyError, match="PEDELL_SECRET_GS_NORD_WLAN"):
        vault.reveal("gs-nord-wlan")
    assert vault.fingerprint("gs-nord-wlan") is None


def fingerprint(value, name="a", key=KEY):
    return EnvironmentVault({f"PEDELL_SECRET_{name.upper()}": value}, key).fingerprint(name)


def test_a_fingerprint_tells_change_and_nothing_else():
    assert fingerprint("x") == fingerprint("x")
    assert fingerprint("x") != fingerprint("y")
    assert fingerprint("x", "a") != fingerprint("x", "b")
    assert fingerprint("x", key=KEY) != fingerprint("x", key=OTHER_KEY)
    assert len(fingerprint("x")) == 32
    assert set(fingerprint("x")) <= set("0123456789abcdef")


def test_an_invented_secret_is_the_same_each_time_and_another_for_each_name_and_key():
    def value(name, key=KEY):
        return InventedVault(key).reveal(name).reveal()

    assert value("a") == value("a")
    assert len({value("a"), value("b"), value("a", OTHER_KEY)}) == 3
    assert len(value("a")) == 20
    assert value("a") not in InventedVault(KEY).fingerprint("a")


def test_the_key_is_made_once_and_kept_for_its_owner(tmp_path):
    key = fingerprint_key(tmp_path / "new")
    assert len(key) == 32
    assert fingerprint_key(tmp_path / "new") == key
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["fingerprint.key"]
    assert stat.S_IMODE((tmp_path / "new" / "fingerprint.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_each_inventory_has_a_key_of_its_own(tmp_path):
    assert fingerprint_key(tmp_path / "a") != fingerprint_key(tmp_path / "b")


def test_many_who_come_first_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(16) as crew:
        keys = set(crew.map(lambda _: fingerprint_key(tmp_path), range(64)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["fingerprint.key"]


def test_an_invented_secret_can_be_of_a_kind():
    makers = {"ca-key": lambda value: f"key of {value}"}
    vault, plain = InventedVault(KEY, makers), InventedVault(KEY)
    assert vault.reveal("ca-key").reveal() == f"key of {plain.reveal('ca-key').reveal()}"
    assert vault.reveal("other").reveal() == plain.reveal("other").reveal()
    assert vault.fingerprint("ca-key") != plain.fingerprint("ca-key")
