"""HTTP against servers that err: bounded, verified, not sent elsewhere, not blindly repeated."""

import gzip
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pedell.model import Secret, Traffic
from pedell.transports.http import BrokenOffError, Http, Reply, Request
from pedell.transports.strict_json import read_json
from tests.transports.raw_server import OK, reply, serving

SECRET = "sehr-geheim-erfunden"


def connect(server, **options):
    traffic = options.pop("traffic", Traffic())
    return Http(getattr(server, "url", server), "user", Secret(SECRET), traffic, **options)


def test_lines_are_kept_open_and_counted():
    traffic = Traffic()
    with serving(lambda *_: OK) as server:
        http = connect(server, traffic=traffic)
        for _ in range(5):
            assert http.send("PUT", "/x", b"body") == Reply(200, b"ok")
        assert server.connections == 1
        assert (traffic.http_requests, traffic.http_connections) == (5, 1)
        assert server.requests[0][1] == b"body"
        assert b"Authorization: Basic " in b"".join(server.requests[0][0])


def test_a_line_that_was_closed_meanwhile_is_not_used_again():
    def answer(number, _):
        return (lambda line: line.sendall(OK)) if number == 1 else OK

    with serving(answer) as server:
        http = connect(server)
        http.send("PUT", "/x")
        time.sleep(0.1)
        assert http.send("PUT", "/x").status == 200
        assert server.connections == 2


def test_a_path_of_the_url_stands_before_every_path():
    with serving(lambda *_: OK) as server:
        connect(server.url + "/hub/").send("GET", "/v1")
        assert server.requests[0][0][0].startswith(b"GET /hub/v1 ")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_a_permission_error_that_says_what_to_do(status):
    with serving(lambda *_: reply(status)) as server:
        with pytest.raises(PermissionError, match="credential") as caught:
            connect(server).send("GET", "/")
        assert SECRET not in str(caught.value)


def test_a_redirect_is_never_followed():
    with serving(lambda *_: reply(302, Location="https://evil.example.org/")) as server:
        with pytest.raises(OSError, match="elsewhere"):
            connect(server).send("GET", "/")
        assert len(server.requests) == 1


def test_unchanged_is_no_redirect():
    with serving(lambda *_: reply(304)) as server:
        assert connect(server).send("PUT", "/").status == 304


def test_a_body_without_end_stops_at_the_limit():
    def endless(line):
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.sendall(b"x" * 1_000_000)

    with serving(lambda *_: endless) as server, pytest.raises(BrokenOffError, match="32 MB"):
        connect(server).send("PUT", "/")


def test_a_packed_body_is_refused():
    packed = gzip.compress(b"x" * 10_000_000)
    with serving(lambda *_: reply(200, packed, Content_Encoding="gzip")) as server:
        with pytest.raises(BrokenOffError, match="packed"):
            connect(server).send("PUT", "/")
        assert b"Accept-Encoding: identity" in b"".join(server.requests[0][0])


@pytest.mark.parametrize("slow_part", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_the_deadline_holds_for_the_whole_answer_however_slowly_it_drips(slow_part):
    def drip(line):
        line.sendall(slow_part)
        while True:
            line.sendall(b"x")
            time.sleep(0.05)

    with serving(lambda *_: drip) as server:
        begun = time.monotonic()
        with pytest.raises(BrokenOffError, match="in time"):
            connect(server, deadline=0.5).send("PUT", "/")
        assert time.monotonic() - begun < 2


def test_a_short_body_is_no_answer():
    short = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"
    ends = serving(lambda *_: lambda line: line.sendall(short))
    with ends as server, pytest.raises(BrokenOffError, match="too early"):
        connect(server).send("PUT", "/")


def test_a_change_that_broke_off_is_not_repeated_and_a_question_is():
    for method, expected in (("PUT", 1), ("DELETE", 1), ("GET", 3)):
        with serving(lambda number, _: OK if number > 2 else None) as server:
            http = connect(server)
            if method == "GET":
                assert http.send(method, "/").status == 200
            else:
                with pytest.raises(BrokenOffError):
                    http.send(method, "/")
            assert len(server.requests) == expected


@pytest.mark.parametrize("status", [429, 503])
def test_a_target_that_is_too_busy_is_asked_again_when_it_says_so(status):
    def answer(number, _):
        return reply(status, Retry_After="0") if number < 3 else OK

    with serving(answer) as server:
        begun = time.monotonic()
        assert connect(server).send("PUT", "/").status == 200
        assert len(server.requests) == 3
        assert time.monotonic() - begun < 1


def test_a_pause_longer_than_the_deadline_is_not_waited_for():
    with serving(lambda *_: reply(503, Retry_After="86400")) as server:
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            connect(server, deadline=1.0).send("PUT", "/")
        assert time.monotonic() - begun < 1
        assert len(server.requests) == 1


def test_a_refused_connection_is_tried_again_and_then_named():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with pytest.raises(ConnectionRefusedError, match=f"127.0.0.1:{port}"):
        connect(f"http://127.0.0.1:{port}", deadline=10).send("PUT", "/")


def test_a_server_that_comes_up_late_is_reached():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]

    def late():
        time.sleep(0.25)
        with socket.create_server(("127.0.0.1", port)) as server:
            line, _ = server.accept()
            with line:
                line.recv(10_000)
                line.sendall(OK)

    thread = threading.Thread(target=late)
    thread.start()
    assert connect(f"http://127.0.0.1:{port}").send("PUT", "/").status == 200
    thread.join()


