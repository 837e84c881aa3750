"""Wrong answers on request: what a client must survive, for the next requests to some path."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pedell.sandbox.mdm.wire import JSON, Response


@dataclass(slots=True)
class Fault:
    """The answer to the next ``count`` requests whose path begins with ``prefix``.

    With ``after`` the request is performed all the same; only its answer is replaced. Without
    ``status`` and ``body`` the true answer is sent late (``hang`` seconds), cut or not at all.
    """

    prefix: str
    count: int = 1
    method: str = ""
    status: int = 0
    body: str = ""
    kind: str = JSON
    hang: float = 0.0
    truncate: bool = False
    close: bool = False
    after: bool = False


class Faults:
    """The faults that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.served = 0

    def add(self, raw: Mapping[str, Any]) -> None:
        """Ask for a fault; raise TypeError for keys that there are not. ``{}`` forgets all."""
        if raw:
            self.waiting.append(Fault(**raw))
        else:
            self.waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request meets, counted down."""
        for fault in self.waiting:
            if path.startswith(fault.prefix) and fault.method in {"", method}:
                fault.count -= 1
                if fault.count <= 0:
                    self.waiting.remove(fault)
                self.served += 1
                return fault
        return None


def spoil(fault: Fault, true: Response | None) -> Response:
    """Return the wrong answer; ``true`` is the right one, None where nothing was done."""
    if fault.status or fault.body or true is None:
        answer = Response(fault.status or 200, fault.body.encode(), fault.kind)
    else:
        answer = true
    return replace(answer, hang=fault.hang, cut=fault.truncate, dropped=fault.close)


def performs(fault: Fault) -> bool:
    """Whether the request is carried out although its answer is spoilt."""
    instead = fault.status or fault.body or fault.close
    return fault.after or not instead
