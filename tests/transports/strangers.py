"""Servers that are not what they say: one lets in whoever comes, one speaks only what is weak."""

import logging
import os
import socket
import struct
import threading
from contextlib import contextmanager, suppress

import paramiko
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED

SERVICE_REQUEST = 5
"""The packet with which a guest begins to say who it is; those of logins and commands follow 50."""


def beyond_keys(packets):
    """Return the packets that are more than an exchange of keys: what may carry a secret."""
    return [kind for kind in packets if kind == SERVICE_REQUEST or kind >= 50]


class Stranger(paramiko.ServerInterface):
    """``packets`` are the kinds of all that came in, ``heard`` what guests said of themselves.

    ``doors`` are the places (name, port) that it leads to, each with where that is in truth.
    """

    def __init__(self, key, only, doors):
        self.heard, self.packets, self.guests = [], [], 0
        self._key, self._only, self._doors = key, only, doors
        self._transports = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        logging.getLogger("pedell.stranger").setLevel(logging.CRITICAL + 1)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def hang_up(self):
        for transport in self._transports:
            transport.close()

    def get_allowed_auths(self, username):  # paramiko's
        return "publickey,password,keyboard-interactive"

    def check_auth_none(self, username):
        self.heard.append(("none", username))
        return AUTH_SUCCESSFUL

    def check_auth_password(self, username, password):
        self.heard.append(("password", username, password))
        return AUTH_SUCCESSFUL

    def check_auth_publickey(self, username, key):
        self.heard.append(("key", username, key.get_base64()))
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind, chanid):  # paramiko's
        self.heard.append(("channel", kind))
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        self.heard.append(("exec", command))
        answer = threading.Timer(0.05, self._answer, [channel])  # behind the word that it may run
        answer.daemon = True
        answer.start()
        return True

    def check_channel_direct_tcpip_request(self, chanid, origin, destination):
        self.heard.append(("through", destination))
        if destination not in self._doors:
            return paramiko.OPEN_FAILED_CONNECT_FAILED
        return OPEN_SUCCEEDED

    def _answer(self, channel):
        with suppress(OSError, EOFError):
            channel.send_exit_status(0)
            channel.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.guests += 1
                threading.Thread(target=self._welcome, args=(line,), daemon=True).start()

    def _welcome(self, line):
        transport = paramiko.Transport(line)
        transport.set_log_channel("pedell.stranger")
        transport.add_server_key(self._key)
        for name, values in self._only.items():
            setattr(transport.get_security_options(), name, values)
        read = transport.packetizer.read_message

        def read_and_remember():
            kind, message = read()
            self.packets.append(kind)
            return kind, message

        transport.packetizer.read_message = read_and_remember
        self._transports.append(transport)
        transport.start_server(event=threading.Event(), server=self)
        while transport.is_active():
            channel = transport.accept(0.2)
            if channel is not None and self.heard[-1][0] == "through":
                place = self._doors[self.heard[-1][1]]
                threading.Thread(target=_carry_both, args=(channel, place), daemon=True).start()


def _carry_both(channel, place):
    far = socket.create_connection(place)
    far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=_carry, args=(far, channel), daemon=True).start()
    _carry(channel, far)


def _carry(source, sink):
    with suppress(OSError, EOFError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.close()


@contextmanager
def stranger(key, doors=(), **only):
    """Yield a running one; ``kex``, ``ciphers``, ``digests``, ``key_types`` narrow its offer."""
    found = Stranger(key, only, dict(doors))
    try:
        yield found
    finally:
        found.close()


STRONG = {
    "kex": b"curve25519-sha256@libssh.org",
    "key": b"ssh-ed25519",
    "cipher": b"aes128-ctr",
    "mac": b"hmac-sha2-256",
}


class Weakling:
    """Speaks so much SSH that a guest knows what it offers. ``received`` are a guest's bytes."""

    def __init__(self, offer):
        self.received = b""
        self._offer = STRONG | offer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._done = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def packets(self):
        """Return the kinds of the packets that the guest sent, all still in the clear."""
        assert self._done.wait(5)
        rest = self.received.partition(b"\r\n")[2]
        kinds = []
        while len(rest) > 5:
            kinds.append(rest[5])
            rest = rest[4 + struct.unpack(">I", rest[:4])[0] :]
        return kinds

    def _serve(self):
        line, _ = self._listener.accept()
        with line, suppress(OSError):
            line.settimeout(5)
            line.sendall(b"SSH-2.0-OpenSSH_5.3\r\n" + self._kex_init())
            while piece := line.recv(65536):
                self.received += piece
        self._listener.close()
        self._done.set()

    def _kex_init(self):
        offer = self._offer
        names = [offer["kex"], offer["key"], *[offer["cipher"]] * 2, *[offer["mac"]] * 2]
        names += [b"none", b"none", b"", b""]
        lists = b"".join(struct.pack(">I", len(name)) + name for name in names)
        payload = b"\x14" + os.urandom(16) + lists + b"\0" * 5
        padding = 8 - (len(payload) + 5) % 8 + 8
        head = struct.pack(">IB", len(payload) + padding + 1, padding)
        return head + payload + b"\0" * padding
