"""Proofs on a real sh with a real perl, against little servers of the test on loopback."""

import socket
import struct
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pedell.model import Need, Status
from pedell.providers.debian.skills import SKILLS
from tests.providers.debian.world import at, configure, remember, removal, steps, want

MARKS = "/var/lib/pedell/proofs"


@pytest.fixture
def network(world):
    """Let proofs of the sandbox's server ask the real loopback."""
    world.path("/var/lib/pedell-sandbox/real-network").touch()
    return world


class Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        known = {"/proxy.pac": 200, "http://spiele.example.org/": 403}
        self.send_response(known.get(self.path, 404))
        self.end_headers()
        self.wfile.write(f"FindProxyForURL for {self.headers['Host']}".encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


ZONE = {
    (b"\x06radius\x07example\x03org\x00", 1): [bytes([192, 0, 2, 4])],
    (b"\x05proxy\x07example\x03org\x00", 1): [bytes([192, 0, 2, 5]), bytes([192, 0, 2, 6])],
    (b"\x014\x012\x010\x03192\x07in-addr\x04arpa\x00", 12): [b"\x06radius\x07example\x03org\x00"],
}


@contextmanager
def names(answer):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))

        def serve():
            while len(said := line.recvfrom(512)) and said[0]:
                if reply := answer(said[0]):
                    line.sendto(reply, said[1])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield line.getsockname()[1]
        line.sendto(b"", line.getsockname())
        thread.join()


def tell(query):
    """Answer as a name server does: the question, then records that point back at it."""
    question = query[12:]
    found = ZONE.get((question[:-4], struct.unpack("!H", question[-4:-2])[0]))
    head = query[:2] + struct.pack("!5H", 0x8180 if found else 0x8183, 1, len(found or ()), 0, 0)
    records = (
        b"\xc0\x0c" + question[-4:] + struct.pack("!IH", 60, len(data)) + data
        for data in found or ()
    )
    return head + question + b"".join(records)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as line:
        return line.getsockname()[1]


def attempt(world, *resources):
    with world.session() as session:
        return list(session.perform(steps(resources)))


def proof(kind, name="a", word="0" * 32, **spec):
    return want(kind, name, proves=word, within=spec.pop("within", 2), **spec)


def test_a_proof_leaves_its_word_and_is_taken_away(network, web):
    good = proof("verify_tcp", "proxy", port=web)
    with network.session() as session:
        assert session.observe([good], []) == []
        configure(session, [good])
        assert network.path(f"{MARKS}/verify_tcp.proxy").read_text() == "0" * 32
        assert [one.spec for one in session.observe([good], [])] == [good.spec]
        assert [end.status for end in session.perform([removal(1, good)])] == [Status.DONE]
        assert session.observe([], [remember(good)]) == []
    assert list(network.path(MARKS).iterdir()) == []


def test_another_word_is_no_proof(network, web):
    good = proof("verify_tcp", port=web)
    with network.session() as session:
        configure(session, [good])
        assert session.observe([proof("verify_tcp", word="1" * 32, port=web)], []) == []
        unknown = replace(good, spec={"port": web})  # where not every secret opens here
        assert [one.spec for one in session.observe([unknown], [])] == [unknown.spec]


def test_a_failed_proof_takes_the_old_one_along(network, web):
    with network.session() as session:
        configure(session, [proof("verify_tcp", port=web)])
        bad = proof("verify_tcp", port=free_port(), within=1)
        (end,) = session.perform(steps([bad]))
        assert end.status is Status.FAILED
        assert session.observe([proof("verify_tcp", port=web)], []) == []


def test_what_waits_for_a_failed_proof_is_skipped(network):
    bad = proof("verify_tcp", port=free_port(), within=1)
    file = want("file", "/etc/x", content="x\n")
    with network.session() as session:
        ends = list(session.perform(steps([bad, file], needs={1: [1]})))
    assert [end.status for end in ends] == [Status.FAILED, Status.SKIPPED]
    assert not network.path("/etc/x").exists()


def test_a_proof_is_gone_as_soon_as_what_it_rests_on_is_moved(network, web):
    file = want("file", "/etc/x", content="x\n")
    good = proof("verify_tcp", port=web)
    good = replace(good, needs=(Need(file.address, "it rests on it"),))
    with network.session() as session:
        configure(session, [file, good])
        assert len(session.observe([file, good], [])) == 2
        network.path("/etc/x").write_text("by hand\n")
        assert [one.address.kind for one in session.observe([file, good], [])] == ["file"]


