"""Who is behind, as plain JSON values under keys that do not change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pedell.model import DeviceStage, DeviceStand, Notice
from pedell.outputs.status_text import behind_longest, places_of
from pedell.outputs.views import Overview


def status_record(overview: Overview) -> dict[str, Any]:
    """Return the sums, every cohort, and every device that is behind, the longest first."""
    survey = overview.survey
    stages = Counter(device.stage for device in survey.devices)
    return {
        "scope": asdict(overview.scope),
        "at": _time(overview.now),
        "answered": asdict(overview.answered) if overview.answered else None,
        "summary": _sums(stages),
        "cohorts": [
            {"school": school, "place": place, **_sums(counts)}
            for (school, place), counts in places_of(survey).items()
        ],
        "behind": [_device(device) for device in behind_longest(survey)],
        "notices": notice_records(survey.notices),
        "unreachable": [
            {"target": name, "reason": why} for name, why in survey.unreachable.items()
        ],
    }


def notice_records(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """Return what targets said about themselves."""
    return [{"text": notice.text, "urgent": notice.is_urgent} for notice in notices]


def _sums(counts: Counter[DeviceStage]) -> dict[str, int]:
    accepted = counts.total() - counts[DeviceStage.UNSENT]
    each = {str(stage): counts[stage] for stage in DeviceStage}
    return {"devices": counts.total(), "accepted": accepted, **each}


def _device(device: DeviceStand) -> dict[str, Any]:
    return {
        "serial": device.serial,
        "school": device.school,
        "place": device.place,
        "stage": str(device.stage),
        "missing": [str(at) for at in device.missing],
        "since": _time(device.since),
        "heard": _time(device.heard),
        "error": device.error,
    }


def _time(seconds: float | None) -> str | None:
    return (
        None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat("T", "seconds")
    )
