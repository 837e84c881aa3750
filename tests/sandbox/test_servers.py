import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pedell.model import Traffic
from pedell.sandbox.servers import running
from pedell.transports.ssh import SshAddress, connect


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    names = ["gs-nord", "gs-sued", *(f"more-{n}" for n in range(10))]
    with running(names, tmp_path_factory.mktemp("servers")) as found:
        yield found


def address(servers, name="gs-nord", **more):
    server = servers.servers[name]
    fields = {"user": "pedell", "known_hosts": servers.known_hosts, "key": servers.key, **more}
    return SshAddress(server.host, server.port, **fields)


def run(servers, script, name="gs-nord"):
    with connect(address(servers, name), Traffic()) as ssh:
        answer = ssh.run("sh -s", script.encode())
    return answer.out.decode()


def test_each_server_is_a_world_of_its_own(servers):
    run(servers, "echo nord > etc/name", "gs-nord")
    run(servers, "echo sued > etc/name", "gs-sued")
    assert run(servers, "cat etc/name; pwd; echo $PEDELL_ROOT") == (
        f"nord\n{servers.servers['gs-nord'].root}\n{servers.servers['gs-nord'].root}\n"
    )


def test_a_command_inherits_nothing_of_ours(servers, monkeypatch):
    names = {line.split("=")[0] for line in run(servers, "env").splitlines()}
    given = {"PATH", "PEDELL_ROOT", "HOME", "TMPDIR", "USER", "SHELL", "LANG", "SSH_CONNECTION"}
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == given


def test_only_the_one_key_and_the_one_user_are_let_in(servers):
    with (
        pytest.raises(PermissionError),
        connect(address(servers, key=servers.folder / "host_ed25519"), Traffic()),
    ):
        pass
    with pytest.raises(PermissionError), connect(address(servers, user="root"), Traffic()):
        pass
    assert [one["user"] for one in servers.traffic("gs-nord", "refuse")][-2:] == ["pedell", "root"]


def test_private_keys_are_for_us_alone(servers):
    for name in ("id_ed25519", "host_ed25519"):
        assert (servers.folder / name).stat().st_mode & 0o777 == 0o600


def test_input_is_never_written_down(servers):
    run(servers, "echo a-very-secret-word")
    assert "a-very-secret-word" not in (servers.folder / "traffic.jsonl").read_text()


def test_many_guests_at_once_are_served(servers):
    with ThreadPoolExecutor(16) as crew:
        said = list(crew.map(lambda n: run(servers, "echo $PPID", n), list(servers.servers) * 3))
    assert len(set(said)) >= 1
    assert all(said)


def test_a_guest_who_says_nothing_holds_up_no_other(servers):
    server = servers.servers["gs-nord"]
    with socket.create_connection((server.host, server.port)):
        assert run(servers, "echo in") == "in\n"


def test_packages_and_units_live_as_on_debian(servers):
    said = run(
        servers,
        """
        dpkg-query -W -f '${Package} ${db:Status-Status}\\n' squid 2>&1
        systemctl is-enabled squid; systemctl is-active squid
        apt-get install -y -q squid
        dpkg-query -W -f '${Package} ${db:Status-Status}\\n' squid
        systemctl is-enabled squid; systemctl is-active squid.service
        systemctl disable --now squid; systemctl is-enabled squid; systemctl is-active squid
        systemctl start squid; systemctl is-active squid
        dpkg --remove squid; systemctl is-enabled squid
        """,
    )
    assert said.splitlines() == [
        "dpkg-query: no packages found matching squid",
        *("not-found", "inactive"),
        "squid installed",
        *("enabled", "active"),
        *("disabled", "inactive"),
        "active",
        "not-found",
    ]


def test_a_broken_unit_does_not_come_back(servers):
    said = run(
        servers,
        """
        apt-get install -y nginx; systemctl restart nginx; echo $?
        mkdir etc/nginx; touch etc/nginx/BROKEN
        systemctl restart nginx; echo $?; systemctl is-active nginx; journalctl -u nginx
        cat var/lib/pedell-sandbox/units/nginx/restarts
        """,
    )
    assert said.splitlines() == [
        "0",
        "1",
        "inactive",
        "nginx: etc/nginx/BROKEN: the configuration is broken",
        "2",
    ]


def test_owners_are_remembered_and_move_with_their_file(servers):
    said = run(
        servers,
        """
        cd etc; touch a b; stat -c %U:%G a
        chown freerad:adm a; chown -- :mail b; stat -c '%U:%G %a' a b
        mv a c; stat --printf '%n %U\\n' c; chown --reference=c b; stat -c %U:%G b
        chgrp --reference=c -- b; chgrp lp b; stat -c %U:%G b
        """,
    )
    assert said.splitlines() == [
        "root:root",
        *("freerad:adm 644", "root:mail 644"),
        "c freerad",
        "freerad:adm",
        "freerad:lp",
    ]


def test_the_servers_end_when_told_with_all_that_runs_in_them(tmp_path):
    with running(["gs-nord"], tmp_path) as servers:
        pid = tmp_path / "gs-nord" / "pid"
        line = connect(address(servers), Traffic())
        with line as ssh, ThreadPoolExecutor(1) as crew:
            answer = crew.submit(ssh.run, "echo $$ > pid; exec sleep 60")
            while not (pid.exists() and pid.read_text()):
                time.sleep(0.01)
            os.kill(servers.process, signal.SIGTERM)
            assert isinstance(answer.exception(timeout=10), OSError)
        until = time.monotonic() + 5
        while Path(f"/proc/{pid.read_text().strip()}").exists():
            assert time.monotonic() < until
            time.sleep(0.01)


def test_keys_and_folders_outlive_the_servers_and_ports_are_pinned_anew(tmp_path):
    with running(["gs-nord"], tmp_path) as servers:
        key = servers.known_hosts.read_text().split()[-1]
        run(servers, "echo here > etc/name")
    with running(["gs-nord"], tmp_path) as servers:
        assert servers.known_hosts.read_text().split()[-1] == key
        assert run(servers, "cat etc/name") == "here\n"


def test_one_line_says_where_everything_is(tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"folder": str(tmp_path), "servers": [{"name": "gs-nord"}]}))
    command = [sys.executable, "-m", "pedell.sandbox.servers", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = json.loads(process.stdout.readline())
        process.terminate()
        assert process.stdout.read() == ""
    assert process.returncode == 0
    assert set(said) == {"servers", "known_hosts", "key"}
    assert said["servers"]["gs-nord"]["root"] == str(tmp_path / "gs-nord")
