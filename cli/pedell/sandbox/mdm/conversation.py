"""What one tablet and the server say to each other from a poll to the end of the queue."""

import datetime
import time

from pedell.sandbox.mdm.answers import FAILED, NOT_NOW, WRITING, Answer, answer
from pedell.sandbox.mdm.config import Behaviour
from pedell.sandbox.mdm.core import Mdm
from pedell.sandbox.mdm.enrolments import Refused
from pedell.sandbox.mdm.plists import (
    Command,
    Order,
    render_idle,
    render_message,
    render_report,
    render_voice,
)
from pedell.sandbox.mdm.sync import report_apps, synchronise
from pedell.sandbox.mdm.tablet import TOPIC, AppState, Tablet


class Conversation:
    """One poll of one tablet, to the end of its queue."""

    __slots__ = ("_behaviour", "_mdm", "_synced", "_tablet", "_voice", "_who")

    def __init__(self, mdm: Mdm, tablet: Tablet, behaviour: Behaviour) -> None:
        self._mdm, self._tablet, self._behaviour = mdm, tablet, behaviour
        self._who = tablet.voice
        self._voice = render_voice(self._who)
        self._synced: list[Order] = []

    def hold(self) -> bool:
        """Answer commands until there is none; return whether any was answered NotNow."""
        tablet, postponed = self._tablet, False
        tablet.drop_ended(datetime.datetime.now(datetime.UTC).replace(tzinfo=None))
        is_grown = tablet.install_apps(time.monotonic())
        command = self._mdm.report({**self._who, "Status": "Idle"}, render_idle(self._voice))
        while command is not None:
            given = self._answer(command.order)
            postponed = postponed or given is NOT_NOW
            command = self._tell(command, given)
        is_updated = bool(tablet.declarations) and not tablet.token
        if self._synced or is_updated:
            told = self._synced[-1].fields.get("Data") if self._synced else None
            synchronise(tablet, told, self._ask)
        if is_grown:
            report_apps(tablet, self._ask)
        self._begin_to_install()
        return postponed

    def _begin_to_install(self) -> None:
        """Say when the apps will be there that the tablet has just begun to load."""
        low, high = self._behaviour.install
        new = [a for a, s in self._tablet.apps.items() if s is AppState.INSTALLING] if high else ()
        for app in new:
            if app not in self._tablet.due:
                wait = low + (high - low) * self._tablet.draw(self._behaviour.seed)
                self._tablet.due[app] = time.monotonic() + wait

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
            **self._who,
            "CommandUUID": command.uuid,
            "Status": given.status.decode(),
        }
        raw = render_report(self._voice, command.uuid, given.status, given.keys)
        return self._mdm.report(message, raw)

    def _ask(self, endpoint: str, data: bytes | None) -> bytes | None:
        message: dict[str, str | bytes] = {
            "MessageType": "DeclarativeManagement",
            "Topic": TOPIC,
            **self._who,
            "Endpoint": endpoint,
        }
        if data is not None:
            message["Data"] = data
        try:
            return self._mdm.check_in(message, render_message(message))
        except Refused:
            return None
