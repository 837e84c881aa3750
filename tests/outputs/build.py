"""Small builders of nouns; every school, serial and address is invented."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pedell.model import (
    EVERYTHING_AT_ONCE,
    Action,
    Address,
    Cause,
    Change,
    Effect,
    FieldChange,
    Lock,
    Observed,
    Plan,
    Pointer,
    Remembered,
    Resource,
    Scope,
    Source,
    Step,
    Value,
    Wave,
)

AUTHORITY = "inventories/dortmund/authority.yml"
LOCK = Lock(
    at=("restrictions", "pupil", "airdrop"),
    value=False,
    reason="youth protection",
    owner="datenschutz@example.org",
    source=Source(AUTHORITY, 41, 12),
)


def school_ids(number: int) -> list[str]:
    kinds = ("gs", "rs", "gy", "ge", "hs", "fs", "bk")
    return [f"{kinds[n % len(kinds)]}-{n:03}" for n in range(number)]


def serials(school: str, number: int, place: str = "pupil") -> frozenset[str]:
    return frozenset(f"INV-{school}-{place}-{n}" for n in range(number))


def scope(schools: int = 154, devices: int = 25_000, **more: object) -> Scope:
    known = Scope(
        inventory="inventories/dortmund",
        authority="dortmund",
        name="Stadt Dortmund",
        commit="3f2c1ab (clean)",
        version="0.1.0",
        schools=schools,
        devices=devices,
        sandbox=False,
    )
    return replace(known, **more)  # type: ignore[arg-type]


def moved(pointer: str, before: Value, after: Value, cause: Cause = Cause.OURS) -> FieldChange:
    return FieldChange(tuple(pointer.split(".")), before, after, cause)


def change(
    at: str,
    *fields: FieldChange,
    action: Action = Action.UPDATE,
    target: str = "",
    devices: Iterable[str] = (),
    drifted: Iterable[str] = (),
    effect: Effect = Effect.VISIBLE,
    blocked: str = "",
    heirs: Iterable[str] = (),
    ours: Mapping[str, Value] | None = None,
    source: Source | None = None,
    origins: Mapping[Pointer, Source] | None = None,
) -> Change:
    """Build a change whose ends agree with its fields; ``ours`` is what we left there."""
    address = Address.parse(at)
    target = target or (f"server/{address.school}" if address.place == "server" else "tablets")
    place = source or Source(f"inventories/dortmund/schools/{address.school}.yml", 9, 5)
    seen = spec(fields, "before")
    wanted = spec(fields, "after")
    theirs = [f for f in fields if f.cause is Cause.THEIRS]
    left = {**({} if action is Action.CREATE else seen), **spec(theirs, "after")}
    left = dict(ours) if ours is not None else left
    after = Resource(address, target, wanted, frozenset(devices), (), (), place, origins or {})
    return Change(
        address=address,
        target=target,
        action=action,
        before=None if action is Action.CREATE else Observed(address, seen),
        after=None if action is Action.DELETE else after,
        remembered=Remembered(address, target, left, "", frozenset(devices)) if left else None,
        fields=fields,
        devices=frozenset(devices),
        drifted=frozenset(drifted),
        effect=effect,
        blocked=blocked,
        heirs=tuple(map(Address.parse, heirs)),
    )


def spec(fields: Iterable[FieldChange], side: str) -> dict[str, Value]:
    flat: dict[str, Value] = {}
    for field in fields:
        value = getattr(field, side)
        if value is not None and field.pointer:
            inside = flat
            for key in field.pointer[:-1]:
                inside = inside.setdefault(str(key), {})  # type: ignore[assignment]
            inside[str(field.pointer[-1])] = value
    return flat


def plan(
    changes: Iterable[Change] = (),
    *,
    sizes: tuple[int, ...] = (),
    told: Scope | None = None,
    **more: object,
) -> Plan:
    """Cut changes into waves of as many schools as ``sizes`` say; the rest goes into the last."""
    held = tuple(c for c in changes if c.blocked)
    free = [c for c in changes if not c.blocked]
    schools = sorted({c.address.school for c in free})
    waves, number = [], 0
    for at, size in enumerate((*sizes, len(schools))):
        mine, schools = schools[:size], schools[size:]
        if mine:
            steps = []
            for each in (c for c in free if c.address.school in mine):
                number += 1
                steps.append(Step(number, each, ()))
            waves.append(Wave(at + 1, tuple(mine), tuple(steps)))
    known = Plan(
        scope=told or scope(),
        rollout=EVERYTHING_AT_ONCE,
        waves=tuple(waves),
        blocked=held,
        orphans=(),
        unchanged=0,
        waiting=0,
        unreachable=(),
    )
    return replace(known, **more)  # type: ignore[arg-type]


def airdrop_off(schools: Iterable[str]) -> list[Change]:
    """One line of authority.yml changed: AirDrop is off for pupils, by a lock."""
    return [
        change(
            f"{school}/pupil/restrictions/pupil",
            moved("airdrop", True, False),
            devices=serials(school, 160),
            origins={("airdrop",): LOCK.source},
        )
        for school in schools
    ]


def first_rollout(schools: Iterable[str]) -> list[Change]:
    """Everything for everybody, as on the first day: each school has its own Wi-Fi and apps."""
    found = []
    apps = [f"app-{n:02}" for n in range(24)]
    for number, school in enumerate(schools):
        for place, size in (("pupil", 150), ("teacher", 12)):
            mine = serials(school, size, place)

            def new(kind: str, name: str, effect: Effect, **fields: Value) -> Change:
                return change(
                    f"{school}/{place}/{kind}/{name}",  # noqa: B023  # called at once
                    *(moved(key, None, value) for key, value in fields.items()),
                    action=Action.CREATE,
                    devices=mine,  # noqa: B023  # called at once
                    effect=effect,
                )

            found.append(new("membership", "devices", Effect.HARMLESS, role=place))
            found.append(new("certificate", "schul-ca", Effect.HARMLESS, pem="invented"))
            found.append(new("wifi", "schulnetz", Effect.INTERRUPTS_LESSONS, ssid=f"Netz-{school}"))
            found.append(new("restrictions", place, Effect.VISIBLE, airdrop=place == "teacher"))
            found.append(
                new("presets", "presets", Effect.VISIBLE, lock_screen=f"Eigentum {school}")
            )
            for app in [a for n, a in enumerate(apps) if n < 3 or (n + number) % 4 == 0]:
                found.append(new("app", app, Effect.VISIBLE, title=app))
        for kind, names in (
            ("package", ("freeradius", "dnsmasq", "chrony")),
            ("directory", ("/srv/pedell", "/etc/pedell")),
            ("file", ("/etc/motd",)),
            ("template", ("/etc/freeradius/clients.conf", "/etc/dnsmasq.conf", "/etc/a", "/etc/b")),
            ("service", ("freeradius", "dnsmasq", "chrony")),
            ("command", ("newaliases", "update-ca-certificates")),
        ):
            for name in names:
                fields = [moved("path", None, name), moved("content", None, f"{school}\n")]
                found.append(
                    change(
                        f"{school}/server/{kind}/{name}",
                        *fields,
                        action=Action.CREATE,
                        effect=Effect.HARMLESS,
                    )
                )
    return found