def test_nobody_on_a_port_is_said(network):
    port = free_port()
    (end,) = attempt(network, proof("verify_tcp", port=port, within=1))
    assert end.detail == f"expected somebody on 127.0.0.1 port {port}: Connection refused"


def test_a_service_that_comes_late_is_waited_for(network):
    port = free_port()
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind(("127.0.0.1", port))
        later = threading.Timer(1.2, line.listen)
        later.start()
        (end,) = attempt(network, proof("verify_tcp", port=port, within=10))
        later.join()
    assert end.status is Status.DONE


@pytest.mark.parametrize(
    ("spec", "detail"),
    [
        ({"path": "/proxy.pac", "contains": "FindProxyForURL"}, ""),
        ({"path": "/none", "status": 404}, ""),
        ({"path": "/none"}, "expected status 200, came 404"),
        ({"path": "/proxy.pac", "contains": "x y"}, 'expected "x y" in it, it is not there'),
        ({"path": "/proxy.pac", "contains": "wpad.example.org", "named": "wpad.example.org"}, ""),
        ({"path": "/", "named": "spiele.example.org", "proxied": True, "status": 403}, ""),
        ({"path": "/", "named": "lernen.example.org", "proxied": True}, "came 404"),
    ],
)
def test_a_page_is_as_expected(spec, detail, network, web):
    host, proxied = spec.pop("named", "127.0.0.1"), spec.pop("proxied", False)
    port = "" if proxied else f":{web}"
    spec |= {"proxy": f"127.0.0.1:{web}"} if proxied else {"address": "127.0.0.1"}
    page = proof("verify_http", url=f"http://{host}{port}{spec.pop('path')}", **spec)
    (end,) = attempt(network, page)
    assert (end.status, detail) == (Status.FAILED if detail else Status.DONE, detail)
    assert detail in end.detail


@pytest.mark.parametrize(
    ("spec", "detail"),
    [
        ({"query": "radius.example.org", "answers": ["192.0.2.4"]}, ""),
        ({"query": "radius.example.org"}, ""),
        ({"query": "proxy.example.org", "answers": ["192.0.2.6", "192.0.2.5"]}, ""),
        ({"query": "192.0.2.4", "type": "PTR", "answers": ["radius.example.org"]}, ""),
        ({"query": "none.example.org", "answers": []}, ""),
        ({"query": "proxy.example.org", "answers": ["192.0.2.5"]}, "said: 192.0.2.5, 192.0.2.6"),
        ({"query": "none.example.org"}, "expected an answer, 127.0.0.1 said: no such name"),
        ({"query": "radius.example.org", "answers": []}, "expected none, 127.0.0.1 said: 192.0.2.4"),
    ],
)  # fmt: skip
def test_a_name_is_answered_as_expected(spec, detail, network):
    with names(tell) as port:
        (end,) = attempt(network, proof("verify_dns", port=port, **spec))
    assert (end.status, detail) == (Status.FAILED if detail else Status.DONE, detail)
    assert detail in end.detail


@pytest.mark.parametrize(
    "answer",
    [
        lambda query: query[:2] + b"\x81\x80",
        lambda query: query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0) + b"\xc0\x0c",
        lambda query: query[:2] + struct.pack("!5H", 0x8180, 0, 9, 0, 0) + b"\x3f" * 9,
        lambda _: None,
    ],
)
def test_garbled_answers_and_silence_are_no_answer(answer, network):
    with names(answer) as port:
        spec = {"port": port, "query": "radius.example.org", "within": 1}
        (end,) = attempt(network, proof("verify_dns", **spec))
    assert end.status is Status.FAILED
    assert "came nothing" in end.detail


@pytest.mark.parametrize(
    "resource",
    [
        proof("verify_tcp", "../x", port=1),
        proof("verify_tcp", "*", port=1),
        proof("verify_dns", query="a..b"),
        proof("verify_dns", query="a b"),
        proof("verify_http", url="http://x y/"),
        proof("verify_http", url="http://x/ HTTP/1.0\r\nHost: y"),
        proof("verify_dhcp", server="192.0.2.1", mac="$(id)"),
        proof("verify_eap", ssid="Netz"),
    ],
)
def test_what_cannot_be_asked_never_reaches_the_server(resource, world):
    (end,) = attempt(world, resource)
    assert end.status is Status.FAILED
    assert world.commands() == []


@pytest.mark.parametrize("kind", [kind for kind in SKILLS if kind.startswith("verify_")])
def test_the_shell_of_a_proof_is_sound(kind, world):
    skill = SKILLS[kind]
    assert skill.work.count("'") % 2 == 0
    assert skill.proof == (kind != "verify_certificate")
    assert at(kind, "x").kind == kind
