"""The Debian provider goes through the jump host that its target names."""

from pedell.model import Source, Target, Traffic
from pedell.ports import Means
from pedell.providers.debian import Debian
from pedell.sandbox.servers import running
from pedell.sandbox.servers.keys import own_key
from tests.transports.strangers import stranger


def test_the_provider_goes_through(tmp_path):
    with running(["a"], tmp_path / "s") as servers:
        one = servers.servers["a"]
        gate = own_key(tmp_path / "gate")
        with stranger(gate, {("inside", one.port): (one.host, one.port)}) as outer:
            known = tmp_path / "known_hosts"
            key = servers.known_hosts.read_text().split(" ", 1)[1]
            known.write_text(
                f"[inside]:{one.port} {key}\n[127.0.0.1]:{outer.port} ssh-ed25519 {gate.get_base64()}\n"
            )
            settings = {
                "host": "inside",
                "port": one.port,
                "user": "pedell",
                "known_hosts": str(known),
                "key": str(servers.key),
                "jump": {"host": "127.0.0.1", "port": outer.port},
            }
            traffic = Traffic()
            with Debian().connect(
                Target("t", "t", "debian", "a", settings, Source("f", 1, 1)),
                Means(None, None, traffic, "x"),
            ) as session:
                assert session.observe([], []) == []
            assert outer.guests == 1
