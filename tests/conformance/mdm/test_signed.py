"""Signed profiles over every server: what a tablet gets is what was signed, to the byte."""

import pytest

from pedell.certificates.signing import open_signer, sign_content
from pedell.model import Target
from pedell.payloads.apple.signed import unwrap_profile
from pedell.ports import Means
from pedell.providers.nanohub import NanoHub
from tests.certificates.test_signing import KEYS, pem
from tests.conformance.mdm.servers import TRAITS, params
from tests.conformance.mdm.test_provider import school_on
from tests.providers.nanohub.hub_world import OWNER, SOURCE
from tests.providers.nanohub.test_hub_signing import SIGNED_BY, Opened


def sign_with(world, signing):
    settings = {"url": world.mdm.url, "credential": world.credential, **world.settings}
    target = Target("tablets", "tablets", "nanohub", "", settings, SOURCE)
    means = Means(Opened(), world.ledger, world.traffic, OWNER, signing=signing)
    world.session = world.stack.enter_context(NanoHub().connect(target, means))


@pytest.mark.parametrize("name", params(TRAITS))
def test_a_signed_profile_arrives_to_the_byte_and_leaves_nothing_to_do(name, tmp_path):
    with school_on(name, tmp_path, size=1) as school:
        sign_with(school.world, SIGNED_BY["rsa"])
        school.apply()
        school.work()
        (tablet,) = school.tablets.values()
        held = {name: profile.payload for name, profile in tablet.profiles.items()}
        assert len(held) == 4
        signer = open_signer(SIGNED_BY["rsa"].chain, pem(KEYS["rsa"]))
        for file in held.values():
            assert sign_content(unwrap_profile(file), signer) == file
        assert school.world.changes() == []
