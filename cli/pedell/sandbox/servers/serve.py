"""One school server: who may come in, and a real shell for each command."""

import logging
import os
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

from pedell.sandbox.servers.log import Log

USER = "pedell"
PIECE = 128 * 1024


@dataclass(frozen=True, slots=True)
class House:
    """What all servers share: their key, the key they let in, the log, the running commands."""

    host_key: paramiko.PKey
    guest_key: paramiko.PKey
    log: Log
    running: set["subprocess.Popen[bytes]"] = field(default_factory=set)

    def end(self) -> None:
        """End what still runs, with all its children."""
        for process in tuple(self.running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Room:
    """One server: its name, its folder and the environment of its commands."""

    name: str
    root: Path
    environment: Mapping[str, str]


def welcome(line: socket.socket, house: House, room: Room) -> None:
    """Serve one connection until the guest leaves; all of it in threads of its own."""
    house.log.write(room.name, "connect")
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    logging.getLogger("pedell.sandbox.ssh").setLevel(logging.CRITICAL + 1)
    transport = paramiko.Transport(line)
    transport.set_log_channel("pedell.sandbox.ssh")
    transport.add_server_key(house.host_key)
    # With an event to set nobody waits: a guest who says nothing holds up no other.
    transport.start_server(event=threading.Event(), server=_Door(house, room))


class _Door(paramiko.ServerInterface):
    """What paramiko asks us about a guest."""

    def __init__(self, house: House, room: Room) -> None:
        self._house, self._room = house, room

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002  # paramiko's
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        let_in = username == USER and key == self._house.guest_key
        if not let_in:
            self._house.log.write(self._room.name, "refuse", user=username)
        return AUTH_SUCCESSFUL if let_in else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002  # paramiko's
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._house.log.write(self._room.name, "exec", command=command.decode("utf-8", "replace"))
        threading.Thread(
            target=_serve, args=(channel, command, self._house, self._room), daemon=True
        ).start()
        return True


def _serve(channel: paramiko.Channel, command: bytes, house: House, room: Room) -> None:
    process = subprocess.Popen(
        [b"/bin/sh", b"-c", command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=room.root,
        env=room.environment,
        start_new_session=True,
    )
    house.running.add(process)
    try:
        _connect_pipes(process, channel)
        code = process.wait()
        house.log.write(room.name, "exit", code=code)
        with suppress(OSError, EOFError):
            channel.send_exit_status(code if code >= 0 else 128 - code)
            channel.close()
    finally:
        house.running.discard(process)


def _connect_pipes(process: "subprocess.Popen[bytes]", channel: paramiko.Channel) -> None:
    """Carry bytes both ways until the command has closed its outputs.

    When the guest vanishes the pipes are closed, as with OpenSSH: the command ends at its next
    word.
    """
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    if not (stdin and stdout and stderr):
        raise ValueError("a command without pipes")
    threading.Thread(target=_feed, args=(channel, stdin), daemon=True).start()
    errors = threading.Thread(
        target=_drain, args=(stderr, channel, channel.sendall_stderr), daemon=True
    )
    errors.start()
    _drain(stdout, channel, channel.sendall)
    errors.join()


def _feed(channel: paramiko.Channel, pipe: IO[bytes]) -> None:
    with suppress(OSError), pipe:
        while piece := channel.recv(PIECE):
            pipe.write(piece)
            pipe.flush()


def _drain(pipe: IO[bytes], channel: paramiko.Channel, send: Callable[[bytes], None]) -> None:
    ready = select.poll()
    ready.register(pipe, select.POLLIN)
    with suppress(OSError, EOFError), pipe:
        while not channel.closed:
            if ready.poll(100):
                piece = os.read(pipe.fileno(), PIECE)
                if not piece:
                    return
                send(piece)
