"""The server's core: enrolments, check-ins, reports and queues, without any HTTP.

Devices speak to it in message dicts, the same that ``PUT /mdm`` decodes: the tablets that live in
this process call ``check_in`` and ``report`` directly, an outside device comes through ``PUT
/mdm``. Either way one message makes exactly one event.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from pedell.sandbox.mdm.declarations import Declarations, Missing
from pedell.sandbox.mdm.enrolments import Enrolment, Message, Refused, enrolment_id
from pedell.sandbox.mdm.events import NO_PARAMS, Params, checkin_event, connect_event, ids_of
from pedell.sandbox.mdm.log import CommandLog
from pedell.sandbox.mdm.plists import Command
from pedell.sandbox.mdm.queues import LinkedQueue, OrderedQueue, Queue
from pedell.sandbox.mdm.quirks import Quirks
from pedell.sandbox.mdm.status import Statuses

_OF_NEW_USERS = {"Authenticate", "TokenUpdate", "UserAuthenticate"}
_DUPLICATE = 'pq: duplicate key value violates unique constraint "{}"'


class NotQueued(Exception):  # noqa: N818 - likewise
    """A command was queued for nobody; the text is the server's ``command_error``."""


class Mdm:
    """NanoMDM and KMFDDM in one, as NanoHUB is.

    ``publish(enrolment id, event)`` takes every event, ``wake(enrolment id)`` is our APNs.
    """

    def __init__(
        self,
        quirks: Quirks,
        publish: Callable[[str, bytes], None],
        wake: Callable[[str], None],
    ) -> None:
        self.quirks = quirks
        self.enrolments: dict[str, Enrolment] = {}
        self.declarations = Declarations(quirks)
        self.statuses = Statuses(self.declarations)
        self.log = CommandLog()
        self.messages = 0
        self.delivered = 0
        self.wake = wake
        self._publish = publish
        self._uuids: set[str] = set()
        self._channels: dict[str, list[Enrolment]] = {}

    # What devices say.

    def check_in(self, message: Message, raw: bytes, params: Params = NO_PARAMS) -> bytes:
        """Take a check-in message; return the body of the answer. Raises Refused.

        ``params`` stood in the device's URL, and stand in the event. There is an event also of
        what is refused, as long as it came from somebody who is known.
        """
        topic = str(message.get("MessageType", ""))
        if topic not in _CHECK_INS:
            raise Refused(400)
        id_, kind, parent = enrolment_id(message)
        enrolment = self.enrolments.get(id_)
        if enrolment is None:
            if topic not in (_OF_NEW_USERS if parent else {"Authenticate"}):
                raise Refused(500)
            ids = ids_of(id_, kind, parent, message)
            enrolment = self.enrolments[id_] = Enrolment(id_, ids, parent=parent)
            if parent:
                self._channels.setdefault(parent, []).append(enrolment)
        try:
            return _CHECK_INS[topic](self, enrolment, message)
        finally:
            self.messages += 1
            tally = enrolment.tally if topic == "TokenUpdate" else 0
            self._publish(id_, checkin_event(topic, enrolment.ids, raw, tally, params))

    def report(self, message: Message, raw: bytes, params: Params = NO_PARAMS) -> Command | None:
        """Take a device's poll or its answer to a command; return the next. Raises Refused."""
        status = message.get("Status")
        if not status or not isinstance(status, str):
            raise Refused(400)
        id_ = enrolment_id(message)[0]
        enrolment = self.enrolments.get(id_)
        if enrolment is None:
            raise Refused(500)
        uuid = str(message.get("CommandUUID") or "")
        self.messages += 1
        self._publish(id_, connect_event(enrolment.ids, status, uuid, raw, params))
        if status != "Idle":
            self._note(enrolment, status, uuid)
        if not enrolment.enabled and "queue-alive-after-checkout" not in self.quirks:
            return None
        command = enrolment.queue.next(skip_notnow=status == "NotNow")
        if command is not None:
            self.delivered += 1
        return command

    def _note(self, enrolment: Enrolment, status: str, uuid: str) -> None:
        """Note the answer to a command. SQL refuses one to a command that there is not."""
        if not uuid or ("unknown-id-accepted" not in self.quirks and uuid not in self._uuids):
            raise Refused(500)
        if status == "NotNow":
            enrolment.queue.postpone(uuid)
        else:
            enrolment.queue.remove(uuid)

    # What the administrator wants.

    def enqueue(self, command: Command, ids: Sequence[str]) -> None:
        """Queue a command for these enrolments, or raise NotQueued: then for none of them."""
        order = command.order
        if command.uuid in self._uuids:
            raise NotQueued(self._duplicate(command.uuid))
        if "unknown-id-accepted" not in self.quirks:
            self._check_rows(command, ids)
        self._uuids.add(command.uuid)
        for id_ in ids:
            if (enrolment := self._known(id_)) is not None:
                self._queue(enrolment).add(command)
        self.log.add(command.uuid, order.request, order.identifier, len(ids))

    def push(self, ids: Sequence[str]) -> dict[str, str]:
        """Wake these devices; return what went wrong, by id ("" stands for all of them)."""
        known = [id_ for id_ in ids if id_ in self.enrolments]
        problems = dict.fromkeys(ids, "push data missing for id")
        for id_ in known:
            problems.pop(id_, None)
        if "push-fails" not in self.quirks:
            for id_ in known:
                self.wake(id_)
        elif known:
            topic = self.enrolments[known[0]].topic
            problems[""] = f'retrieving push cert for topic "{topic}": no push certificate'
        return problems

    def _known(self, id_: str) -> Enrolment | None:
        enrolment = self.enrolments.get(id_)
        if enrolment is None or enrolment.enabled or enrolment.tally == 0:
            return enrolment  # tally 0: between Authenticate and TokenUpdate
        return enrolment if "queue-alive-after-checkout" in self.quirks else None

    def _queue(self, enrolment: Enrolment) -> Queue:
        """Return the queue of the kind that is wanted now, with what waited in the other."""
        if isinstance(enrolment.queue, LinkedQueue) != ("kv-notnow-loss" in self.quirks):
            waiting, enrolment.queue = enrolment.queue.waiting(), self._new_queue()
            for command in waiting:
                enrolment.queue.add(command)
        return enrolment.queue

    def _new_queue(self) -> Queue:
        return LinkedQueue() if "kv-notnow-loss" in self.quirks else OrderedQueue()

    def _check_rows(self, command: Command, ids: Sequence[str]) -> None:
        """Refuse what PostgreSQL would: in one transaction, so for all ids or for none."""
        if len(command.uuid) > 127 or len(command.order.request) > 63:
            raise NotQueued("pq: value too long for type character varying")
        if not command.order.before.startswith(b"<?xml"):
            raise NotQueued('pq: new row for relation "commands" violates check constraint')
        if len(set(ids)) < len(ids):
            raise NotQueued(_DUPLICATE.format("enrollment_queue_pkey"))
        found = [self._known(id_) for id_ in ids]
        if not all(each and each.is_known for each in found):
            raise NotQueued(
                'pq: insert or update on table "enrollment_queue" violates foreign key'
                ' constraint "enrollment_queue_id_fkey"'
            )

    def _duplicate(self, uuid: str) -> str:
        if "duplicate-command-text" in self.quirks:
            return f"command already exists: {uuid}"
        return _DUPLICATE.format("commands_pkey")

    # The check-ins.

    def _authenticate(self, enrolment: Enrolment, message: Message) -> bytes:
        if enrolment.parent:
            raise Refused(500)
        enrolment.topic = str(message.get("Topic", ""))
        enrolment.enabled, enrolment.tally = False, 0
        enrolment.queue = self._new_queue()
        for channel in self._channels.get(enrolment.id, ()):
            if "kv-notnow-loss" not in self.quirks:  # SQL finds the device's users too
                channel.queue = self._new_queue()
        return b""

    def _update_token(self, enrolment: Enrolment, message: Message) -> bytes:
        enrolment.topic = str(message.get("Topic", enrolment.topic))
        enrolment.enabled = enrolment.is_known = True
        enrolment.tally += 1
        return b""

    def _check_out(self, enrolment: Enrolment, _: Message) -> bytes:
        enrolment.enabled = False
        return b""

    def _declare(self, enrolment: Enrolment, message: Message) -> bytes:
        """Answer as KMFDDM would; whatever it does not answer with 200 is a 500 to the device."""
        endpoint, data = message.get("Endpoint", ""), message.get("Data")
        if endpoint == "status" and isinstance(data, bytes):
            try:
                self.statuses.store(enrolment.id, data, time.time())
            except ValueError:
                raise Refused(500) from None
            return b""
        found = self.declared(enrolment.id, str(endpoint))
        if found is None:
            raise Refused(500)
        return found

    def declared(self, enrolment: str, endpoint: str) -> bytes | None:
        """Return what a device gets at an endpoint of DDM; None where it gets nothing there."""
        try:
            view = self.declarations.view(enrolment)
        except Missing:
            return None
        if endpoint == "tokens":
            return view.tokens
        if endpoint == "declaration-items":
            return view.items
        word, _, rest = endpoint.partition("/")
        kind, _, identifier = rest.partition("/")
        found = view.by_id.get(identifier)
        return found[2] if word == "declaration" and found and found[0] == kind else None

    def _nothing(self, _: Enrolment, __: Message) -> bytes:
        return b""

    def _refuse_user(self, _: Enrolment, __: Message) -> bytes:
        raise Refused(410)  # as long as the server is not told to ask for no password

    def _refuse(self, _: Enrolment, __: Message) -> bytes:
        raise Refused(500)


_CHECK_INS: Mapping[str, Callable[[Mdm, Enrolment, Message], bytes]] = {
    "Authenticate": Mdm._authenticate,
    "TokenUpdate": Mdm._update_token,
    "CheckOut": Mdm._check_out,
    "DeclarativeManagement": Mdm._declare,
    "UserAuthenticate": Mdm._refuse_user,
    "SetBootstrapToken": Mdm._nothing,
    "GetBootstrapToken": Mdm._nothing,
    "GetToken": Mdm._refuse,
}
