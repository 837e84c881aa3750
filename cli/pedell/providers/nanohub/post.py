"""Commands to devices: named so that sending one twice is sending it once, noted before they go."""

import hashlib
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pedell.ports import Command, Ledger
from pedell.providers.nanohub.api import PAUSE, Api, batches
from pedell.providers.nanohub.codecs import Taken, read_taken, write_command
from pedell.transports.http import Answer

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://pedell.example.org/command")


@dataclass(frozen=True, slots=True)
class Letter:
    """A command and what it says; ``fields`` may hold secrets and go nowhere but on the wire."""

    command: Command
    fields: Callable[[], Mapping[str, object]]


class Post:
    """Addresses, notes and sends the commands of one apply or refresh.

    ``outcasts`` maps devices that the MDM refused by themselves (it does not know them, say) to
    its words: no fault of those beside them.
    """

    def __init__(self, owner: str, ledger: Ledger, api: Api) -> None:
        self._owner, self._ledger, self._api = owner, ledger, api
        self._attempts = ledger.attempts()
        self._intents: dict[tuple[str, str, str], list[Command]] = defaultdict(list)
        for command in ledger.intents():
            self._intents[command.request, command.subject, command.content].append(command)
        self.outcasts: dict[str, str] = {}
        self._unread: dict[str, str] = {}
        self._noted = {command.uuid for known in self._intents.values() for command in known}

    def address(
        self, request: str, subject: str, content: str, enrolments: Iterable[str]
    ) -> list[Command]:
        """Return commands for these devices, at most 100 to each.

        One that a crash left between note and answer comes again under its old uuid, if all its
        devices are among these: the MDM may have it already, and then refuses the second.
        """
        left, key = set(enrolments), (request, subject, content)
        commands = [c for c in self._intents.get(key, ()) if left.issuperset(c.enrolments)]
        left.difference_update(name for command in commands for name in command.enrolments)
        return commands + [self._command(key, part) for part in batches(sorted(left))]

    def note(self, commands: Iterable[Command]) -> None:
        """Write into the ledger that these are about to be sent, where it does not stand yet."""
        new = [command for command in commands if command.uuid not in self._noted]
        self._ledger.write(new)
        self._noted.update(command.uuid for command in new)

    def drop(self, commands: Iterable[Command]) -> None:
        """Note that these were surely not taken."""
        self._ledger.mark([command.uuid for command in commands], "lost")

    def send(self, letters: Sequence[Letter]) -> Mapping[str, Mapping[str, str]]:
        """Send noted commands; return for each uuid its failures, enrolment id → why.

        An answer that cannot be read is asked for again by sending the same once more; if it still
        cannot, the note stays as it is. Where the MDM refuses many devices for the sake of one,
        each gets a command of its own.
        """
        answers = self._post(letters)
        unclear = [one for one in letters if answers[one.command.uuid] is None]
        if unclear and not self._api.gone:
            time.sleep(PAUSE)
            answers = {**answers, **self._post(unclear)}
        failed: dict[str, Mapping[str, str]] = {
            one.command.uuid: self._failures(one.command, answers) for one in letters
        }
        taken = [one.command for one in letters if _is_taken(answers[one.command.uuid])]
        refused = [one for one in letters if _is_refused(answers[one.command.uuid])]
        self._ledger.mark([command.uuid for command in taken], "queued")
        self.drop(one.command for one in refused)
        self._renounce([(one, failed[one.uuid]) for one in taken if failed[one.uuid]])
        for one in refused:
            if len(one.command.enrolments) > 1:
                failed[one.command.uuid] = self._send_singly(one)
        return failed

    def push(self, enrolments: Iterable[str]) -> Mapping[str, str]:
        """Wake devices; return enrolment id → why it could not be woken."""
        failed: dict[str, str] = {}
        calls = [(part, self._api.push(part)) for part in batches(sorted(enrolments))]
        for part, answer in self._api.ask_all(calls):
            taken = self._read(answer)
            if taken is None or taken.push_error or taken.refusal:
                failed |= dict.fromkeys(part, self._why(taken, answer))
            else:
                failed |= {name: self._cut(why) for name, why in taken.unpushed.items()}
        return failed

    def _command(self, key: tuple[str, str, str], enrolments: tuple[str, ...]) -> Command:
        ids = hashlib.sha256(",".join(enrolments).encode()).hexdigest()
        name = "\n".join((self._owner, *key, str(self._attempts.get(key, 0)), ids))
        return Command(str(uuid.uuid5(_NAMESPACE, name)).upper(), *key, enrolments, time.time())

    def _post(self, letters: Sequence[Letter]) -> dict[str, Taken | None]:
        found: dict[str, Taken | None] = {}
        for turn in in_turn(letters):
            calls = (
                (
                    one.command.uuid,
                    self._api.enqueue(
                        one.command.enrolments, write_command(one.command.uuid, one.fields())
                    ),
                )
                for one in turn
            )
            for number, answer in self._api.ask_all(calls):
                found[number] = self._read(answer)
                if found[number] is None:
                    self._unread[number] = self._why(None, answer)
        return found

    def _read(self, answer: Answer) -> Taken | None:
        if isinstance(answer, OSError):
            return None
        try:
            return read_taken(answer.body)
        except ValueError:
            return None

    def _failures(self, command: Command, answers: Mapping[str, Taken | None]) -> dict[str, str]:
        taken = answers[command.uuid]
        if taken is None:
            said = self._unread.get(command.uuid, "nothing")
            why = str(self._api.gone or f"the MDM's answer cannot be read: {said}")
            return dict.fromkeys(command.enrolments, why)
        if _is_refused(taken):
            return dict.fromkeys(command.enrolments, self._cut(taken.refusal))
        return {name: self._cut(why) for name, why in taken.refused.items()}

    def _renounce(self, partly: Sequence[tuple[Command, Mapping[str, str]]]) -> None:
        # the rest of such a command is queued: the refused devices get a note of their own
        for command, failed in partly:
            self.outcasts |= failed
            key = (command.request, command.subject, command.content)
            alone = [self._command(key, (name,)) for name in failed]
            self.note(alone)
            self.drop(alone)

    def _send_singly(self, letter: Letter) -> Mapping[str, str]:
        command = letter.command
        key = (command.request, command.subject, command.content)
        letters = [Letter(self._command(key, (n,)), letter.fields) for n in command.enrolments]
        self.note(one.command for one in letters)
        failed = self.send(letters)
        mine = {name: why for each in failed.values() for name, why in each.items()}
        if not self._api.gone:
            self.outcasts |= mine
        return mine

    def _why(self, taken: Taken | None, answer: Answer) -> str:
        if taken is not None:
            return self._cut(taken.push_error or taken.refusal)
        if isinstance(answer, OSError):
            return str(answer)
        return f"HTTP {answer.status}, {self._api.excerpt(answer.body)}"

    def _cut(self, text: str) -> str:
        return self._api.excerpt(text.encode())


def in_turn(letters: Sequence[Letter]) -> list[list[Letter]]:
    """Cut letters into turns in which no device gets two, in their order.

    A key-value storage (NanoHUB, NanoMDM 0.9) links a device's queue without a lock: of commands
    that come for it at the same time it loses some. Seen on running servers, see
    tests/conformance.
    """
    nexts: dict[str, int] = {}
    turns: dict[int, list[Letter]] = defaultdict(list)
    for one in letters:
        turn = max((nexts.get(name, 0) for name in one.command.enrolments), default=0)
        nexts.update(dict.fromkeys(one.command.enrolments, turn + 1))
        turns[turn].append(one)
    return [turns[turn] for turn in sorted(turns)]


def _is_refused(taken: Taken | None) -> bool:
    return taken is not None and bool(taken.refusal) and not taken.is_repeat


def _is_taken(taken: Taken | None) -> bool:
    return taken is not None and not _is_refused(taken)
