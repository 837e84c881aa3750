"""Stage (reads targets): how far every device has come, without disturbing any."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pedell.model import Desired, DeviceStand, Resource, Survey, survey_silence
from pedell.ports import Switchboard


def survey_devices(lines: Switchboard, desired: Desired) -> Survey:
    """Say of every device of these resources how far it has come with them.

    A target that does not answer stands in ``unreachable`` and takes no other along.
    """
    wanted: dict[str, list[Resource]] = {}
    for resource in desired.values():
        if resource.devices and lines.knows(resource.target):
            wanted.setdefault(resource.target, []).append(resource)

    def look(target: str) -> Sequence[DeviceStand] | OSError:
        try:
            devices = lines.session(target).devices
            return devices.stand(wanted[target]) if devices else ()
        except OSError as error:
            return error

    with ThreadPoolExecutor(max(lines.forks, 1)) as crew:
        answers = dict(zip(wanted, crew.map(look, wanted), strict=True))
    errors = {name: each for name, each in answers.items() if isinstance(each, OSError)}
    stands = (d for each in answers.values() if not isinstance(each, OSError) for d in each)
    return Survey(tuple(stands)).joined(survey_silence(errors))
