"""The sandbox's own API: looking, handling tablets by hand, and faults."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from pedell.sandbox.mdm.running import running
from tests.sandbox.mdm_world import KEY, command, install, world

SERIAL = "PEDELL0000"
WIFI = "de.pedell.test.wifi"


@pytest.fixture
def mdm():
    with world(tablets=2) as client:
        yield client


def test_a_tablet_shows_who_it_is(mdm):
    tablet = mdm.tablet(SERIAL)
    assert (tablet["serial"], tablet["school"], tablet["cohort"]) == (SERIAL, "gs-test", "pupil")
    assert tablet["enrolment"] == tablet["enrolment"].upper()
    assert mdm.tablet(tablet["enrolment"]) == tablet
    assert len(mdm.json("GET", "/sandbox/tablets")[1]) == 2
    assert mdm.status("GET", "/sandbox/tablets/nobody") == 404


def test_a_profile_can_be_removed_by_hand(mdm):
    mdm.do(SERIAL, install("1"))
    path = f"/sandbox/tablets/{SERIAL}/profiles/{WIFI}"
    assert [mdm.status("DELETE", path) for _ in range(2)] == [204, 404]
    assert mdm.held(SERIAL) == {}


def test_a_sleeping_tablet_polls_when_it_wakes(mdm):
    mdm.act(SERIAL, "sleep")
    mdm.do(SERIAL, install("1"))
    assert (mdm.held(SERIAL), mdm.tablet(SERIAL)["queue"]) == ({}, 1)
    mdm.act(SERIAL, "wake")
    mdm.rest()
    assert (list(mdm.held(SERIAL)), mdm.tablet(SERIAL)["queue"]) == ([WIFI], 0)


def test_a_tablet_that_nobody_pushed_stays_quiet_when_it_wakes(mdm):
    mdm.act(SERIAL, "sleep")
    mdm.enqueue(mdm.udid(SERIAL), install("1"))
    mdm.act(SERIAL, "wake")
    mdm.rest()
    assert mdm.held(SERIAL) == {}


def test_a_star_means_all_tablets(mdm):
    for serial in (SERIAL, "PEDELL0001"):
        mdm.enqueue(mdm.udid(serial), install(f"for-{serial}"))
    assert mdm.act("*", "poll") == 204
    mdm.rest()
    assert mdm.summary()["profiles"] == 2


def test_unknown_words_are_404(mdm):
    assert mdm.act(SERIAL, "levitate") == 404
    assert mdm.act("nobody", "poll") == 404
    assert mdm.status("GET", "/sandbox/none") == 404
    assert mdm.status("GET", "/none") == 404
    assert mdm.status("PATCH", "/api/v1/ddm/sets") == 405


def test_the_log_names_commands_from_a_number_on(mdm):
    ids = f"{mdm.udid(SERIAL)},{mdm.udid('PEDELL0001')}"
    mdm.enqueue(ids, install("1"))
    mdm.enqueue(mdm.udid(SERIAL), command("2", "ProfileList"))
    _, log = mdm.json("GET", "/sandbox/log")
    first = {"n": 1, "uuid": "1", "request": "InstallProfile", "identifier": WIFI, "ids": 2}
    assert log["lines"][0] == first
    assert (log["total"], log["copies"]) == (2, 3)
    assert log["by_request"] == {"InstallProfile": 1, "ProfileList": 1}
    _, rest = mdm.json("GET", "/sandbox/log?since=1")
    assert [line["uuid"] for line in rest["lines"]] == ["2"]
    assert mdm.json("GET", "/sandbox/log?since=7")[1]["lines"] == []


def test_the_summary_counts_requests_by_route(mdm):
    mdm.enqueue(mdm.udid(SERIAL), install("1"))
    mdm.push(mdm.udid(SERIAL))
    summary = mdm.summary()
    assert summary["requests"] == {
        "PUT /api/v1/nanomdm/enqueue": 1,
        "GET /api/v1/nanomdm/push": 1,
    }
    assert (summary["tablets"], summary["enrolled"]) == (2, 2)


def test_a_fault_replaces_the_next_answers_and_nothing_is_done(mdm):
    mdm.fault(prefix="/api/v1/nanomdm/enqueue", count=2, status=500, body="{garbage")
    udid = mdm.udid(SERIAL)
    for _ in range(2):
        path = f"/api/v1/nanomdm/enqueue/{udid}?nopush=1"
        assert mdm.ask("PUT", path, install("1"))[:2] == (500, b"{garbage")
    assert mdm.tablet(SERIAL)["waiting"] == []
    assert mdm.enqueue(udid, install("1"))[0] == 200
    assert mdm.summary()["faults"] == {"served": 2, "waiting": 0}


def test_a_fault_can_come_after_the_deed(mdm):
    mdm.fault(prefix="/api/v1/nanomdm/enqueue", status=500, after=True)
    udid = mdm.udid(SERIAL)
    assert mdm.status("PUT", f"/api/v1/nanomdm/enqueue/{udid}?nopush=1", install("1")) == 500
    assert mdm.tablet(SERIAL)["waiting"] == ["1"]


def test_a_fault_cuts_the_answer(mdm):
    mdm.fault(prefix="/version", truncate=True)
    with pytest.raises(http.client.IncompleteRead):
        mdm.ask("GET", "/version")
    mdm.line.close()
    assert mdm.status("GET", "/version") == 200


@pytest.mark.parametrize(("after", "waiting"), [(True, ["1"]), (False, [])])
def test_a_fault_hangs_up(mdm, after, waiting):
    udid = mdm.udid(SERIAL)
    mdm.fault(prefix="/api/v1/nanomdm/enqueue", close=True, after=after)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        mdm.enqueue(udid, install("1"))
    mdm.line.close()
    assert mdm.tablet(SERIAL)["waiting"] == waiting


def test_a_fault_hangs_and_then_tells_the_truth(mdm):
    mdm.fault(prefix="/version", hang=0.3)
    start = time.monotonic()
    assert mdm.status("GET", "/version") == 200
    assert 0.3 <= time.monotonic() - start < 3


def test_faults_know_their_method_and_can_be_forgotten(mdm):
    mdm.fault(prefix="/version", method="PUT", status=500)
    assert mdm.status("GET", "/version") == 200
    mdm.fault()
    assert mdm.summary()["faults"]["waiting"] == 0
    assert mdm.status("POST", "/sandbox/faults", {"prefixx": "/"}) == 400


def test_sigterm_ends_it_within_a_second(tmp_path):
    path = tmp_path / "mdm.json"
    path.write_text(json.dumps({"api_key": KEY, "tablets": [{"serial": "PEDELL1"}]}))
    command_line = [sys.executable, "-m", "pedell.sandbox.mdm", "--config", str(path)]
    command_line += ["--quirk", "push-fails"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command_line, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        line = json.loads(process.stdout.readline())
        assert line["tablets"] == 1
        held = http.client.HTTPConnection(line["url"].removeprefix("http://"))
        held.request("GET", "/version")
        assert held.getresponse().read()
        held.request("GET", "/sandbox/quirks")
        assert json.load(held.getresponse())["push-fails"]["on"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(1.0) == 0
        assert process.stdout.read() == "", "one line and no more"


def test_a_server_that_dies_is_noticed():
    with pytest.raises(RuntimeError, match="ended by itself"):
        kill_while_it_runs()


def kill_while_it_runs():
    with world(tablets=0) as mdm:
        pid = mdm.summary()["pid"]
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


@pytest.mark.parametrize("wrong", [{"quirks": ["oops"]}, {"tablet": []}, {"listen": "nowhere"}])
def test_a_wrong_configuration_does_not_start(wrong):
    with pytest.raises(RuntimeError, match="did not start"), running({"api_key": KEY, **wrong}):
        pass


def test_tablets_come_from_a_file(tmp_path):
    path = tmp_path / "tablets.jsonl"
    row = {"serial": "PEDELL7", "model": "iPad14,1", "school": "s", "cohort": "c"}
    path.write_text(json.dumps(row) + "\n\n")
    with world(tablets=0) as empty:
        assert empty.summary()["tablets"] == 0
    with running({"api_key": KEY, "tablets": str(path)}) as url:
        line = http.client.HTTPConnection(url.removeprefix("http://"))
        line.request("GET", "/sandbox/tablets/PEDELL7")
        assert json.load(line.getresponse())["model"] == "iPad14,1"
