"""Exit codes: what a script can tell from the number alone."""

from enum import IntEnum


class Exit(IntEnum):
    """Disjoint, documented in docs/reference/exit-codes.md, tested."""

    DONE = 0
    BUG = 1
    DIFFERENCES = 2
    PARTIAL = 3
    UNREACHABLE = 4
    INVALID = 5
    REFUSED = 6
    STALE = 7
    LOCKED = 8
    NOT_DUE = 9
    DENIED = 10
    USAGE = 64
    INTERRUPTED = 130
    TERMINATED = 143


class Leave(Exception):  # noqa: N818  # it ends a command, it is no fault
    """End the command with this code; the text, if any, goes to stderr."""

    def __init__(self, code: Exit, text: str = "") -> None:
        self.code = code
        super().__init__(text)
