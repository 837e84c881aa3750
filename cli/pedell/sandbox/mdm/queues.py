"""The two command queues of real servers: the right one, and the linked one that loses commands."""

from collections.abc import Iterable
from typing import Protocol

from pedell.sandbox.mdm.plists import Command


class Queue(Protocol):
    """The commands that wait for one enrolment."""

    def add(self, command: Command) -> None:
        """Put a command behind all others."""
        ...

    def next(self, *, skip_notnow: bool) -> Command | None:
        """Return the first command, leaving out those answered NotNow where asked to."""
        ...

    def postpone(self, uuid: str) -> None:
        """Note that the device answered NotNow."""
        ...

    def remove(self, uuid: str) -> None:
        """Take a command out, because the device has answered it."""
        ...

    def waiting(self) -> Iterable[Command]:
        """Return the commands that a device would get, in order."""
        ...


class OrderedQueue:
    """The queue of the SQL storages: by age, and each command once."""

    __slots__ = ("_commands", "_notnow")

    def __init__(self) -> None:
        self._commands: list[Command] = []
        self._notnow: set[str] | None = None  # most devices never say it

    def add(self, command: Command) -> None:
        """Put a command behind all others."""
        self._commands.append(command)

    def next(self, *, skip_notnow: bool) -> Command | None:
        """Return the first command that may be sent now."""
        if not self._commands:
            return None
        if not (skip_notnow and self._notnow):
            return self._commands[0]
        return next((c for c in self._commands if c.uuid not in self._notnow), None)

    def postpone(self, uuid: str) -> None:
        """Note a NotNow."""
        if self._notnow is None:
            self._notnow = set()
        self._notnow.add(uuid)

    def remove(self, uuid: str) -> None:
        """Take out what the device has answered."""
        for place, command in enumerate(self._commands):
            if command.uuid == uuid:
                del self._commands[place]
                break
        if self._notnow:
            self._notnow.discard(uuid)

    def waiting(self) -> Iterable[Command]:
        """Return the commands in order."""
        return tuple(self._commands)


class LinkedQueue:
    """The linked list of NanoMDM's key-value storages, with its two mistakes.

    Removing the tail leaves its predecessor pointing at it; removing a command that has neither
    neighbour, such as one that was removed before, empties the whole list.
    Source: NanoMDM v0.9.0, storage/kv/queue_ll.go, ``unlink``.
    """

    __slots__ = ("_commands", "_first", "_following", "_last", "_notnow", "_preceding")

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}
        self._first = self._last = ""
        self._following: dict[str, str] = {}
        self._preceding: dict[str, str] = {}
        self._notnow: set[str] = set()

    def add(self, command: Command) -> None:
        """Put a command behind all others."""
        uuid = command.uuid
        self._commands[uuid] = command
        if self._last:
            self._following[self._last] = uuid
            self._preceding[uuid] = self._last
        else:
            self._first = uuid
        self._last = uuid

    def next(self, *, skip_notnow: bool) -> Command | None:
        """Return the first command that may be sent now."""
        uuid = self._first
        while uuid and skip_notnow and uuid in self._notnow:
            uuid = self._following.get(uuid, "")
        return self._commands[uuid] if uuid else None

    def postpone(self, uuid: str) -> None:
        """Note a NotNow."""
        self._notnow.add(uuid)

    def remove(self, uuid: str) -> None:
        """Take out what the device has answered."""
        before, after = self._preceding.get(uuid, ""), self._following.get(uuid, "")
        self._notnow.discard(uuid)
        if before and after:
            self._following[before], self._preceding[after] = after, before
        elif before:
            self._last = before  # and its pointer to the removed one stays: the mistake
        elif after:
            self._first = after
            self._preceding.pop(after, None)
        else:
            self._first = self._last = ""
        self._preceding.pop(uuid, None)
        self._following.pop(uuid, None)

    def waiting(self) -> Iterable[Command]:
        """Return the commands in order."""
        uuid, seen = self._first, dict[str, Command]()
        while uuid and uuid not in seen:
            seen[uuid] = self._commands[uuid]
            uuid = self._following.get(uuid, "")
        return tuple(seen.values())
