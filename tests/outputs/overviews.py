"""How far invented devices have come, at an invented moment."""

from pedell.model import Address, DeviceStage, DeviceStand, Notice, Progress, Survey
from pedell.outputs.views import Overview
from tests.outputs.build import scope

NOW = 1_795_262_400.0  # 2026-11-21T12:00:00Z
HOUR, DAY = 3_600.0, 86_400.0
ENDS = "The push certificate ends on 2026-12-01, in 10 days. Renew it under the same Apple account"


def stand(number, school, stage, kinds=(), *, since=None, heard=60.0, error=""):
    """``since`` and ``heard`` are seconds before now."""
    return DeviceStand(
        f"INVENTED{number:04}",
        school,
        "pupil",
        stage,
        tuple(Address(school, "pupil", kind, f"{kind}-1") for kind in kinds),
        None if since is None else NOW - since,
        None if heard is None else NOW - heard,
        error,
    )


def devices():
    stages = DeviceStage
    behind = [
        stand(1, "gs-sued", stages.ASLEEP, ["wifi"], since=9 * DAY, heard=12 * DAY),
        stand(2, "gs-sued", stages.ASLEEP, ["wifi", "app"], since=2 * DAY, heard=3 * DAY),
        stand(3, "gs-sued", stages.UNSENT, ["wifi", "app", "presets"], heard=None),
        stand(4, "gs-nord", stages.REFUSED, ["wifi"], since=HOUR, error="Not enough storage"),
        stand(5, "rs-west", stages.QUEUED, ["restrictions"], since=600.0),
        stand(6, "gy-ost", stages.QUEUED, ["restrictions"], since=45.0, heard=5.0),
        stand(7, "gy-ost", stages.INSTALLED, ["restrictions"], since=45.0, heard=5.0),
    ]
    schools = ("gs-nord", "gs-sued", "rs-west", "gy-ost", "bk-mitte")
    well = [stand(n, schools[n % 5], stages.VERIFIED) for n in range(8, 1_400)]
    return (*behind, *well)


def all_well():
    well = tuple(stand(n, "gs-nord", DeviceStage.VERIFIED) for n in range(148))
    told = Notice("The push certificate is good until 2027-11-21, 365 days")
    return Overview(scope(1, 148), Survey(well, notices=(told,)), NOW)


def some_behind(*, whole=False):
    told = (Notice(ENDS, is_urgent=True),)
    return Overview(scope(), Survey(devices(), notices=told), NOW, whole=whole)


def after_asking():
    asked = Progress(1_399, verified=1_395, queued=1, asleep=3, detail="2 could not be woken: gone")
    silent = {"other": "Connection refused (tried for 3 s)"}
    return Overview(scope(), Survey(devices(), silent), NOW, asked)


def nothing_left_yet():
    return Overview(scope(), Survey(()), NOW)
