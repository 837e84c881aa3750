"""The conversation with one server: one command that looks, one that does."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence

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
from pedell.providers.debian.marks import message
from pedell.providers.debian.outcomes import read_outcomes, read_report
from pedell.providers.debian.probe import Facts, Questions, read_answer, write_probe
from pedell.providers.debian.script import (
    BOOTSTRAP,
    Order,
    UnfitError,
    pack,
    restarts,
    take_order,
    write_script,
)
from pedell.transports.ssh import Answer, BrokenLineError, Ssh

LOOK_SECONDS = 180.0
WORK_SECONDS = 1800.0


class DebianSession:
    """One open line to one server; ``root`` is the folder below which everything lies.

    What was looked at last says which services a change restarts, also those without a step.
    """

    def __init__(self, ssh: Ssh, vault: Vault, root: str, become: bool) -> None:
        self._ssh, self._vault = ssh, vault
        self._root = root.rstrip("/")
        self._sudo = "sudo -n " if become else ""
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
        facts = self._look(ask_about(books, self._root, self._secrets))
        seen = (decode(book, facts, texts, self._secrets) for book in books)
        return [one for one in seen if one is not None]

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
            yield from self._work(orders)

    def progress(self, resources: Sequence[Resource]) -> Mapping[Address, Progress]:  # noqa: ARG002  # the port's
        """Return nothing: no devices."""
        return {}

    def _look(self, questions: Questions) -> Facts:
        script = write_probe(questions).encode()
        answer = self._ssh.run(f"{self._sudo}sh -s", script, LOOK_SECONDS)
        try:
            return read_answer(questions, answer.out)
        except ValueError as error:
            raise OSError(self._complaint(answer) if answer.code else str(error)) from None

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
        units = restarts(self._services)
        claimed = claimed_paths(self._wanted.items())
        for step in batch:
            restarted = units.get(step.change.address, ())
            if step.change.address.kind == "service" and step.change.action is not Action.DELETE:
                restarted = (step.change.address.name,)
            try:
                yield take_order(step, numbers, restarted, claimed, self._root, self._secrets)
            except UnfitError as error:
                yield Outcome(step.number, Status.FAILED, str(error))

    def _work(self, orders: Sequence[Order]) -> Iterator[Outcome]:
        if not self._ssh.is_open:
            sentence = "the server has closed the connection; nothing was begun"
            yield from (Outcome(one.number, Status.UNREACHABLE, sentence) for one in orders)
            return
        archive = pack(orders, write_script(orders, self._services, self._root))
        try:
            command = f"{self._sudo}sh -c {shlex.quote(BOOTSTRAP)}"
            answer = self._ssh.run(command, archive, WORK_SECONDS)
            said, complaint = answer.out, self._complaint(answer)
        except BrokenLineError as error:
            said, complaint = error.said, f"{error}; the next run looks what was done"
        yield from read_outcomes(orders, read_report(said), complaint, self._secrets)

    def _complaint(self, answer: Answer) -> str:
        if answer.code == 3:
            return f"the folder {self._root or '/'} is not there"
        said = message(answer.err or answer.out, self._secrets)
        silent = "the transfer did not arrive whole" if answer.code == 97 else "it said nothing"
        return f"the server ended early: {said or silent} (exit status {answer.code})"

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
    return {at: spec for at, spec in specs.items() if at.kind == "service"}
