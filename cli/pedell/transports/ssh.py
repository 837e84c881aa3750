"""SSH to one server: one pinned key, one connection, every wait with an end."""

import hashlib
import io
import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import paramiko

from pedell.model import Secret, Traffic
from pedell.transports.host_keys import HostKeyError, check_key, read_pinned
from pedell.transports.jump import channel_through, shared
from pedell.transports.talk import PATIENCE, Answer, BrokenLineError, Ssh, reason_of

__all__ = ["Answer", "BrokenLineError", "HostKeyError", "Ssh", "SshAddress", "connect", "reach"]

MOST_AGENT_KEYS = 5  # OpenSSH closes the door after six tries

_KEX = (
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group14-sha256",
)
_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
_MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
_KEY_TYPES = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}

# Sessions of many threads count into one Traffic, and += is no single step.
_counting = threading.Lock()


@dataclass(frozen=True, slots=True)
class SshAddress:
    """Where and as whom.

    ``secret`` opens the key file; without a key file it is the private key itself; without both
    the user's agent is asked. ``known_hosts`` holds the pinned key, nothing else is ever read.
    ``jump`` is the host through which alone it is reached, None where the way is straight.
    """

    host: str
    port: int
    user: str
    known_hosts: Path
    key: Path | None = None
    secret: Secret | None = None
    jump: "SshAddress | None" = None

    def __str__(self) -> str:
        return f"{self.host} port {self.port}"


@contextmanager
def connect(address: SshAddress, traffic: Traffic, patience: float = PATIENCE) -> Iterator["Ssh"]:
    """Log in; leaving closes the line.

    Raises HostKeyError before anything is said to a stranger, PermissionError where the server
    does not let us in, any other OSError where nobody answers within ``patience`` seconds.
    """
    with _logged_in(address, traffic, patience) as transport:
        yield Ssh(transport, str(address), traffic, patience)


@contextmanager
def reach(
    address: SshAddress, pinned: Mapping[str, bytes], traffic: Traffic, patience: float = PATIENCE
) -> Iterator[paramiko.Transport]:
    """Exchange keys with whoever answers there, and say nothing more; leaving closes the line.

    Nobody is believed yet: what follows is up to :func:`check_key`. Only a jump host on the way
    is logged in to, if its own key is the pinned one. Raises OSError as :func:`connect`.
    """
    with (
        _way_to(address, traffic, patience) as line,
        closing(_shake_hands(line, address, pinned, patience)) as transport,
    ):
        yield transport


@contextmanager
def _logged_in(
    address: SshAddress, traffic: Traffic, patience: float
) -> Iterator[paramiko.Transport]:
    pinned = read_pinned(address.known_hosts, address.host, address.port)
    keys = None if address.key is None and address.secret is None else [_private_key(address)]
    with reach(address, pinned, traffic, patience) as transport:
        name = transport.get_remote_server_key()
        found = (name.get_name(), name.asbytes())
        check_key(pinned, address.host, address.port, address.known_hosts, found)
        _log_in(transport, address, _agent_keys() if keys is None else keys)
        transport.set_keepalive(15)
        with _counting:
            traffic.ssh_connections += 1
        yield transport


@contextmanager
def _way_to(
    address: SshAddress, traffic: Traffic, patience: float
) -> Iterator[socket.socket | paramiko.Channel]:
    jump = address.jump
    if jump is None:
        yield _open_socket(address, patience)
        return
    with shared(_door_of(jump), lambda: _woken(jump, traffic, patience)) as outer:
        try:
            line = channel_through(outer, (address.host, address.port), patience)
        except OSError as error:
            raise ConnectionError(
                f"{address} is not reached through the jump host {jump}: {reason_of(error)}"
            ) from None
        with closing(line):
            yield line


@contextmanager
def _woken(jump: SshAddress, traffic: Traffic, patience: float) -> Iterator[paramiko.Transport]:
    with _logged_in(jump, traffic, patience) as outer:
        # sshd sets TCP_NODELAY when a command runs: 2.7 instead of 44 ms for all that follows.
        with suppress(BrokenLineError):
            Ssh(outer, str(jump), traffic, patience).run("true", deadline=patience)
        yield outer


def _door_of(jump: SshAddress) -> tuple[object, ...]:
    """Tell jump hosts apart: whoever has another key goes through a connection of their own."""
    secret = jump.secret.reveal() if jump.secret else ""
    digest = hashlib.sha256(secret.encode()).digest()
    return jump.host, jump.port, jump.user, jump.known_hosts, jump.key, digest


