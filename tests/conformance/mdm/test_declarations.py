"""Fact 3.1: declarations, sets and who has them. All calls here notify nobody."""

import pytest

from tests.conformance.mdm.lines import Line

PASSCODE = "com.apple.configuration.passcode.settings"
QUIET = "nonotify=1"


def declaration(name, kind=PASSCODE, **payload):
    return {"Identifier": name, "Type": kind, "Payload": payload or {"RequirePasscode": True}}


def put(server, name, **payload):
    """Store a declaration; return the status."""
    return server.ddm.status("PUT", f"/declarations?{QUIET}", declaration(name, **payload))


def into_set(server, set_name, name, method="PUT"):
    path = f"/set-declarations/{set_name}?declaration={name}&{QUIET}"
    return server.ddm.status(method, path)


def give(server, device, set_name, method="PUT"):
    path = f"/enrollment-sets/{device.udid}?set={set_name}&{QUIET}"
    return server.ddm.status(method, path)


def listed(server, path):
    reply = server.ddm.ask("GET", path)
    assert reply.status == 200
    return reply.json


def test_lists_are_null_where_they_are_empty(fresh):
    """3.1: null, not []."""
    nobody = "/enrollment-sets/NOBODY"
    paths = ("/declarations", "/sets", "/set-declarations/s", "/declaration-sets/d", nobody)
    assert [fresh.ddm.ask("GET", path).raw for path in paths] == [b"null\n"] * 5


def test_a_declaration_is_changed_or_not(server, new):
    """3.1: 204 new or changed, 304 the same content."""
    name = new("de.pedell.invented")
    first, second = {"MinimumLength": 6}, {"MinimumLength": 8}
    assert [put(server, name, **payload) for payload in (first, first, second, second)] == [
        204, 304, 204, 304,
    ]  # fmt: skip
    assert name in listed(server, "/declarations")


def test_a_declaration_is_read_with_its_token(server, new):
    """3.1: indented by tabs, alone of all answers; ServerToken has 16 hexadecimal digits."""
    name = new("de.pedell.invented")
    put(server, name, MinimumLength=6)
    reply = server.ddm.ask("GET", f"/declarations/{name}")
    assert list(reply.json) == ["Identifier", "Type", "Payload", "ServerToken"]
    assert reply.json["Payload"] == {"MinimumLength": 6}
    assert len(bytes.fromhex(reply.json["ServerToken"])) == 8
    assert reply.raw.startswith(b'{\n\t"Identifier": "')
    assert not server.ddm.ask("GET", "/declarations").raw.startswith(b"[\n")


def test_the_token_follows_from_the_content(server, new):
    """3.1: the same content again has the same token, as long as it was not deleted."""
    name = new("d")

    def token(**payload):
        put(server, name, **payload)
        return listed(server, f"/declarations/{name}")["ServerToken"]

    first, second, third = token(A=1), token(A=2), token(A=1)
    assert first == third != second
    assert server.ddm.status("DELETE", f"/declarations/{name}") == 204
    assert token(A=1) != first, "one that was deleted and stored again is another one"


def test_an_unknown_declaration_is_a_404(server):
    """3.1."""
    reply = server.ddm.ask("GET", "/declarations/none")
    assert reply.status == 404
    assert reply.json["error"].startswith("declaration not found: ")
    assert server.ddm.status("POST", f"/declarations/none/touch?{QUIET}") == 404


@pytest.mark.parametrize(
    "body",
    [
        declaration(""),
        declaration("d", ""),
        {"Identifier": "d", "Type": PASSCODE},
        b"{",
        b"[]",
    ],
    ids=["no identifier", "no type", "no payload", "no JSON", "no object"],
)
def test_what_is_no_declaration_is_a_400(server, body):
    """3.1: invalid declaration, or the words of a JSON parser."""
    reply = server.ddm.ask("PUT", f"/declarations?{QUIET}", body)
    assert (reply.status, list(reply.json)) == (400, ["error"])
    if isinstance(body, dict):
        assert reply.json == {"error": "invalid declaration"}


def test_a_declaration_goes_when_no_set_holds_it(server, new):
    """3.1: 204; 304 where it is absent; 500 with the number of sets."""
    name, first, second = new("d"), new("s"), new("s")
    put(server, name)
    for holder in (first, second):
        into_set(server, holder, name)
    reply = server.ddm.ask("DELETE", f"/declarations/{name}")
    words = "txn rolled back: declaration is referenced by 2 sets"
    assert (reply.status, reply.json) == (500, {"error": words})
    for holder in (first, second):
        into_set(server, holder, name, "DELETE")
    deletions = [server.ddm.status("DELETE", f"/declarations/{name}") for _ in range(2)]
    assert deletions == [204, 304]


def test_a_touch_gives_a_new_token(server, new):
    """3.1: 204, so that devices apply it again."""
    name = new("d")
    put(server, name)
    before = listed(server, f"/declarations/{name}")
    assert server.ddm.status("POST", f"/declarations/{name}/touch?{QUIET}") == 204
    after = listed(server, f"/declarations/{name}")
    assert after["ServerToken"] != before["ServerToken"]
    assert after["Payload"] == before["Payload"]
    assert put(server, name) == 304, "the content is still the same"


