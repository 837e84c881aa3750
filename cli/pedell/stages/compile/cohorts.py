"""What the devices of one cohort shall hold."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from pedell.language.nearest import did_you_mean
from pedell.model import (
    Address,
    Cohort,
    Effective,
    Inventory,
    Need,
    Problem,
    Resource,
    Sealed,
    SecretName,
    Source,
    Until,
    Value,
    Words,
    tell,
)
from pedell.stages.compile.apps import AppChoice
from pedell.stages.compile.checks import KindCheck
from pedell.stages.compile.clashes import clashing_profiles
from pedell.stages.compile.placing import Fields, Placed, Placing
from pedell.stages.compile.presets import Presets
from pedell.stages.compile.sayings import Sayings

_NOT_ON_DEVICES = ("present", "vlan", "former")


def cohort_resources(
    inventory: Inventory,
    cohort: Cohort,
    effective: Effective,
    check: KindCheck,
    seal: Callable[[str], str | None],
    problems: list[Problem],
) -> tuple[Resource, ...]:
    """Return the resources of one cohort; what is wrong goes to ``problems``."""
    return tuple(_Compiling(inventory, cohort, effective, check, seal, problems).resources())


class _Compiling:
    """One cohort on its way from values to resources."""

    def __init__(
        self,
        inventory: Inventory,
        cohort: Cohort,
        effective: Effective,
        check: KindCheck,
        seal: Callable[[str], str | None],
        problems: list[Problem],
    ) -> None:
        self._inventory = inventory
        self._cohort = cohort
        self._effective = effective
        self._check = check
        self._seal = seal
        self._problems = problems
        self._placing = Placing(cohort, effective, problems)
        self._said = Sayings(effective)

    def resources(self) -> Iterator[Resource]:
        wanted = tuple(self._wanted())
        for resource in wanted:
            self._problems += self._check.problems(resource)
        self._problems += clashing_profiles(wanted, self._inventory.profiles)
        yield from wanted

    def _wanted(self) -> Iterator[Resource]:
        source = self._cohort.source
        about: Fields = {
            "role": (self._cohort.role, source),
            "ownership": (self._cohort.ownership, source),
        }
        yield self._resource("membership", "devices", about, ("membership",))
        member = Need(self._address("membership", "devices"), "its devices must be known first")
        certificates = dict(self._certificates())
        networks = dict(self._networks(certificates))
        yield from certificates.values()
        yield from networks.values()
        yield from self._apps(member)
        yield from self._restrictions(tuple(networks.values()), member)
        yield from self._presets(member)
        yield from self._profiles()

    def _presets(self, member: Need) -> Iterator[Resource]:
        fields = self._said.below(("presets",))
        if not fields:
            return
        inside = self._said.sources("presets")
        presets = Presets(self._inventory, fields, inside, self._problems)
        marks = self._check.fields("presets")
        placed = self._placing.presets(presets.filled(), marks)
        yield from self._configurations(placed, "presets", member)
        if placed.profile:
            resource = self._resource("presets", "presets", placed.profile, ("presets",))
            yield replace(resource, origins={**resource.origins, **inside})
        if "exam" in fields:
            heeded = self._placing.heeded(self._check.fields("exam")["off"]["items"]["enum"])
            self._placing.presets({"exam": fields["exam"]}, marks)
            yield self._resource("exam", "exam", presets.exam(heeded), ("presets",))

    def _configurations(self, placed: Placed, section: str, member: Need) -> Iterator[Resource]:
        for name, fields in placed.declared.items():
            yield self._resource("configuration", name, fields, (section,), (member,))

    def _profiles(self) -> Iterator[Resource]:
        known = self._inventory.profiles
        for name in self._said.chosen("profiles"):
            source = self._effective.settings["profiles", name, "present"].source
            if name in known:
                file = Source(known[name].path, 1, 1)
                fields: Fields = {"content": (known[name].content, file)}
                yield self._resource("profile", name, fields, ("profiles",), (), source)
            else:
                self._problems.append(Problem("E0236", _unknown(name, known), source))

    def _networks(self, certificates: Mapping[str, Resource]) -> Iterator[tuple[str, Resource]]:
        for name in self._said.chosen("wifi"):
            fields = self._said.below(("wifi", name))
            shown = {key: said for key, said in fields.items() if key not in _NOT_ON_DEVICES}
            source = self._effective.settings["wifi", name, "present"].source
            if "ssid" not in shown and ("wifi", name) not in self._inventory.catalogue.settings:
                known = {str(at[1]) for at in self._inventory.catalogue.settings if at[0] == "wifi"}
                self._problems.append(Problem("E0232", _unknown(name, known), source))
                continue
            reason = "the network trusts this certificate"
            trusted = [certificates[n] for n in self._trusted(shown) if n in certificates]
            needs = tuple(Need(one.address, reason) for one in trusted)
            yield name, self._resource("wifi", name, shown, ("wifi",), needs, source)

    def _trusted(self, shown: Fields) -> list[str]:
        """Return the authorities that a network names; their certificates go into its fields."""
        named, where = shown.get("certificate", ([], self._cohort.source))
        names = sorted(map(str, named)) if isinstance(named, list) else [str(named)]
        pems: dict[str, Value] = {name: self._pem(name, where) for name in names}
        if len(names) == 1:
            shown |= {"certificate": (names[0], where), "anchor": (pems[names[0]], where)}
        elif names:
            shown |= {"certificate": (names, where), "anchors": (pems, where)}
        return names

    def _certificates(self) -> Iterator[tuple[str, Resource]]:
        for name in self._said.chosen("certificates"):
            source = self._effective.settings["certificates", name, "present"].source
            pem = self._pem(name, source)
            if pem:
                fields: Fields = {"pem": (pem, source)}
                yield name, self._resource("certificate", name, fields, ("certificates", "wifi"))

    def _pem(self, name: str, source: Source) -> str:
        pem = self._inventory.certificates.get(name)
        if pem is None:
            detail = _unknown(name, self._inventory.certificates)
            self._problems.append(Problem("E0234", detail, source))
        return pem or ""

    def _apps(self, member: Need) -> Iterator[Resource]:
        choice = AppChoice(self._inventory.offer, self._cohort, self._effective)
        self._problems += choice.problems()
        for app, source in choice.on_tablets():
            on_devices = self._check.fields(app.kind)
            fields = self._said.below(("apps", app.name))
            shown = {key: said for key, said in fields.items() if key in on_devices}
            if not app.by_command:
                shown = self._placing.declared_app(shown)
            needs = (member, *choice.needs(app))
            resource = self._resource(app.kind, app.name, shown, ("apps",), needs, source)
            inside = self._said.sources("apps", app.name)
            yield replace(resource, origins={**resource.origins, **inside})

    def _restrictions(self, networks: tuple[Resource, ...], member: Need) -> Iterator[Resource]:
        role = self._cohort.role
        said = {k: v for k, v in self._said.below(("restrictions", role)).items() if k != "use"}
        placed = self._placing.restrictions(said, self._check.fields("restrictions"))
        yield from self._configurations(placed, "restrictions", member)
        fields = placed.profile
        if not fields:
            return
        needs: tuple[Need, ...] = ()
        if fields.get("only_managed_wifi", (None,))[0] is True:
            reason = "devices that may join only managed networks must have one first"
            needs = tuple(Need(network.address, reason, Until.VERIFIED) for network in networks)
        yield self._resource("restrictions", role, fields, ("restrictions",), needs)

    def _resource(
        self,
        kind: str,
        name: str,
        fields: Fields,
        tags: tuple[str, ...],
        needs: tuple[Need, ...] = (),
        source: Source | None = None,
    ) -> Resource:
        first = next(iter(fields.values()))[1] if fields else self._cohort.source
        spec: dict[str, Value] = {}
        for key, (value, _) in fields.items():
            spec[key] = self._sealed(value)
        return Resource(
            address=self._address(kind, name),
            target=self._cohort.target,
            spec=spec,
            devices=self._cohort.serials,
            needs=needs,
            tags=(kind, *tags),
            source=source or first,
            origins={(key,): said[1] for key, said in fields.items()},
        )

    def _address(self, kind: str, name: str) -> Address:
        return Address(self._effective.school, self._cohort.name, kind, name)

    def _sealed(self, value: Value) -> Value:
        match value:
            case SecretName():
                return Sealed(str(value), self._seal(str(value)))
            case Mapping():
                return {key: self._sealed(child) for key, child in value.items()}
            case _:
                return value


def _unknown(name: str, known: Iterable[str]) -> Words:
    meant = did_you_mean(name, known)
    return tell('"{name}" is not in the catalogue. {meant}', name=name, meant=meant)
