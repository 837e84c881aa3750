"""A secret is a name everywhere: its value cannot be printed, copied or written."""

import copy
import json
import logging
import pickle
from dataclasses import asdict, dataclass

import pytest

from pedell.model import Sealed, Secret, SecretName, Step, canonical, to_json
from pedell.state import open_store
from pedell.vault import InventedVault
from tests.stages.world import change, wanted

CANARY = "Canary-7f3a-geheim"


@dataclass
class _Holder:
    password: Secret


@pytest.mark.parametrize(
    "spill",
    [
        pytest.param(str, id="str"),
        pytest.param(lambda secret: f"{secret}", id="f-string"),
        pytest.param(lambda secret: f"{secret!s:>20}", id="f-string with str"),
        pytest.param("{:s}".format, id="format"),
        pytest.param(lambda secret: "%s" % secret, id="percent"),  # noqa: UP031
        pytest.param(lambda secret: "" + secret, id="plus"),
        pytest.param(lambda secret: ", ".join(["a", secret]), id="join"),
        pytest.param(json.dumps, id="json"),
        pytest.param(lambda secret: json.dumps({"a": [secret]}), id="json inside"),
        pytest.param(pickle.dumps, id="pickle"),
        pytest.param(lambda secret: pickle.dumps(secret, protocol=0), id="old pickle"),
        pytest.param(copy.copy, id="copy"),
        pytest.param(copy.deepcopy, id="deepcopy"),
        pytest.param(lambda secret: asdict(_Holder(secret)), id="asdict"),
        pytest.param(vars, id="vars"),
        pytest.param(bytes, id="bytes"),
        pytest.param(list, id="list"),
        pytest.param(to_json, id="to_json"),
        pytest.param(canonical, id="canonical"),
    ],
)
def test_a_secret_does_not_come_out(spill):
    with pytest.raises(TypeError) as caught:
        spill(Secret(CANARY))
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "show", [repr, lambda s: f"{s!r}", lambda s: repr([s]), lambda s: repr(_Holder(s))]
)
def test_a_secret_shows_only_that_it_is_one(show):
    assert "Secret(…)" in show(Secret(CANARY))
    assert CANARY not in show(Secret(CANARY))


def test_a_secret_in_a_log_line_is_not_written(caplog):
    with caplog.at_level(logging.INFO):
        logging.getLogger("x").info("%r", Secret(CANARY))
    assert CANARY not in caplog.text


def test_two_secrets_are_never_equal():
    assert Secret(CANARY) != Secret(CANARY)


def test_only_reveal_hands_it_out():
    assert Secret(CANARY).reveal() == CANARY


def test_a_name_is_a_name():
    assert f"{SecretName('wlan')}" == "wlan"
    assert json.dumps(SecretName("wlan")) == '"wlan"'


def test_what_is_sealed_shows_its_name_and_four_digits():
    assert str(Sealed("wlan", "3f9a" + "0" * 28)) == "secret wlan (3f9a)"
    assert str(Sealed("wlan")) == "secret wlan (not opened)"


def test_the_memory_on_disk_holds_no_secret(tmp_path):
    vault = InventedVault(b"k" * 32)
    value = vault.reveal("gs-nord-wlan").reveal()
    spec = {"password": Sealed("gs-nord-wlan", vault.fingerprint("gs-nord-wlan"))}
    step = Step(1, change("a", after=wanted("a", spec)), ())
    with open_store(tmp_path) as store:
        run = store.begin("test", 1)
        store.intend(run, [step])
        written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"gs-nord-wlan" in written
    assert value.encode() not in written
