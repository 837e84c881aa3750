"""The only room that knows everyone: it builds the world that a command is given."""

import datetime
import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pedell import __version__
from pedell.certificates.twins import keys_of_twins, with_twins
from pedell.language.documents import parse_document
from pedell.language.roles import read_service
from pedell.language.schemas import Schemas
from pedell.lines import Lines
from pedell.model import Inventory, Problem, Rejected, Role, Scope, Spec, Target, Traffic, tell
from pedell.pipeline import World
from pedell.ports import Ledger, Means, Store, Vault
from pedell.providers import PROVIDERS
from pedell.reading import Reading, Seal, read
from pedell.sandbox import SandboxStoppedError
from pedell.sandbox.world import API_SECRET, SETTLE, Endpoints, find_sandbox
from pedell.stages.expire import leave_out_past
from pedell.state import open_store
from pedell.vault import (
    AgeVault,
    ChainedVault,
    EnvironmentVault,
    InventedVault,
    Keyring,
    fingerprint_key,
    read_keyring,
)


def _now() -> datetime.datetime:
    return datetime.datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Setting:
    """What a command line says about where to work. ``state`` None means beside the inventory.

    ``offline`` promises that no target will be asked. ``now``, by the clock of this machine,
    decides which locks still hold and which exams are over.
    """

    roots: tuple[Path, ...]
    state: Path | None = None
    sandbox: bool = False
    forks: int = 16
    offline: bool = False
    now: datetime.datetime = field(default_factory=_now)

    @property
    def today(self) -> datetime.date:
        """The day of this machine."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class Workplace:
    """A world with its files read, its memory open and its lines ready to be opened."""

    reading: Reading
    world: World
    store: Store
    traffic: Traffic
    folder: Path
    now: datetime.datetime

    def recalled(self) -> "Workplace":
        """Return it with what the memory holds now, without exams that have ended."""
        memory = leave_out_past(self.store.recall(), self.now)
        return replace(self, world=replace(self.world, memory=memory))


@cache
def load_schemas() -> Schemas:
    """Read the schemas: those in the package, or in the checkout that the package stands in."""
    inside = files("pedell") / "schemas"
    home = Path(str(inside)) if inside.is_dir() else Path(__file__).parents[2] / "schemas"
    return Schemas(
        {
            path.relative_to(home).as_posix(): json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(home.rglob("*.json"))
        }
    )


@cache
def load_service(kind: str) -> Role:
    """Read a kind of service: from the package, or from the checkout that it stands in."""
    inside = Path(str(files("pedell") / "services"))
    home = inside if inside.is_dir() else Path(__file__).parents[2] / "playbooks/services"
    path = home / kind / "service.yml"
    document = parse_document(str(path), f"services/{kind}/service.yml", path.read_bytes())
    templates = {
        template.name: template.read_text(encoding="utf-8")
        for folder in (home / "templates", home / kind / "templates")
        for template in sorted(folder.glob("*.j2"))
    }
    return read_service(document, templates, load_schemas().document(f"services/{kind}.json"))


def read_offline(setting: Setting) -> Reading:
    """Read an inventory without opening any secret: for commands that only look at files."""
    schemas = load_schemas()
    return read(setting.roots, schemas, lambda _: lambda _: None, setting.now, load_service)


@contextmanager
def open_workplace(setting: Setting) -> Iterator[Workplace]:
    """Read the inventory and open memory and lines; all are closed at the end.

    Raises Rejected for input that is wrong and OSError where the memory cannot be opened.
    """
    vaults: list[Vault] = []

    def seal_for(inventory: Inventory) -> Seal:
        vaults.append(open_vault(setting, inventory))
        return vaults[0].fingerprint

    def stand_in(inventory: Inventory) -> Inventory:
        if not is_sandboxed(setting, inventory):
            return inventory
        vault = open_vault(setting, inventory)
        return with_twins(inventory, lambda name: vault.reveal(name).reveal())

    schemas = load_schemas()
    reading = read(setting.roots, schemas, seal_for, setting.now, load_service, stand_in)
    inventory, traffic = reading.inventory, Traffic()
    folder = state_folder(setting, inventory)
    with ExitStack() as stack:
        store = stack.enter_context(open_store(folder))
        targets = _aimed(inventory, folder, setting)
        means = {
            name: _means(inventory, name, vaults[0], ledger, traffic)
            for name, ledger in _ledgers(inventory, folder, setting, stack).items()
        }
        lines = stack.enter_context(Lines(targets, PROVIDERS, means, setting.forks))
        world = World(load_schemas(), lines, {}, _scope(reading, setting))
        yield Workplace(reading, world, store, traffic, folder, setting.now).recalled()


def _means(
    inventory: Inventory, target: str, vault: Vault, ledger: Ledger, traffic: Traffic
) -> Means:
    adopted = inventory.adopted.get(target, {})
    signing = inventory.signing.get(target)
    return Means(vault, ledger, traffic, inventory.authority, adopted, signing)


def is_sandboxed(setting: Setting, inventory: Inventory) -> bool:
    """Tell whether a run works on the sandbox: it was asked to, or no target has an address."""
    addressed = any(target.addresses for target in inventory.targets.values())
    return setting.sandbox or not addressed


def state_folder(setting: Setting, inventory: Inventory) -> Path:
    """Return where the memory of this run lies; the sandbox has one of its own."""
    home = setting.state or setting.roots[0] / ".pedell"
    return home / "sandbox" if is_sandboxed(setting, inventory) else home


def open_vault(setting: Setting, inventory: Inventory) -> Vault:
    """Open the vault: invented secrets for the sandbox, else entries, then the environment.

    Raises Rejected for an identity file that cannot be used.
    """
    key = fingerprint_key(state_folder(setting, inventory))
    if is_sandboxed(setting, inventory):
        return InventedVault(key, keys_of_twins(inventory))
    environment = EnvironmentVault(os.environ, key)
    if not inventory.secrets.entries:
        return environment
    entries = AgeVault(inventory.secrets, inventory.authority, open_keyring(), key)
    return ChainedVault(entries, environment)


def aim(setting: Setting, inventory: Inventory) -> Mapping[str, Target]:
    """Return the targets with the addresses and files that a run speaks to.

    Raises Rejected where one has no address, OSError where the sandbox does not run.
    """
    return _aimed(inventory, state_folder(setting, inventory), setting)


def open_keyring() -> Keyring | None:
    """Return the identities of PEDELL_IDENTITY, None where it is not set; Rejected if unusable."""
    path = os.environ.get("PEDELL_IDENTITY")
    return read_keyring(Path(path)) if path else None


def _ledgers(
    inventory: Inventory, folder: Path, setting: Setting, stack: ExitStack
) -> Mapping[str, Ledger]:
    """Open one ledger for each name of a target; what is no MDM leaves its own empty."""
    from pedell.state.ledger import open_ledger

    sandboxed = is_sandboxed(setting, inventory)
    found: dict[str, Ledger] = {}
    for target in inventory.targets.values():
        if target.name not in found:
            name = "ledger.db" if sandboxed else f"ledger-{target.name}.db"
            path = folder / name
            found[target.name] = stack.enter_context(open_ledger(path))
    return found


def _aimed(inventory: Inventory, folder: Path, setting: Setting) -> Mapping[str, Target]:
    """Return the targets with addresses: in the sandbox its own, else as the files say."""
    if is_sandboxed(setting, inventory):
        sandbox = None if setting.offline else find_sandbox(folder)
        if sandbox is None and not setting.offline:
            start = f"pedell sandbox start -i {setting.roots[0]}"
            raise SandboxStoppedError(f"The sandbox does not run. Start it: {start}")
        return {name: _in_sandbox(target, sandbox) for name, target in inventory.targets.items()}
    detail = tell("Give it an address (url or host), or work with --sandbox.")
    problems = [
        Problem("E0111", detail, target.source)
        for target in inventory.targets.values()
        if target.is_driven and target.provider != "memory" and not target.addresses
    ]
    if problems:
        raise Rejected(problems)
    return {name: _at_home(target, setting.roots[0]) for name, target in inventory.targets.items()}


def _in_sandbox(target: Target, sandbox: Endpoints | None) -> Target:
    if target.provider == "memory" or not target.is_driven or sandbox is None:
        return target
    if target.school:
        server = sandbox.servers.get(target.school)
        if server is None:
            detail = f"The sandbox was started before there was a school {target.school}"
            raise SandboxStoppedError(f"{detail}. Start it again: pedell sandbox start")
        own: dict[str, Any] = {
            "known_hosts": sandbox.known_hosts,
            "key": sandbox.key,
            "user": "pedell",
            "settle": SETTLE,
        }
        return replace(target, settings={**own, **server, "become": False})
    settings: dict[str, Any] = {"url": sandbox.mdm, "credential": API_SECRET, "settle": SETTLE}
    return replace(target, settings=settings)


def _at_home(target: Target, root: Path) -> Target:
    return replace(target, settings=_rooted(target.settings, root))


def _rooted(settings: Spec, root: Path) -> Spec:
    """Say where the files of pinned keys lie, that of a jump host too."""
    found, known, jump = dict(settings), settings.get("known_hosts"), settings.get("jump")
    if isinstance(known, str):
        found["known_hosts"] = str((root / known).absolute())
    if isinstance(jump, Mapping):
        found["jump"] = _rooted(jump, root)
    return found


def _scope(reading: Reading, setting: Setting) -> Scope:
    inventory = reading.inventory
    return Scope(
        inventory=inventory.label,
        authority=inventory.authority,
        name=inventory.name,
        commit=_commit(setting.roots[0]),
        version=__version__,
        schools=len(inventory.schools),
        devices=reading.driven_devices,
        sandbox=is_sandboxed(setting, inventory),
        apple=inventory.facts.release if reading.driven_devices else "",
        flags="--sandbox" if setting.sandbox else "",
    )


def _commit(root: Path) -> str:
    """Name the commit of the inventory and whether files differ from it; empty outside of git."""
    asked = ["git", "-C", str(root), "status", "--porcelain=v2", "--branch", "--", "."]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    lines = answer.stdout.splitlines()
    commit = next((line.split()[2][:7] for line in lines if line.startswith("# branch.oid")), "")
    is_clean = all(line.startswith("#") for line in lines)
    return f"{commit} ({'clean' if is_clean else 'with changes'})" if commit else ""


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
