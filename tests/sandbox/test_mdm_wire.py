"""The sandbox MDM's HTTP: what a raw socket sees."""

import socket

import pytest

from tests.sandbox.mdm_world import LOGIN, command, install, world

SERIAL = "PEDELL0000"


@pytest.fixture(scope="module")
def mdm():
    with world(tablets=1) as client:
        yield client


@pytest.fixture
def line(mdm):
    host, _, port = mdm.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        yield line


def read(line, count):
    """Read so many answers; return their status codes."""
    raw, codes = b"", []
    while len(codes) < count:
        piece = line.recv(65536)
        assert piece, f"hung up after {codes}"
        raw += piece
        while (end := raw.find(b"\r\n\r\n")) >= 0:
            head = raw[:end].decode()
            length = [int(row[16:]) for row in head.split("\r\n") if row[:15] == "Content-Length:"]
            size = end + 4 + (length[0] if length else 0)
            if len(raw) < size:
                break
            codes.append(int(head.split()[1]))
            raw = raw[size:]
    assert raw == b""
    return codes


def put(path, body, *extra):
    lines = [f"PUT {path} HTTP/1.1", "Host: test", f"Authorization: {LOGIN}", *extra]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_pipelined_requests_are_answered_in_order(mdm, line):
    path = f"/api/v1/nanomdm/enqueue/{mdm.udid(SERIAL)}?nopush=1"
    raws = [install(f"p{number}", f"id-{number}") for number in range(50)]
    requests = [put(path, raw, f"Content-Length: {len(raw)}") for raw in raws]
    requests.insert(1, b"GET /nothing HTTP/1.1\r\nHost: test\r\n\r\n")
    line.sendall(b"".join(requests))
    assert read(line, 51) == [200, 404, *[200] * 49]
    assert mdm.tablet(SERIAL)["waiting"][:50] == [f"p{number}" for number in range(50)]


def test_a_request_may_come_in_single_bytes(line):
    for byte in b"GET /version HTTP/1.1\r\nHost: test\r\n\r\n":
        line.sendall(bytes([byte]))
    assert read(line, 1) == [200]


def test_a_chunked_body_is_put_together(mdm, line):
    raw = command("chunked", "ProfileList")
    chunks = [raw[:7], raw[7:100], raw[100:]]
    body = b"".join(b"%x;x=1\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    path = f"/api/v1/nanomdm/enqueue/{mdm.udid(SERIAL)}?nopush=1"
    request = put(path, body, "Transfer-Encoding: chunked")
    for start in range(0, len(request), 50):
        line.sendall(request[start : start + 50])
    line.sendall(b"GET /version HTTP/1.1\r\nHost: test\r\n\r\n")
    assert read(line, 2) == [200, 200]
    assert "chunked" in mdm.tablet(SERIAL)["waiting"]


def test_who_expects_100_gets_it(mdm, line):
    raw = command("expected", "ProfileList")
    path = f"/api/v1/nanomdm/enqueue/{mdm.udid(SERIAL)}?nopush=1"
    request = put(path, b"", f"Content-Length: {len(raw)}", "Expect: 100-continue")
    line.sendall(request)
    assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.sendall(raw)
    assert read(line, 1) == [200]


@pytest.mark.parametrize("version", ["HTTP/1.0\r\n\r\n", "HTTP/1.1\r\nConnection: close\r\n\r\n"])
def test_the_line_is_closed_on_request(line, version):
    line.sendall(b"GET /version " + version.encode())
    assert read(line, 1) == [200]
    assert line.recv(10) == b""


@pytest.mark.parametrize(
    ("junk", "code"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"PUT / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
    ],
)
def test_what_is_no_request_ends_the_line(line, junk, code):
    line.sendall(junk)
    assert read(line, 1) == [code]
    assert line.recv(10) == b""


def test_an_id_may_be_percent_encoded(mdm):
    udid = mdm.udid(SERIAL)
    path = f"/api/v1/nanomdm/push/%{ord(udid[0]):02X}{udid[1:]}"
    assert mdm.json("GET", path)[1]["status"].keys() == {udid}
