"""The sandbox of one inventory: three processes that are started, found again and stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pedell.model import Inventory, Settings
from pedell.state.ledger import open_ledger

API_SECRET = "sandbox-api"  # noqa: S105  # the name of a secret, not its value
WEBHOOK_SECRET = "sandbox-webhook"  # noqa: S105  # likewise
_READY_SECONDS = 120.0
_TABLETS = "tablets.jsonl"
SETTLE = 0.5
"""Seconds after which a call to the sandbox that was cut off has surely taken effect."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the tablets behave: shares from 0 to 1, times in seconds, ``offline`` in full hours."""

    delay: tuple[float, float] = (0.0, 0.05)
    notnow: float = 0.0
    error: float = 0.0
    asleep: float = 0.0
    install: tuple[float, float] = (0.0, 0.0)
    offline: tuple[int, int] | None = None
    seed: int = 1
    quirks: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a running sandbox answers. ``servers`` maps a school to host, port and root."""

    mdm: str
    tablets: int
    servers: Mapping[str, Mapping[str, Any]]
    known_hosts: str
    key: str
    ledger: str
    pids: Mapping[str, int]


def start_sandbox(
    inventory: Inventory,
    folder: Path,
    secrets: Mapping[str, str],
    behaviour: Behaviour,
    natures: Mapping[tuple[str, str], Mapping[str, Any]],
) -> Endpoints:
    """Make a fresh world in ``folder`` (an old one is stopped and thrown away) and start it.

    ``secrets`` holds the values of :data:`API_SECRET` and :data:`WEBHOOK_SECRET`, ``natures`` what
    the files say of ``os``, ``supervised`` and ``shared`` for a school's cohort. Raises OSError
    where a process does not come up.
    """
    stop_sandbox(folder)
    key = (
        (folder / "fingerprint.key").read_bytes() if (folder / "fingerprint.key").exists() else b""
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    if key:
        (folder / "fingerprint.key").write_bytes(key)
        (folder / "fingerprint.key").chmod(0o600)
    started: dict[str, int] = {}
    _write_tablets(inventory, folder, natures)
    try:
        return _start(inventory, folder, secrets, behaviour, started)
    except BaseException:
        _end(started.values())
        raise


def find_sandbox(folder: Path) -> Endpoints | None:
    """Return the running sandbox of ``folder``, or None."""
    try:
        found = json.loads((folder / "sandbox.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    endpoints = Endpoints(**found)
    return endpoints if all(map(_is_alive, endpoints.pids.values())) else None


def stop_sandbox(folder: Path) -> bool:
    """Stop what runs in ``folder``; tell whether anything did."""
    try:
        pids = json.loads((folder / "sandbox.json").read_text(encoding="utf-8"))["pids"].values()
    except (OSError, ValueError, KeyError):
        return False
    was_alive = any(map(_is_alive, pids))
    _end(pids)
    (folder / "sandbox.json").unlink(missing_ok=True)
    return was_alive


def _start(
    inventory: Inventory,
    folder: Path,
    secrets: Mapping[str, str],
    behaviour: Behaviour,
    started: dict[str, int],
) -> Endpoints:
    ledger, key = str(folder / "ledger.db"), secrets[WEBHOOK_SECRET]
    listener = {"ledger": ledger, "listen": "127.0.0.1:0", "key": key}
    listening = _spawn("pedell.sandbox.listener", listener, folder, started)
    names = sorted({target.school for target in inventory.targets.values() if target.school})
    house = {"folder": str(folder / "servers"), "servers": [{"name": name} for name in names]}
    servers = _spawn("pedell.sandbox.servers", house, folder, started)
    site = {
        "listen": "127.0.0.1:0",
        "api_key": secrets[API_SECRET],
        "webhook": {"url": listening["url"], "key": key},
        "tablets": str(folder / _TABLETS),
        **_manners(behaviour, inventory.catalogue.settings),
    }
    mdm = _spawn("pedell.sandbox.mdm", site, folder, started)
    _await_enrolments(Path(ledger), mdm["tablets"])
    endpoints = Endpoints(
        mdm=mdm["url"],
        tablets=mdm["tablets"],
        servers=servers["servers"],
        known_hosts=servers["known_hosts"],
        key=servers["key"],
        ledger=ledger,
        pids=started,
    )
    said = {name: getattr(endpoints, name) for name in Endpoints.__slots__}
    (folder / "sandbox.json").write_text(json.dumps(said), encoding="utf-8")
    return endpoints


def _manners(behaviour: Behaviour, catalogue: Settings) -> dict[str, Any]:
    said = asdict(behaviour)
    store = {
        str(written.value): catalogue[*at[:2], "bundle"].value
        for at, written in catalogue.items()
        if at[0] == "apps" and at[2:] == ("app_store",) and (*at[:2], "bundle") in catalogue
    }
    return {"quirks": list(said.pop("quirks")), "behaviour": {**said, "store": store}}


def _await_enrolments(ledger: Path, tablets: int) -> None:
    """Wait until the ledger has heard of every tablet, so that the first plan sees them all."""
    until = time.monotonic() + _READY_SECONDS
    with open_ledger(ledger) as register:
        while len(register.enrolments()) < tablets:
            if time.monotonic() > until:
                raise OSError("the sandbox's tablets did not all enrol in time")
            time.sleep(0.1)


def _write_tablets(
    inventory: Inventory, folder: Path, natures: Mapping[tuple[str, str], Mapping[str, Any]]
) -> None:
    with (folder / _TABLETS).open("w", encoding="utf-8") as file:
        for school in inventory.schools.values():
            for cohort in school.cohorts:
                target = inventory.targets.get(cohort.target)
                is_tablet = cohort.platform == "ipados" and target and target.is_driven
                for device in cohort.devices if is_tablet else ():
                    about = {"serial": device.serial, "model": device.model}
                    place = {"school": school.id, "cohort": cohort.name}
                    nature = natures.get((school.id, cohort.name), {})
                    file.write(json.dumps({**about, **place, **nature}) + "\n")


def _spawn(
    module: str, config: Mapping[str, Any], folder: Path, started: dict[str, int]
) -> Mapping[str, Any]:
    """Start a process, wait for the one line that says it is ready, and return that line."""
    name = module.rpartition(".")[2]
    path = folder / f"{name}.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(config), encoding="utf-8")
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "--config", str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            env=_environment(),
        )
    started[name] = process.pid
    assert process.stdout is not None  # noqa: S101  # it was asked for as a pipe
    line = process.stdout.readline()
    process.stdout.close()
    try:
        ready: Mapping[str, Any] = json.loads(line)
    except ValueError:
        process.terminate()
        last = (folder / f"{name}.log").read_text(encoding="utf-8")[-300:]
        raise OSError(f"the sandbox's {name} did not start: {last or 'it said nothing'}") from None
    return ready


def _environment() -> dict[str, str]:
    package = str(Path(__file__).resolve().parent.parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": package + (os.pathsep + inherited if inherited else "")}


def _is_alive(pid: int) -> bool:
    try:
        with Path(f"/proc/{pid}/stat").open(encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _end(pids: Iterable[int]) -> None:
    alive: Sequence[int] = [pid for pid in pids if _is_alive(pid)]
    for sent in (signal.SIGTERM, signal.SIGKILL):
        for pid in alive:
            _signal(pid, sent)
        until = time.monotonic() + 5.0
        while alive and time.monotonic() < until:
            _reap(alive)
            alive = [pid for pid in alive if _is_alive(pid)]
            time.sleep(0.02)


def _signal(pid: int, sent: signal.Signals) -> None:
    try:
        os.kill(pid, sent)
    except ProcessLookupError:
        return


def _reap(pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            continue