def test_a_set_exists_as_long_as_it_holds_something(server, new):
    """3.1: 204, 304 unchanged; it is never made by itself."""
    name, holder = new("d"), new("s")
    put(server, name)
    assert [into_set(server, holder, name) for _ in range(2)] == [204, 304]
    assert holder in listed(server, "/sets")
    assert listed(server, f"/set-declarations/{holder}") == [name]
    assert listed(server, f"/declaration-sets/{name}") == [holder]
    assert [into_set(server, holder, name, "DELETE") for _ in range(2)] == [204, 304]
    assert holder not in (listed(server, "/sets") or ())


def test_a_set_takes_no_declaration_that_there_is_not(server, new):
    """3.1: 500, declaration not found."""
    reply = server.ddm.ask("PUT", f"/set-declarations/{new('s')}?declaration=none&{QUIET}")
    assert (reply.status, reply.json) == (500, {"error": "declaration not found"})
    assert into_set(server, new("s"), "none", "DELETE") == 304


def test_a_device_has_sets(server, device, new):
    """3.1: 204, 304 unchanged; a set need not exist, nor the device."""
    first, second = sorted((new("s"), new("s")))
    assert [give(server, device, first) for _ in range(2)] == [204, 304]
    give(server, device, second)
    assert sorted(listed(server, f"/enrollment-sets/{device.udid}")) == [first, second]
    assert [give(server, device, first, "DELETE") for _ in range(2)] == [204, 304]
    assert listed(server, f"/enrollment-sets/{device.udid}") == [second]
    stranger = server.device()
    assert give(server, stranger, first) == 204


def test_what_is_not_named_cannot_be_changed(server, device, new):
    """3.1: a call without its parameter."""
    for path, words in (
        (f"/enrollment-sets/{device.udid}", "empty set name"),
        (f"/set-declarations/{new('s')}", "empty declaration"),
    ):
        for method in ("PUT", "DELETE"):
            reply = server.ddm.ask(method, f"{path}?{QUIET}")
            assert (reply.status, reply.json) == (500, {"error": words})


def test_all_sets_of_a_device_go_under_the_true_path_alone(server, device, new):
    """3.1: openapi.yaml names another path, which is a 404."""
    give(server, device, new("s"))
    assert server.ddm.status("DELETE", f"/enrollment-sets-all/{device.udid}") == 404
    path = f"/enrollment-sets-all/sets/{device.udid}?{QUIET}"
    assert [server.ddm.status("DELETE", path) for _ in range(2)] == [204, 304]
    assert listed(server, f"/enrollment-sets/{device.udid}") is None


def test_sets_outlive_a_new_enrolment(server, device, new):
    """3.3: nothing changes in KMFDDM, so it sends no command by itself either."""
    name = new("s")
    give(server, device, name)
    device.enrol()
    assert listed(server, f"/enrollment-sets/{device.udid}") == [name]
    assert device.walk() == []


def test_names_are_percent_encoded(server, new):
    """3.1: in the path and in the query."""
    name, quoted = f"grün & {new()}", "gr%C3%BCn%20%26%20"
    assert put(server, name) == 204
    quoted += name.rpartition(" ")[2]
    assert listed(server, f"/declarations/{quoted}")["Identifier"] == name
    holder = new("s")
    assert into_set(server, holder, quoted) == 204
    assert listed(server, f"/set-declarations/{holder}") == [name]


def test_a_set_holds_what_longer_names_hold(server, device, new):
    """Not in the sheet: key-value storage seeks the declarations of `set` by `set.`, and finds
    those of `set.more` too, under names that there are not. Who has that set gets nothing at all.

    Source: KMFDDM v0.8.3, storage/kv/sets.go, ``getSetDeclarations``.
    """
    short, name = new("s"), new("d")
    put(server, name)
    into_set(server, f"{short}.more", name)
    assert listed(server, f"/set-declarations/{short}") == [f"more.{name}"]
    give(server, device, short)
    assert device.declare("tokens").status == 500
    assert device.declare("declaration-items").status == 500


def test_a_declaration_is_held_where_a_longer_name_is_held(server, new):
    """Not in the sheet: the same mistake the other way round; it cannot be deleted then.

    Source: KMFDDM v0.8.3, storage/kv/sets.go, ``getDeclarationSets``.
    """
    short, holder = new("d"), new("s")
    for name in (short, f"{short}.more"):
        put(server, name)
    into_set(server, holder, f"{short}.more")
    assert listed(server, f"/declaration-sets/{short}") == [f"more.{holder}"]
    assert server.ddm.status("DELETE", f"/declarations/{short}") == 500


def test_the_api_wants_its_login(server):
    """3.1, 4: Basic, with the user of that server."""
    line = Line(server.ddm.url)
    reply = line.ask("GET", "/sets")
    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"].startswith('Basic realm="')
    line.close()