def test_what_is_not_encrypted_stays_on_this_machine():
    with pytest.raises(PermissionError, match="https"):
        connect("http://mdm.example.org")


def test_many_are_asked_at_once_and_memory_stays_bounded():
    drawn = 0

    def requests():
        nonlocal drawn
        for number in range(2000):
            drawn += 1
            yield Request("PUT", f"/{number}")

    traffic = Traffic()
    with serving(lambda *_: OK) as server:
        answers = connect(server, traffic=traffic).send_all(requests(), workers=4)
        first = next(answers)
        time.sleep(0.2)
        assert drawn < 50
        paths = {request.path for request, _ in [first, *answers]}
        assert paths == {f"/{number}" for number in range(2000)}
        assert server.connections == traffic.http_connections <= 4
        assert traffic.http_requests == 2000


def test_a_failure_among_many_is_an_answer_of_its_own():
    with serving(lambda number, _: None if number == 5 else OK) as server:
        requests = [Request("PUT", f"/{number}") for number in range(20)]
        answers = [answer for _, answer in connect(server).send_all(requests, workers=2)]
        assert sum(isinstance(answer, BrokenOffError) for answer in answers) == 1
        assert len(answers) == 20


def test_a_reader_who_stops_early_stops_the_asking():
    with serving(lambda *_: OK) as server:
        answers = connect(server).send_all((Request("PUT", "/") for _ in range(10_000)), workers=4)
        next(answers)
        answers.close()
        count = len(server.requests)
        time.sleep(0.1)
        assert len(server.requests) == count < 100


def test_a_mistake_in_the_source_reaches_the_reader():
    def requests():
        yield Request("PUT", "/")
        raise RuntimeError("a bug of ours")

    with serving(lambda *_: OK) as server, pytest.raises(RuntimeError, match="a bug"):
        list(connect(server).send_all(requests()))


def test_a_limited_target_sees_no_more_a_second_than_agreed():
    with serving(lambda *_: OK) as server:
        http = connect(server, per_second=100)
        begun = time.monotonic()
        list(http.send_all(Request("GET", "/") for _ in range(100)))
        assert 0.7 < time.monotonic() - begun < 3


def test_an_excerpt_is_one_short_line_without_our_secret():
    http = connect("http://127.0.0.1:1")
    said = http.excerpt(f"<p>\x1b[31m{SECRET}\n\n{'x' * 1000}".encode())
    assert SECRET not in said
    assert len(said) <= 201
    assert said.isprintable()


@pytest.mark.parametrize(
    "body", [b'{"a":1,"a":2}', b"[NaN]", b"[Infinity]", b"[" * 200_000, b"", b"\xff", b"{'a':1}"]
)
def test_doubtful_json_is_refused(body):
    with pytest.raises(ValueError, match=r"."):
        read_json(body)


def test_plain_json_is_read():
    assert read_json(b'{"a": [1, null, "\xc3\xa4"]}') == {"a": [1, None, "ä"]}


def certificate(folder, name):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "server.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


def test_a_certificate_that_nobody_vouches_for_ends_it_before_a_word_is_sent(tmp_path):
    context, _ = certificate(tmp_path, "localhost")
    with serving(lambda *_: OK, tls=context) as server:
        with pytest.raises(OSError, match="not trusted"):
            connect(f"https://localhost:{server.port}").send("PUT", "/", b"secret")
        assert server.requests == []


def test_a_certificate_of_another_name_is_refused_and_the_right_one_taken(tmp_path, monkeypatch):
    context, path = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with serving(lambda *_: OK, tls=context) as server:
        with pytest.raises(OSError, match="not trusted"):
            connect(server).send("PUT", "/")  # by its address
        http = connect(f"https://localhost:{server.port}")
        assert http.send("PUT", "/").status == 200
        assert http.send("PUT", "/").status == 200
