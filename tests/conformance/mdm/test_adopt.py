"""What somebody declared by hand is taken over by our provider, on every server, and kept."""

from pedell.model import ACTIVATION, Address, Adopted, Source
from pedell.payloads.apple import DECLARATIONS
from pedell.payloads.apple.declarations import ACTIVATION as SIMPLE
from tests.conformance.mdm.test_declarations import declaration, give, into_set, listed, put
from tests.conformance.mdm.test_provider import school  # noqa: F401  # a fixture

SOURCE = Source("adopted/tablets.csv", 2, 1)
NAMES = {"membership": "kinder", "app": "org.example.anton", ACTIVATION: "kinder.an"}


def by_hand(server, devices, app):
    """Declare an app as somebody does who knows nothing of Pedell."""
    anton = DECLARATIONS["app"].encode(NAMES["app"], app.spec)
    assert server.ddm.status("PUT", "/declarations?nonotify=1", anton) == 204
    switch = {"StandardConfigurations": [NAMES["app"]]}
    body = declaration(NAMES[ACTIVATION], SIMPLE, **switch)
    assert server.ddm.status("PUT", "/declarations?nonotify=1", body) == 204
    for name in (NAMES["app"], NAMES[ACTIVATION]):
        assert into_set(server, NAMES["membership"], name) == 204
    for device in devices:
        assert give(server, device, NAMES["membership"]) == 204


def test_it_is_seen_taken_over_and_changed_in_place(school):  # noqa: F811
    """3.1, 4: sets, their declarations and whose they are; then one value is changed."""
    server, world = school.server, school.world
    kept = {a: r for a, r in world.wanted.items() if a.kind == "membership" or a.name == "anton"}
    app = next(a for a in kept if a.kind == "app")
    world.wanted.clear()
    world.wanted.update(kept)
    by_hand(server, school.devices.values(), kept[app])
    put(server, "org.example.elsewhere")
    seen = world.session.strangers.survey(0.0)
    assert seen.sets == {"kinder": kept[app].devices}
    assert seen.held == {"kinder": {NAMES["app"], NAMES[ACTIVATION]}}
    world.adopted = {at: Adopted(NAMES[at.kind], SOURCE) for at in kept}
    at = Address(app.school, app.place, ACTIVATION, NAMES[ACTIVATION])
    world.adopted[at] = Adopted(NAMES[ACTIVATION], SOURCE)
    world.session.strangers.take_over(world.adopted, list(kept.values()))
    world.session = world.connect()
    assert world.changes() == []
    before = sorted(listed(server, "/declarations"))
    world.set("app", optional=True)
    school.apply()
    assert world.changes() == []
    assert sorted(listed(server, "/declarations")) == before
    behaviour = listed(server, f"/declarations/{NAMES['app']}")["Payload"]["InstallBehavior"]
    assert behaviour["Install"] == "Optional"
