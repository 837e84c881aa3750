"""Open lines to targets: one session each, opened when first needed, closed together."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from types import TracebackType

from pedell.model import Target
from pedell.ports import Means, Provider, Session


class Lines:
    """The sessions of one run. Threads may ask for different targets at the same time."""

    def __init__(
        self,
        targets: Mapping[str, Target],
        providers: Mapping[str, Provider],
        means: Mapping[str, Means],
        forks: int,
    ) -> None:
        """Take ``means`` by target name, because each MDM has a ledger of its own."""
        self._targets = targets
        self._providers = providers
        self._means = means
        self._stacks: list[ExitStack] = []
        self._sessions: dict[str, Session | OSError] = {}
        self._guards = {target: threading.Lock() for target in targets}
        self.forks = forks

    def knows(self, target_id: str) -> bool:
        """Tell whether the inventory has this target."""
        return target_id in self._targets

    def session(self, target_id: str) -> Session:
        """Return the open session of a target, or raise OSError as it was raised the first time."""
        with self._guards[target_id]:
            found = self._sessions.get(target_id)
            if found is None:
                found = self._sessions[target_id] = self._open(self._targets[target_id])
        if isinstance(found, OSError):
            raise found
        return found

    def provider(self, target_id: str) -> Provider:
        """Return the provider that drives a target."""
        return self._providers[self._targets[target_id].provider]

    def settle(self, target_id: str) -> float:
        """Return the seconds after which a call that was cut off has taken effect or never will."""
        own = self._targets[target_id].settings.get("settle")
        return float(own) if isinstance(own, (int, float)) else self.provider(target_id).settle

    def _open(self, target: Target) -> Session | OSError:
        stack = ExitStack()
        try:
            line = self._providers[target.provider].connect(target, self._means[target.name])
            session = stack.enter_context(line)
        except OSError as error:
            return error
        self._stacks.append(stack)
        return session

    def __enter__(self) -> "Lines":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with ThreadPoolExecutor(max(self.forks, 1)) as crew:
            list(crew.map(_close, self._stacks))


def _close(stack: ExitStack) -> None:
    with suppress(OSError):  # a line that broke is closed already
        stack.close()
