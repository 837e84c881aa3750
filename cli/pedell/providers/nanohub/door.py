"""One server behind an MDM's API: many calls at once, and no hammering where it stays shut."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from pedell.transports.http import Answer, BrokenOffError, Http, Reply, Request, SilentError

PATIENCE = 10
"""Broken answers in a row after which a server counts as gone."""

Key = TypeVar("Key")


class Door:
    """Sends requests. Of their paths ``cut`` goes, and ``base`` comes in front.

    ``gone`` is why nothing is asked here any more, None while it answers: after the first silence
    where nothing was answered before it, or after some broken answers in a row.
    """

    def __init__(self, http: Http, base: str, cut: str = "") -> None:
        self._http, self._base, self._cut = http, base, cut
        self._broken, self._has_answered = 0, False
        self.gone: OSError | None = None

    def begin(self) -> None:
        """Believe again that somebody answers."""
        self.gone, self._broken, self._has_answered = None, 0, False

    def ask(self, path: str) -> Reply:
        """Read one thing. Raises OSError."""
        return self._http.send("GET", self._placed(path))

    def ask_all(self, calls: Iterable[tuple[Key, Request]]) -> Iterator[tuple[Key, Answer]]:
        """Ask many at once, and yield each key with its answer as they come.

        Once the server is gone the rest is not asked any more: each gets the same error.
        """
        keys: dict[int, tuple[Key, Request]] = {}
        unasked: list[Key] = []

        def requests() -> Iterator[Request]:
            for key, request in calls:
                if self.gone:
                    unasked.append(key)
                else:
                    placed = replace(request, path=self._placed(request.path))
                    keys[id(placed)] = (key, placed)
                    yield placed

        for request, answer in self._http.send_all(requests()):
            self._watch(answer)
            yield keys.pop(id(request))[0], answer
        for key in unasked:
            yield key, self.gone or OSError("not asked")

    def excerpt(self, body: bytes) -> str:
        """Cut what the server said to one harmless line."""
        return self._http.excerpt(body)

    def _placed(self, path: str) -> str:
        return self._base + path.removeprefix(self._cut)

    def _watch(self, answer: Answer) -> None:
        if isinstance(answer, Reply):
            self._broken, self._has_answered = 0, True
        elif not isinstance(answer, BrokenOffError):
            self.gone = answer
        else:
            self._broken += 1
            is_silent = isinstance(answer, SilentError) and not self._has_answered
            self.gone = answer if is_silent or self._broken >= PATIENCE else self.gone
