"""Profiles go out signed where somebody signs, and who signs is no difference between two states."""

import base64
import shutil
import subprocess
from dataclasses import replace

import pytest

from pedell.model import Signing, Source, Status, Target
from pedell.payloads.apple.signed import is_wrapped, unwrap_profile
from pedell.ports import Means
from pedell.providers.nanohub import NanoHub
from pedell.providers.nanohub.signing import tell_signing
from tests.certificates.test_signing import KEYS, LEAVES, NOW, ROOT, pem, text
from tests.providers.nanohub.hub_world import OWNER, SOURCE, VAULT, Drawer, cohort, hub_world

TABLET = "PEDELLGS-NORDPUPIL0"
PROFILES = 4
SIGNED_BY = {
    kind: Signing("profile-signing", text(leaf) + text(ROOT), f"{kind}-key", Source("a.yml", 7, 3))
    for kind, leaf in LEAVES.items()
}


class Opened(Drawer):
    """The vault of the others, the signing keys in it; remembers which names it was asked for."""

    def __init__(self):
        super().__init__(**{f"{kind}-key": pem(key) for kind, key in KEYS.items()})
        self.asked = []

    def reveal(self, name):
        self.asked.append(name)
        return super().reveal(name) if name in self._secrets else VAULT.reveal(name)

    def fingerprint(self, name):
        return VAULT.fingerprint(name)


@pytest.fixture
def world(tmp_path):
    with hub_world(tmp_path, [cohort("gs-nord")]) as world:
        yield world


def sign_with(world, signing):
    """Open a new session in which this one signs, and return its vault."""
    vault = Opened()
    settings = {"url": world.mdm.url, "credential": "tablets_api"}
    target = Target("tablets", "tablets", "nanohub", "", settings, SOURCE)
    means = Means(vault, world.ledger, world.traffic, OWNER, signing=signing)
    world.session = world.stack.enter_context(NanoHub().connect(target, means))
    return vault


def files(world):
    profiles = world.mdm.tablet(TABLET)["profiles"]
    return {one["identifier"]: base64.b64decode(one["mobileconfig"]) for one in profiles}


@pytest.mark.parametrize("kind", ["rsa", "ec-p256"])
def test_what_a_tablet_gets_is_signed_and_inside_it_is_the_unsigned_profile(world, kind, tmp_path):
    sign_with(world, SIGNED_BY[kind])
    assert {outcome.status for outcome in world.apply()} == {Status.DONE}
    world.rest()
    signed = files(world)
    assert len(signed) == PROFILES
    assert all(map(is_wrapped, signed.values()))
    assert world.changes() == []
    (tmp_path / "other").mkdir()
    with hub_world(tmp_path / "other", [cohort("gs-nord")]) as other:
        other.apply()
        other.rest()
        assert files(other) == {name: unwrap_profile(file) for name, file in signed.items()}


def test_another_certificate_makes_nothing_a_change(world):
    sign_with(world, SIGNED_BY["rsa"])
    world.apply()
    world.rest()
    for signing in (SIGNED_BY["ec-p256"], None):
        sign_with(world, signing)
        assert world.changes() == []


def test_a_change_is_signed_by_who_signs_then(world):
    world.apply()
    world.rest()
    sign_with(world, SIGNED_BY["rsa"])
    world.set("restrictions", airdrop=True)
    world.apply()
    world.rest()
    assert {name.split(".")[-2]: is_wrapped(file) for name, file in files(world).items()} == {
        "certificate": False, "wifi": False, "restrictions": True, "presets": False,
    }  # fmt: skip


def test_the_key_is_asked_for_when_a_profile_is_sent_and_not_for_a_plan(world):
    vault = sign_with(world, SIGNED_BY["rsa"])
    world.plan()
    list(world.session.devices.notices())
    assert vault.asked == ["tablets_api"]
    world.apply()
    assert vault.asked.count("rsa-key") == 1


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        ("ec-p256-key", "the key is not that of the first certificate"),
        ("wlan", "holds no private key"),
        ("nowhere", "it is not in the vault"),
    ],
)
def test_a_key_that_cannot_sign_fails_the_profiles_alone_and_names_its_place(
    world, credential, words
):
    sign_with(world, replace(SIGNED_BY["rsa"], credential=credential))
    steps = world.plan()
    outcomes = {steps[one.step].change.address.kind: one for one in world.apply()}
    failed = {kind for kind, outcome in outcomes.items() if outcome.status is Status.FAILED}
    assert failed >= {"certificate", "restrictions", "presets"}
    detail = outcomes["certificate"].detail
    assert f"a.yml:7:3: the secret {credential}" in detail
    assert words in detail
    assert "Geheim" not in detail
    assert outcomes["membership"].status is Status.DONE


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_openssl_verifies_what_a_tablet_holds(world, tmp_path):
    sign_with(world, SIGNED_BY["ec-p256"])
    world.apply()
    world.rest()
    (tmp_path / "root.pem").write_text(text(ROOT))
    for file in files(world).values():
        (tmp_path / "file").write_bytes(file)
        asked = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "file", "-binary",
                 "-CAfile", "root.pem", "-attime", str(int(NOW.timestamp()) + 60)]  # fmt: skip
        done = subprocess.run(asked, cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (0, unwrap_profile(file))


@pytest.mark.parametrize(
    ("days", "urgent", "words"),
    [
        (0, False, "is good until 2027-11-21, 365 days"),
        (336, True, "ends on 2027-11-21, in 29 days"),
        (364, True, "in 1 day:"),
        (366, True, "ended on 2027-11-21"),
    ],
)
def test_the_end_of_the_certificate_is_told_in_time(days, urgent, words):
    (notice,) = tell_signing(SIGNED_BY["rsa"], NOW.timestamp() + days * 86400)
    assert notice.is_urgent is urgent
    assert words in notice.text
    assert tell_signing(None, 0) == []
