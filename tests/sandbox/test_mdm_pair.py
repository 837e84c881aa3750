"""The sandbox as NanoMDM with KMFDDM beside it: two addresses, two logins."""

import base64
import http.client
import json

import pytest

from tests.providers.nanohub.hub_world import DDM_KEY, pair_world
from tests.sandbox.mdm_world import KEY


@pytest.fixture
def ask(tmp_path):
    """Ask NanoMDM (0) or KMFDDM (1); return status and decoded answer."""
    with pair_world(tmp_path, []) as world:
        hosts = [url.removeprefix("http://") for url in (world.mdm.url, world.settings["ddm_url"])]

        def ask(number, path, login="", method="GET", **headers):
            line = http.client.HTTPConnection(hosts[number], timeout=10)
            token = base64.b64encode(login.encode()).decode()
            headers |= {"Authorization": f"Basic {token}"} if login else {}
            line.request(method, path, headers=headers)
            answer = line.getresponse()
            raw = answer.read()
            line.close()
            return answer.status, json.loads(raw) if raw.startswith(b"{") else None

        yield ask


MDM, DDM = f"nanomdm:{KEY}", f"kmfddm:{DDM_KEY}"


def test_each_has_its_own_login_and_its_own_paths(ask):
    assert ask(0, "/v1/push/NOBODY", MDM)[0] == 500
    assert ask(1, "/v1/declarations", DDM)[0] == 200
    for number, path, login in (
        (0, "/v1/push/NOBODY", f"nanohub:{KEY}"),
        (0, "/v1/push/NOBODY", f"kmfddm:{DDM_KEY}"),
        (1, "/v1/declarations", MDM),
        (1, "/v1/declarations", f"kmfddm:{KEY}"),
        (1, "/v1/declarations", ""),
    ):
        assert ask(number, path, login)[0] == 401, (path, login)
    assert ask(0, "/v1/declarations", MDM)[0] == 404
    assert ask(1, "/v1/push/NOBODY", DDM)[0] == 404
    assert ask(0, "/api/v1/nanomdm/push/NOBODY", MDM)[0] == 404


def test_each_says_its_version_to_anybody(ask):
    assert [ask(number, "/version")[1] for number in (0, 1)] == [
        {"version": "v0.9.0"},
        {"version": "v0.8.3"},
    ]


def test_kmfddm_answers_devices_without_a_login(ask):
    status, answer = ask(1, "/declaration-items", **{"X-Enrollment-ID": "NOBODY"})
    assert (status, list(answer)) == (200, ["Declarations", "DeclarationsToken"])
    assert ask(1, "/tokens")[0] == 400, "nobody is named"
    assert ask(0, "/tokens", **{"X-Enrollment-ID": "NOBODY"})[0] == 404


def test_the_sandboxs_own_paths_stay_with_nanomdm(ask):
    assert ask(0, "/sandbox/summary")[0] == 200
    assert ask(1, "/sandbox/summary")[0] == 404
