"""Jump hosts: one connection to each, shared by all servers behind it."""

import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

import paramiko

__all__ = ["channel_through", "shared"]


@dataclass(slots=True)
class _Outer:
    """A connection that is being opened or is open, and how many use it."""

    opened: "Future[paramiko.Transport]" = field(default_factory=Future)
    stack: ExitStack = field(default_factory=ExitStack)
    users: int = 0

    @property
    def is_lost(self) -> bool:
        """True where it never came up, or broke."""
        if not self.opened.done():
            return False
        return self.opened.exception() is not None or not self.opened.result().is_active()


# The threads of a run meet nowhere else: whoever comes first opens, whoever leaves last closes.
_outers: dict[Hashable, _Outer] = {}
_guard = threading.Lock()


@contextmanager
def shared(
    door: Hashable, connect: Callable[[], AbstractContextManager[paramiko.Transport]]
) -> Iterator[paramiko.Transport]:
    """Yield the open connection to a jump host; ``connect`` opens it where there is none.

    Raises what ``connect`` raises, for all who waited for it; who comes later tries again.
    """
    outer, is_first = _join(door)
    try:
        if is_first:
            _open(outer, connect)
        yield outer.opened.result()
    finally:
        _leave(door, outer)


def channel_through(
    outer: paramiko.Transport, place: tuple[str, int], patience: float
) -> paramiko.Channel:
    """Return a line to host and port as the jump host sees them; OSError where it does not."""
    try:
        return outer.open_channel("direct-tcpip", place, ("127.0.0.1", 0), timeout=patience)
    except paramiko.ChannelException as error:
        if error.code == 1:
            why = "it forbids forwarding (AllowTcpForwarding, PermitOpen)"
        else:
            why = "nobody answers it there"
        raise ConnectionError(why) from None
    except (paramiko.SSHException, EOFError) as error:
        raise ConnectionError(str(error) or "the connection to it broke") from None


def _join(door: Hashable) -> tuple[_Outer, bool]:
    with _guard:
        outer = _outers.get(door)
        is_first = outer is None or outer.is_lost
        if outer is None or is_first:
            outer = _outers[door] = _Outer()
        outer.users += 1
    return outer, is_first


def _open(outer: _Outer, connect: Callable[[], AbstractContextManager[paramiko.Transport]]) -> None:
    try:
        outer.opened.set_result(outer.stack.enter_context(connect()))
    except BaseException as error:
        outer.opened.set_exception(error)  # else those who wait for it would wait for ever
        raise


def _leave(door: Hashable, outer: _Outer) -> None:
    with _guard:
        outer.users -= 1
        is_last = outer.users == 0
        if is_last and _outers.get(door) is outer:
            del _outers[door]
    if is_last:
        outer.stack.close()
