"""What one tablet and the server say to each other from a poll to the end of the queue."""

import datetime

from pedell.sandbox.mdm.answers import FAILED, NOT_NOW, WRITING, Answer, answer
from pedell.sandbox.mdm.config import Behaviour
from pedell.sandbox.mdm.core import Mdm
from pedell.sandbox.mdm.enrolments import Refused
from pedell.sandbox.mdm.plists import Command, Order, render_idle, render_message, render_report
from pedell.sandbox.mdm.sync import synchronise
from pedell.sandbox.mdm.tablet import TOPIC, AppState, Tablet


class Conversation:
    """One poll of one tablet, to the end of its queue."""

    __slots__ = ("_behaviour", "_mdm", "_synced", "_tablet", "_udid")

    def __init__(self, mdm: Mdm, tablet: Tablet, behaviour: Behaviour) -> None:
        self._mdm, self._tablet, self._behaviour = mdm, tablet, behaviour
        self._udid = tablet.udid.encode()
        self._synced: list[Order] = []

    def hold(self) -> bool:
        """Answer commands until there is none; return whether any was answered NotNow."""
        tablet, postponed = self._tablet, False
        tablet.drop_ended(datetime.datetime.now(datetime.UTC).replace(tzinfo=None))
        tablet.apps.update(dict.fromkeys(tablet.apps, AppState.MANAGED))
        idle = {"UDID": tablet.udid, "Status": "Idle"}
        command = self._mdm.report(idle, render_idle(self._udid))
        while command is not None:
            given = self._answer(command.order)
            postponed = postponed or given is NOT_NOW
            command = self._tell(command, given)
        is_updated = bool(tablet.declarations) and not tablet.token
        if self._synced or is_updated:
            told = self._synced[-1].fields.get("Data") if self._synced else None
            synchronise(tablet, told, self._ask)
        return postponed

    def _answer(self, order: Order) -> Answer:
        tablet, behaviour = self._tablet, self._behaviour
        if order.request in WRITING:
            if tablet.locked or (
                behaviour.notnow and tablet.draw(behaviour.seed) < behaviour.notnow
            ):
                return NOT_NOW
            if behaviour.error and tablet.draw(behaviour.seed) < behaviour.error:
                return FAILED
        if order.request == "DeclarativeManagement":
            self._synced.append(order)
        return answer(tablet, order)

    def _tell(self, command: Command, given: Answer) -> Command | None:
        message = {
            "UDID": self._tablet.udid,
            "CommandUUID": command.uuid,
            "Status": given.status.decode(),
        }
        raw = render_report(self._udid, command.uuid, given.status, given.keys)
        return self._mdm.report(message, raw)

    def _ask(self, endpoint: str, data: bytes | None) -> bytes | None:
        message: dict[str, str | bytes] = {
            "MessageType": "DeclarativeManagement",
            "Topic": TOPIC,
            "UDID": self._tablet.udid,
            "Endpoint": endpoint,
        }
        if data is not None:
            message["Data"] = data
        try:
            return self._mdm.check_in(message, render_message(message))
        except Refused:
            return None
