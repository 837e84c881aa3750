"""What templates and placeholders of roles may say of one school."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from pedell.language.fields import known_fields
from pedell.language.templates import refuse_marks
from pedell.model import Cohort, Effective, Inventory, Pointer, Role, School, Value


class SchoolValues:
    """The values of one school; what only some templates need is made when one asks for it."""

    def __init__(
        self, inventory: Inventory, school: School, values: Mapping[tuple[str, str], Effective]
    ) -> None:
        self._inventory = inventory
        self._values = values
        self.school = school

    def fields(self, role: Role) -> Mapping[str, Value]:
        """Return what ``${…}`` may name in this role."""
        variables = self._variables(role)
        return {**self._fields, **{f"variables.{name}": v for name, v in variables.items()}}

    def context(self, role: Role) -> Mapping[str, Any]:
        """Return the names that templates of this role find."""
        return {**self._context, "variables": self._variables(role)}

    def _variables(self, role: Role) -> Mapping[str, Value]:
        return dict(sorted({**role.defaults, **self._given}.items()))

    @cached_property
    def _given(self) -> Mapping[str, Value]:
        own = self._values[self.school.id, ""].settings
        return {str(at[1]): said.value for at, said in own.items() if at[0] == "variables"}

    @cached_property
    def _fields(self) -> Mapping[str, Value]:
        networks = self._context["wifi"].values()
        names = {name for network in networks for name in network.get("server_names", ())}
        known = known_fields(self._inventory, self.school)
        return {**known, "wifi.server_names": sorted(names)}

    @cached_property
    def _context(self) -> Mapping[str, Any]:
        school = self.school
        networks = {n: dict(sorted(one.items())) for n, one in sorted(self._wifi().items())}
        return {
            "authority": {"id": self._inventory.authority, "name": self._inventory.name},
            "school": {
                "id": school.id,
                "name": school.name,
                "type": school.type,
                "priority": school.priority,
                "server": school.variables.get("server", ""),
            },
            "cohorts": {
                cohort.name: {"role": cohort.role, "count": len(cohort.devices)}
                for cohort in self._cohorts
            },
            # sorted, because a template may write down all there is, and files have no order
            "wifi": networks,
            "logins": [way for name, one in networks.items() for way in _logins(name, one)],
            "certificates": dict(sorted(self._inventory.certificates.items())),
            "devices": Devices(self._cohorts),
        }

    @cached_property
    def _cohorts(self) -> list[Cohort]:
        return sorted(self.school.cohorts, key=lambda cohort: cohort.name)

    def _wifi(self) -> dict[str, dict[str, Any]]:
        wifi: dict[str, dict[str, Any]] = {}
        for cohort in (None, *self._cohorts):
            settings = self._values[self.school.id, cohort.name if cohort else ""].settings
            for at, setting in settings.items():
                if at[0] != "wifi" or settings["wifi", at[1], "present"].value is not True:
                    continue
                entry = wifi.setdefault(str(at[1]), {"cohorts": []})
                _set(entry, at[2:], setting.value)
                if cohort and cohort.name not in entry["cohorts"]:
                    entry["cohorts"].append(cohort.name)
        return wifi


class Devices:
    """The devices of a school, from its lists: looked at only by the templates that ask."""

    def __init__(self, cohorts: Iterable[Cohort]) -> None:
        self._cohorts = tuple(cohorts)

    def of(self, names: Iterable[str] | None) -> "Devices":
        """Return those of some cohorts; of all where nobody names any."""
        return Devices(c for c in self._cohorts if c.name in names) if names else self

    def __len__(self) -> int:
        return sum(len(cohort.devices) for cohort in self._cohorts)

    def __iter__(self) -> Iterator[Mapping[str, str]]:
        """Yield what is known of each; ``host`` is its name in networks."""
        for cohort in self._cohorts:
            for device in cohort.devices:
                refuse_marks(device.asset + device.model + device.serial)
                yield {
                    "serial": device.serial,
                    "mac": device.mac,
                    "asset": device.asset,
                    "model": device.model,
                    "cohort": cohort.name,
                    "role": cohort.role,
                    "host": device.serial.lower().translate(_IN_NAMES),  # it names no person
                }


def _logins(name: str, network: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield each way to join a network: as it is now, and as it was before."""
    now = {"name": name, **{key: value for key, value in network.items() if key != "former"}}
    yield now
    for former in network.get("former", ()):
        yield {**now, **former}


_IN_NAMES = str.maketrans("_./", "---")


def _set(entry: dict[str, Any], at: Pointer, value: Value) -> None:
    for key in at[:-1]:
        entry = entry.setdefault(str(key), {})
    entry[str(at[-1])] = value
