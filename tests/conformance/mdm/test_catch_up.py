"""Facts 0.5 and 2.7: what no listener heard is read from NanoMDM's PostgreSQL."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest

from pedell.model import Secret
from pedell.providers.nanohub.missed import take_missed
from pedell.sandbox.mdm.tablet import Tablet
from pedell.state.ledger import open_ledger
from pedell.transports.postgres import Place, open_snapshot
from tests.commands.typed import pedell_says
from tests.conformance.mdm.identity import Authority
from tests.conformance.mdm.servers import free_port, params, start
from tests.conformance.mdm.test_provider import School, school_on
from tests.inventory_builder import AUTHORITY, build
from tests.providers.nanohub.hub_world import World, cohort
from tests.sandbox.mdm_world import Client

pytest.importorskip("psycopg")
PAGE = Path(__file__).parents[3] / "docs/how-to/connect-nanohub.md"
PASSWORD = "choose-one"
pytestmark = pytest.mark.parametrize("name", params(["nanomdm-pgsql"]))


@pytest.fixture
def deaf(name, tmp_path):
    """A server that tells nobody, with the role that the page tells to make."""
    with start(name, tmp_path) as server:
        _grant(server)
        yield server


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "ledger.db") as ledger:
        yield ledger


def test_who_enrolled_unheard_is_known_and_who_left_is_not(deaf, ledger):
    """2.7: and one that has only authenticated is not enrolled yet."""
    here, gone, begun = deaf.device().enrol(), deaf.device().enrol(), deaf.device().enrol()
    gone.check_in("CheckOut")
    begun.authenticate()
    found = _caught_up(deaf, ledger)
    assert (found.devices, found.since) == (3, 0.0)
    assert ledger.enrolments() == {here.serial: here.udid}
    assert ledger.topics() == ["com.apple.mgmt.External.invented"]


def test_a_device_that_comes_back_is_known_again(deaf, ledger):
    """2.5, 2.7: its tally begins anew."""
    device = deaf.device().enrol()
    device.check_in("CheckOut")
    _caught_up(deaf, ledger)
    assert not ledger.enrolments()
    device.enrol()
    _caught_up(deaf, ledger)
    assert ledger.enrolments() == {device.serial: device.udid}


def test_times_are_those_of_the_database_whatever_its_zone(deaf, ledger):
    """2.7: the tables name no zone; here it is set before NanoMDM has opened any session."""
    deaf.postgres.run("alter database postgres set timezone = 'Asia/Kolkata'")
    deaf.restart()
    device = deaf.device().enrol()
    _caught_up(deaf, ledger)
    ((now,),) = deaf.postgres.rows("select extract(epoch from now())")
    assert abs(ledger.heard()[device.serial][0] - float(now)) < 30


def test_without_any_listener_a_rollout_is_followed_by_reading(deaf, tmp_path):
    """0.5, 6.3: accepted, queued, installed, verified, and the second plan is empty."""
    resources, rows = cohort("gs-nord")
    devices = [deaf.device(row["serial"]).enrol(pause=0.02) for row in rows]
    world = World(Client(deaf.url), tmp_path / "ledger.db", resources, settings=deaf.settings)
    tablets = {d.udid: Tablet(d.serial, d.udid, "iPad14,1", "", "") for d in devices}
    school = School(deaf, world, {device.udid: device for device in devices}, tablets)
    with world.stack:
        _caught_up(deaf, world.ledger)
        school.apply()
        school.work()
        assert school.counts() != {(3, 3)}, "nobody has said anything yet"
        _caught_up(deaf, world.ledger)
        assert (school.counts(), world.changes()) == ({(3, 3)}, [])
        before = _told(world.ledger)
        assert _caught_up(deaf, world.ledger).since > 0
        assert _told(world.ledger) == before, "reading twice changes nothing"


def test_reading_beside_the_listener_changes_nothing(name, tmp_path):
    """0.5, 6.3: webhook and tables may tell the same."""
    with school_on(name, tmp_path) as school:
        _grant(school.server)
        school.apply()
        school.work()
        school.ends()
        before = _told(school.world.ledger)
        found = _caught_up(school.server, school.world.ledger)
        assert (found.devices, found.answers > 12) == (3, True)
        assert _told(school.world.ledger) == before
        school.ends()


def test_an_old_answer_of_a_wiped_device_counts_no_more(deaf, tmp_path):
    """2.5: Authenticate clears the queue, and the tables keep the answers of before."""
    resources, rows = cohort("gs-nord", size=1)
    device = deaf.device(rows[0]["serial"]).enrol(pause=0.02)
    world = World(Client(deaf.url), tmp_path / "ledger.db", resources, settings=deaf.settings)
    tablet = Tablet(device.serial, device.udid, "iPad14,1", "", "")
    school = School(deaf, world, {device.udid: device}, {device.udid: tablet})
    with world.stack:
        _caught_up(deaf, world.ledger)
        wanted = world.changes()
        school.apply()
        school.work()
        device.enrol(pause=0.02)
        _caught_up(deaf, world.ledger)
        assert len(world.changes()) == len(wanted)


def test_the_command_reads_and_says_what(deaf, tmp_path):
    deaf.device("DXXX00000001").enrol()
    root = _inventory(tmp_path, deaf.postgres.port)
    said = _typed(root)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Read 1 device and 0 answers of tablets, from the beginning. 1 dev")
    assert "since 20" in _typed(root).out


def test_the_command_names_what_is_wrong(deaf, tmp_path):
    root = _inventory(tmp_path, deaf.postgres.port)
    wrong = _typed(root, PEDELL_SECRET_TABLETS_DATABASE="Sonnenblume")
    assert (wrong.code, "password" in wrong.err) == (4, True)
    assert "Sonnenblume" not in wrong.err
    deaf.postgres.run("revoke select (authenticate) on devices from pedell")
    assert (_typed(root).code, "permission denied" in _typed(root).err) == (10, True)
    nobody = _typed(_inventory(tmp_path / "other", free_port()))
    assert (nobody.code, "Connection refused" in nobody.err) == (4, True)


def test_the_role_can_neither_write_nor_read_keys(deaf):
    """The page's role, and a transaction that only reads."""
    for query in ("SELECT key_pem FROM push_certs", "SELECT unlock_token FROM devices"):
        with pytest.raises(PermissionError, match="permission denied"), _rows(deaf) as rows:
            list(rows(query, ()))
    deaf.postgres.run("grant all on devices to pedell")
    query = "WITH gone AS (DELETE FROM devices RETURNING id) SELECT id FROM gone"
    with pytest.raises(OSError, match=r"read-only|DECLARE CURSOR"), _rows(deaf) as rows:
        list(rows(query, ()))


