"""Apps by command over every server: loaded, asked for, told something else, taken away."""

import time

from pedell.model import Address, Resource
from tests.conformance.mdm.test_provider import PATIENCE, school  # noqa: F401  # a fixture
from tests.providers.nanohub.hub_world import SOURCE

BUNDLE = "org.example.lernapp"
AT = Address("gs-nord", "pupil", "configured_app", "lernapp")
TOLD = {"url": "https://lernen.example.org", "rooms": [1, 2], "look": {"dark": True}}


def want(school, told):  # noqa: F811
    """Want the app, and nothing that profiles have to bring."""
    spec = {"title": "Lernapp (erfunden)", "bundle": BUNDLE, "configuration": told}
    cohort = next(at for at in school.world.wanted if at.kind == "membership")
    devices = school.world.wanted[cohort].devices
    app = Resource(AT, "tablets", spec, devices, (), (), SOURCE)
    school.world.wanted = {cohort: school.world.wanted[cohort], AT: app}


def arrive(school):  # noqa: F811
    """Let tablets load it, and then say what they have, asked as often as that takes."""
    school.apply()
    school.work()
    until = time.monotonic() + PATIENCE
    while school.world.progress()[AT].verified < len(school.tablets):
        assert time.monotonic() < until, school.tell()
        school.world.session.devices.ask(tuple(school.world.wanted.values()))
        school.work()
        time.sleep(0.1)
    assert school.world.changes() == []


def configurations(school):  # noqa: F811
    return [tablet.configurations for tablet in school.tablets.values()]


def test_an_app_comes_with_its_configuration_and_is_told_another(school):  # noqa: F811
    want(school, TOLD)
    arrive(school)
    assert configurations(school) == [{BUNDLE: TOLD}] * 3
    want(school, {**TOLD, "url": "https://neu.example.org"})
    arrive(school)
    assert {each[BUNDLE]["url"] for each in configurations(school)} == {"https://neu.example.org"}
    del school.world.wanted[AT]
    school.apply()
    school.work()
    assert [BUNDLE in tablet.apps for tablet in school.tablets.values()] == [False] * 3