def _open_socket(address: SshAddress, patience: float) -> socket.socket:
    began = time.monotonic()
    try:
        line = socket.create_connection((_plain(address.host), address.port), patience)
    except TimeoutError:
        raise TimeoutError(f"{address} does not answer (tried for {patience:.0f} s)") from None
    except ConnectionRefusedError:
        raise ConnectionRefusedError(
            f"{address} refuses the connection: the machine is there, SSH is not running on it"
        ) from None
    except OSError as error:
        tried = time.monotonic() - began
        raise OSError(f"{address}: {reason_of(error)} (tried for {tried:.0f} s)") from None
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 45_000)
    return line


def _plain(host: str) -> str:
    # As text it would have the tables for international names loaded, which most runs do not need.
    return host.encode("ascii") if host.isascii() else host  # type: ignore[return-value]


def _shake_hands(
    line: socket.socket | paramiko.Channel,
    address: SshAddress,
    pinned: Mapping[str, bytes],
    patience: float,
) -> paramiko.Transport:
    try:
        transport = paramiko.Transport(line)
        _prepare(transport, pinned, patience)
        transport.start_client(timeout=patience)
        transport.get_remote_server_key()
    except paramiko.ssh_exception.IncompatiblePeer as error:
        line.close()
        raise ConnectionError(
            f"{address} offers only methods that are too weak ({reason_of(error)}): nothing was "
            "sent. Bring OpenSSH there up to date; if it is, someone may stand in between"
        ) from None
    except (paramiko.SSHException, EOFError, OSError) as error:
        line.close()
        raise ConnectionError(
            f"{address} answers, but not as an SSH server that we can speak to: {reason_of(error)} "
            f"(tried for {patience:.0f} s)"
        ) from None
    return transport


def _prepare(transport: paramiko.Transport, pinned: Mapping[str, bytes], patience: float) -> None:
    log = "pedell.ssh"
    logging.getLogger(log).setLevel(logging.CRITICAL + 1)  # our own sentences say what failed
    transport.set_log_channel(log)
    transport.banner_timeout = transport.handshake_timeout = patience
    transport.auth_timeout = transport.channel_timeout = patience
    options = transport.get_security_options()
    options.kex, options.ciphers, options.digests = _KEX, _CIPHERS, _MACS
    # The pinned type first; the others too, so that a server with new keys is known for that.
    types = sorted(_KEY_TYPES, key=lambda kind: kind not in pinned)
    options.key_types = tuple(name for kind in types for name in _KEY_TYPES[kind])


def _log_in(
    transport: paramiko.Transport, address: SshAddress, keys: Sequence[paramiko.PKey]
) -> None:
    for key in keys:
        try:
            if not transport.auth_publickey(address.user, key):
                return
        except paramiko.AuthenticationException:
            continue
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise ConnectionError(f"{address}: the login broke off ({reason_of(error)})") from None
    what = f"the key {address.key}" if address.key else f"{len(keys)} keys of the agent"
    what = "the key from the vault" if address.secret and not address.key else what
    raise PermissionError(
        f"{address} does not let {address.user} in with {what}: add the public key to "
        f"~{address.user}/.ssh/authorized_keys there, or check the target's `user`"
    )


def _agent_keys() -> Sequence[paramiko.PKey]:
    return paramiko.Agent().get_keys()[:MOST_AGENT_KEYS]


def _private_key(address: SshAddress) -> paramiko.PKey:
    secret = address.secret.reveal() if address.secret else None
    try:
        if address.key is None:
            return _key_from_text(secret or "")
        try:
            return paramiko.PKey.from_path(address.key)
        except (TypeError, ValueError, paramiko.PasswordRequiredException):
            if secret is None:
                raise
            return _key_from_text(address.key.read_text(), secret)
    except (TypeError, ValueError, paramiko.SSHException, OSError) as error:
        where = address.key or "the secret that the target names as `credential`"
        why = reason_of(error) if isinstance(error, OSError) else "no private key that it opens"
        raise PermissionError(f"{address}: cannot read a private key from {where}: {why}") from None


def _key_from_text(text: str, passphrase: str | None = None) -> paramiko.PKey:
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except (paramiko.SSHException, ValueError):
            continue
    raise ValueError("no private key of a known type")