def test_off_this_machine_a_server_shows_who_it_is(deaf, tmp_path):
    """libpq's verify-full: encrypted, signed by the authority of the files, in the name asked for."""
    authority, other = Authority(), Authority("Another invented CA")
    ours, strange = tmp_path / "ca.pem", tmp_path / "other.pem"
    ours.write_bytes(authority.pem())
    strange.write_bytes(other.pem())
    with pytest.raises(OSError, match="does not support SSL"), _rows(deaf, ca=str(ours)):
        pass
    deaf.postgres.encrypt(*authority.server("localhost"))
    with _rows(deaf, host="localhost", ca=str(ours)) as rows:
        (found,) = rows("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", ())
        assert found == (True,)
    with (
        pytest.raises(OSError, match="certificate verify failed"),
        _rows(deaf, host="localhost", ca=str(strange)),
    ):
        pass
    with pytest.raises(OSError, match="does not match"), _rows(deaf, ca=str(ours)):
        pass


def test_off_this_machine_nobody_is_trusted_without_a_certificate(name):
    place = Place("192.0.2.7", 5432, name, "pedell")
    with pytest.raises(PermissionError, match="`ca`"), open_snapshot(place, None):
        pass


def _grant(server):
    server.postgres.run(re.search(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.S)[1])


@contextmanager
def _rows(server, host="127.0.0.1", ca=""):
    place = Place(host, server.postgres.port, "postgres", "pedell", ca)
    with open_snapshot(place, Secret(PASSWORD)) as rows:
        yield rows


def _caught_up(server, ledger):
    with _rows(server) as rows:
        return take_missed(rows, ledger)


def _told(ledger):
    """Return what the ledger tells of devices, without when it was told."""
    traces = {subject: set(by_serial) for subject, by_serial in ledger.traces().items()}
    return ledger.enrolments(), ledger.standings(), traces, ledger.topics()


def _inventory(folder, port):
    database = f"{{host: 127.0.0.1, port: {port}, name: postgres, user: pedell"
    target = f"{{provider: nanohub, platform: ipados, url: http://127.0.0.1:9, database: {database}, credential: tablets-database}}}}"
    return build(
        folder / "inventory",
        {"authority.yml": AUTHORITY.replace("{provider: memory, platform: ipados}", target)},
    )


def _typed(root, **env):
    secrets = {"PEDELL_SECRET_TABLETS_DATABASE": PASSWORD, **env}
    return pedell_says("catch-up", "-i", root, cwd=root, env=secrets)
