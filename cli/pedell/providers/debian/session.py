"""The conversation with one server: one command that looks, one that does."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pedell.model import (
    Action,
    Address,
    Observed,
    Outcome,
    Progress,
    Remembered,
    Resource,
    Sealed,
    Secret,
    Spec,
    Status,
    Step,
)
from pedell.ports import Vault
from pedell.providers.debian.books import ask_about, claimed_paths, open_books, texts_by_path
from pedell.providers.debian.codecs import decode
from pedell.providers.debian.orders import (
    RENEWED,
    Due,
    Order,
    UnfitError,
    due_of,
    take_order,
)
from pedell.providers.debian.probe import Facts, Questions, read_answer, write_probe
from pedell.providers.debian.proofs import still_standing
from pedell.providers.debian.rounds import Door, Place, Work
from pedell.transports.ssh import Ssh

LOOK_SECONDS = 180.0


class DebianSession:
    """One open line to one server; ``root`` is the folder below which everything lies.

    What was looked at last says which services a change restarts, also those without a step.
    """

    devices = None
    strangers = None

    def __init__(self, dial: Callable[[], Ssh], vault: Vault, root: str, become: bool) -> None:
        self._door, self._vault = Door(dial), vault
        self._place = Place(root.rstrip("/"), "sudo -n " if become else "")
        self._secrets: dict[str, Secret] = {}
        self._wanted: dict[Address, Spec] = {}
        self._services: dict[Address, Spec] = {}

    def observe(
        self, wanted: Sequence[Resource], remembered: Sequence[Remembered]
    ) -> Sequence[Observed]:
        """Ask everything in one command. Raises OSError where the answer does not come whole."""
        specs = {one.address: one.spec for one in wanted}
        left = {one.address: one.spec for one in remembered}
        self._wanted |= specs
        self._services |= _services(left) | _services(specs)
        self._open([*specs.values(), *left.values()])
        books = open_books(specs, left)
        texts = texts_by_path(books)
        facts = self._look(ask_about(books, self._place.root, self._secrets))
        seen = (decode(book, facts, texts, self._secrets) for book in books)
        return still_standing([one for one in seen if one is not None], wanted)

    def refresh(self, wanted: Sequence[Resource], patience: float) -> None:
        """Do nothing: a server has no devices behind it, ``observe`` reads the truth itself."""

    def perform(self, batch: Sequence[Step]) -> Iterator[Outcome]:
        """Do all steps in one command; restarts come once, at the end."""
        self._learn(batch)
        orders: list[Order] = []
        for order in self._take_orders(batch):
            if isinstance(order, Outcome):
                yield order
            else:
                orders.append(order)
        if orders:
            work = Work(self._door, self._place, self._services, self._wanted, self._secrets)
            yield from work.do(orders)

    def progress(self, resources: Sequence[Resource]) -> Mapping[Address, Progress]:  # noqa: ARG002  # the port's
        """Return nothing: no devices."""
        return {}

    def _look(self, questions: Questions) -> Facts:
        script = write_probe(questions).encode()
        answer = self._door.line.run(f"{self._place.sudo}sh -s", script, LOOK_SECONDS)
        try:
            return read_answer(questions, answer.out)
        except ValueError as error:
            raise self._place.trouble(answer, self._secrets, str(error)) from None

    def _learn(self, batch: Sequence[Step]) -> None:
        afters = {one.change.address: one.change.after for one in batch}
        specs = {at: after.spec for at, after in afters.items() if after is not None}
        for at in afters.keys() - specs.keys():
            self._wanted.pop(at, None)
            self._services.pop(at, None)
        self._wanted |= specs
        self._services |= _services(specs)
        self._open(specs.values())

    def _take_orders(self, batch: Sequence[Step]) -> Iterator[Order | Outcome]:
        numbers = frozenset(step.number for step in batch)
        due = due_of(self._services)
        claimed = claimed_paths(self._wanted.items())
        for step in batch:
            at = step.change.address
            mine = due.get(at, Due())
            if at.kind == "service" and step.change.action is not Action.DELETE:
                mine = Due((at.name,))
            try:
                yield take_order(step, numbers, mine, claimed, self._place.root, self._secrets)
            except UnfitError as error:
                yield Outcome(step.number, Status.FAILED, str(error))

    def _open(self, specs: Iterable[Spec]) -> None:
        for spec in specs:
            secrets = spec.get("secrets")
            for one in secrets.values() if isinstance(secrets, Mapping) else ():
                if isinstance(one, Sealed) and one.name not in self._secrets:
                    try:
                        self._secrets[one.name] = self._vault.reveal(one.name)
                    except KeyError:
                        continue


def _services(specs: Mapping[Address, Spec]) -> dict[Address, Spec]:
    return {at: spec for at, spec in specs.items() if at.kind in RENEWED}
