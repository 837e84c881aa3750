"""What signs profiles can do so, or it is said why not; the sandbox signs with twins."""

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from pedell.certificates.signing import check_signing_certificate, open_signer
from pedell.certificates.twins import keys_of_twins, with_twins
from pedell.model import Rejected, Signing, Source
from pedell.stages.vouch import vouch_for_signing
from pedell.vault import InventedVault
from pedell.wiring import Setting, read_offline
from tests.certificates.test_signing import LEAVES, NOW, ROOT, text

SOURCE = Source("authority.yml", 7, 3)
SIGNING = Signing("signing", text(LEAVES["rsa"]) + text(ROOT), "signing-key", SOURCE)
DAY = datetime.timedelta(1)


@pytest.mark.parametrize("days", [0, 100, 1000])
def test_a_certificate_that_holds_or_has_ended_is_no_problem_of_the_files(days):
    assert vouch_for_signing({"tablets": SIGNING}, NOW + days * DAY) == ()
    assert vouch_for_signing({}, NOW) == ()


def test_one_that_does_not_hold_yet_is_doubtful():
    (doubt,) = vouch_for_signing({"tablets": SIGNING}, NOW - DAY)
    assert (doubt.code, doubt.source, doubt.severity.value) == ("W0313", SOURCE, "warning")
    assert "2026-11-21" in doubt.detail


def test_each_that_cannot_sign_is_refused_at_its_place():
    broken = replace(SIGNING, chain="nothing", source=Source("authority.yml", 9, 3))
    with pytest.raises(Rejected) as caught:
        vouch_for_signing({"tablets": SIGNING, "more": broken}, NOW - DAY)
    (problem,) = caught.value.problems
    assert (problem.code, problem.source.line) == ("E0268", 9)


def test_in_the_sandbox_a_twin_signs_with_a_key_that_anybody_may_know(minimal):
    inventory = replace(minimal, signing={"tablets": SIGNING})
    vault = InventedVault(b"invented", keys_of_twins(inventory))
    twin = with_twins(inventory, lambda name: vault.reveal(name).reveal()).signing["tablets"]
    signer = open_signer(twin.chain, vault.reveal("signing-key").reveal())
    assert check_signing_certificate(SIGNING.chain) is None
    assert signer.chain[0].subject == LEAVES["rsa"].subject
    assert signer.chain[0].not_valid_after_utc == LEAVES["rsa"].not_valid_after_utc
    with pytest.raises(ValueError, match="not that of"):
        open_signer(SIGNING.chain, vault.reveal("signing-key").reveal())


@pytest.fixture
def minimal():
    return read_offline(Setting((Path(__file__).parents[2] / "inventories/minimal",))).inventory
