"""Facts 0.1, 2.1 and 4: how the real servers start, and what they are without an API key."""

import os
import plistlib
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.conformance.mdm.device import CERT_HEADER, TOPIC
from tests.conformance.mdm.identity import Authority
from tests.conformance.mdm.lines import Line
from tests.conformance.mdm.servers import KEY, free_port, params, start
from tests.sandbox.mdm_world import command


@pytest.fixture
def refusal(tmp_path):
    """Start a server that will not; return its exit code and what it said."""
    ca = tmp_path / "ca.pem"
    ca.write_bytes(Authority().pem())

    def start(variable, *options):
        where = [
            "-listen",
            f"127.0.0.1:{free_port()}",
            *(o.replace("CA", str(ca)) for o in options),
        ]
        command = [os.environ[variable], *where]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=10, check=False, cwd=tmp_path
        )
        return done.returncode, done.stdout + done.stderr

    return start


@pytest.mark.tier4("NANOMDM_BIN")
def test_nanomdm_needs_a_ca(refusal):
    """2.1: -ca is mandatory."""
    code, said = refusal("NANOMDM_BIN", "-api", "key", "-storage", "inmem", "-storage-dsn", "")
    assert code
    assert "must supply CA cert path flag" in said


@pytest.mark.tier4("NANOMDM_BIN")
def test_nanomdm_wants_a_data_source_name_for_each_storage(refusal):
    """2.1: also an empty one, for inmem."""
    code, said = refusal("NANOMDM_BIN", "-ca", "CA", "-api", "key", "-storage", "inmem")
    assert code
    assert "storage" in said


@pytest.mark.tier4("NANOHUB_BIN")
def test_nanohub_has_no_postgresql(refusal):
    """1, 4: NanoHUB stores in files, in memory or in MySQL."""
    code, _ = refusal("NANOHUB_BIN", "-ca", "CA", "-api-key", "key", "-storage", "pgsql")
    assert code


@pytest.mark.parametrize("name", params(["sandbox-kv", "nanohub", "nanomdm"]))
def test_a_dead_listener_stops_nobody(name, tmp_path, new):
    """0.5: its events are lost."""
    nobody = {"url": f"http://127.0.0.1:{free_port()}/hook", "key": "k"}
    with start(name, tmp_path, nobody) as server:
        device, uuid = server.device().enrol(), new()
        server.queue(device, command(uuid, "ProfileList"))
        assert device.walk() == [uuid]


@pytest.mark.parametrize("name", params(["nanohub"]))
def test_nanohub_can_tell_devices_their_shard(name, tmp_path):
    """4: -dmshard adds a management declaration that is always there."""
    with start(name, tmp_path, more=["-dmshard"]) as server:
        lists = server.device().enrol().declared("declaration-items")["Declarations"]
        (shard,) = lists["Management"]
        assert lists["Configurations"] == []
        assert server.ddm.ask("GET", "/declarations").raw == b"null\n"
        assert shard["Identifier"].endswith(".shard.v1")


@pytest.mark.parametrize("name", params(["nanohub", "nanomdm", "nanomdm-pgsql"]))
def test_devices_can_be_migrated_without_their_certificate(name, tmp_path, new):
    """2.1: -migration takes Authenticate and TokenUpdate under the API's login.

    Not in the sheet: NanoHUB has the switch and asks for the certificate all the same.
    """
    with start(name, tmp_path, more=["-migration"]) as server:
        device = server.device()
        user = "nanohub" if name == "nanohub" else "nanomdm"
        line = Line(f"{server.url}/migration", user, KEY)
        for kind in ("Authenticate", "TokenUpdate"):
            message = {"MessageType": kind, "UDID": device.udid, "Topic": TOPIC}
            message |= {"PushMagic": "m", "Token": b"t", "SerialNumber": device.serial}
            status = line.ask("PUT", "", plistlib.dumps(message)).status
            assert status == (500 if name == "nanohub" else 200)
        line.close()
        assert server.enqueue(device.udid, command(new(), "ProfileList")).status == 200


@pytest.mark.parametrize("name", params(["nanomdm"]))
def test_without_a_key_there_is_no_api(name, tmp_path):
    """2.1, 3.3: of KMFDDM only what devices ask for is left, and that without a login."""
    with start(name, tmp_path, keyed=False) as server:
        assert server.push("NOBODY").status == 404
        assert server.ddm.status("GET", "/sets") == 404
        reply = server.as_device.ask("GET", "/tokens", headers={"X-Enrollment-ID": "ANY"})
        assert (reply.status, list(reply.json)) == (200, ["SyncTokens"])


@pytest.mark.parametrize("name", params(["nanohub"]))
def test_files_keep_the_queue_and_its_mistake(name, tmp_path, new):
    """0.3, 2.5: what NanoHUB stores unless it is told otherwise; a restart loses nothing more."""
    files = ["-storage", "file", "-storage-dsn", str(tmp_path / "db")]
    with start(name, tmp_path, more=files) as server:
        device, (busy, last) = server.device().enrol(), (new(), new())
        server.queue(device, command(busy, "ProfileList"), command(last, "ProfileList"))
        server.restart()
        assert device.walk(busy={busy}) == [busy, last, busy, last]
        assert device.walk() == []


@pytest.mark.parametrize("name", params(["nanohub", "nanomdm"]))
def test_devices_may_be_let_through_to_another_server(name, tmp_path):
    """2.1: -auth-proxy-url; the certificate is the login, and X-Enrollment-ID says whose it is.

    Not in the sheet: NanoHUB hands the path on whole, NanoMDM without its first word.
    """
    with (
        inner_server() as (asked, url),
        start(name, tmp_path, more=["-auth-proxy-url", url]) as mdm,
    ):
        device, line = mdm.device().enrol(), Line(f"{mdm.url}/authproxy")
        known = {CERT_HEADER: device.identity.header()}
        assert line.ask("GET", "/profile", headers=known).status == 200
        path = "/authproxy/profile" if name == "nanohub" else "/profile"
        assert asked == [(path, device.udid)]
        assert line.ask("GET", "/profile").status == 400
        stranger = {CERT_HEADER: mdm.device().identity.header()}
        assert line.ask("GET", "/profile", headers=stranger).status == 400
        line.close()
    assert len(asked) == 1


@contextmanager
def inner_server():
    """Listen; yield what is asked for, by whom, and the URL."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["X-Enrollment-ID"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield asked, f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
