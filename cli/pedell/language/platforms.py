"""What the devices of a cohort are, by what its layers say."""

from collections.abc import Mapping

from pedell.model import OLDEST, Platform, Pointer, Setting, version_of


def read_platform(settings: Mapping[Pointer, Setting]) -> Platform:
    """Return the platform; where nobody says so: the oldest that we support, supervised, alone."""
    said = {key: settings.get((key,)) for key in ("os", "supervised", "shared")}
    os, supervised, shared = said["os"], said["supervised"], said["shared"]
    return Platform(
        version_of(str(os.value)) if os else OLDEST,
        supervised is None or bool(supervised.value),
        bool(shared and shared.value),
    )
