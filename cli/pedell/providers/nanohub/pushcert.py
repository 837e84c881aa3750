"""What an MDM says of the certificate that it wakes devices with, and what that means (pure)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pedell.model import Notice
from pedell.transports.http import Reply
from pedell.transports.strict_json import read_json

WARNING = 30
"""Days before its end from which every plan says that the certificate has to be renewed."""

_RENEW = "Renew it under the same Apple account: with another, every tablet has to enrol"


def tell_push_certificate(topic: str, reply: Reply, now: float) -> Sequence[Notice]:
    """Tell in days when it ends. ``now`` is in seconds since the epoch.

    An MDM that has no such call says nothing: NanoMDM has had it since the release after v0.9.0.
    Raises ValueError where the answer is none of an MDM.
    """
    if reply.status in (404, 405):
        return [Notice(f"The MDM does not say when its push certificate ends ({topic})")]
    match read_json(reply.body):
        case {"not_after": str(not_after)}:
            return [_told(datetime.fromisoformat(not_after).astimezone(UTC), now)]
        case {"error": str()}:
            text = f"The MDM has no push certificate for its tablets ({topic}), and wakes none"
            return [Notice(text, is_urgent=True)]
    raise ValueError("not the answer of an MDM")


def _told(end: datetime, now: float) -> Notice:
    days = int((end.timestamp() - now) // 86400)
    day = end.date().isoformat()
    if days < 0:
        return Notice(f"The push certificate ended on {day}: no tablet is woken. {_RENEW}", True)
    if days < WARNING:
        left = f"in {days} day{'s' if days != 1 else ''}"
        return Notice(f"The push certificate ends on {day}, {left}. {_RENEW}", is_urgent=True)
    return Notice(f"The push certificate is good until {day}, {days} days")
