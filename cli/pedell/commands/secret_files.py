"""The secret files of an inventory, as ``pedell secret`` opens and writes them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.files import rewrite_atomically
from pedell.language.secret_files import AUTHORITY, FOLDER, owner_of, put_entries
from pedell.model import Document, Inventory, Problem, Rejected, SecretEntry, tell
from pedell.outputs.wording import count
from pedell.reading import Reading
from pedell.vault import Keyring
from pedell.vault.age import encrypt_entry, open_entry
from pedell.wiring import Setting, open_keyring, read_offline


@dataclass(frozen=True, slots=True)
class Files:
    """The secret files of an inventory, to be opened and written."""

    reading: Reading

    @property
    def inventory(self) -> Inventory:
        """The inventory that they belong to."""
        return self.reading.inventory

    def entries(self, owner: str) -> list[SecretEntry]:
        """Return the entries of one file, or of all of them."""
        if owner and owner != AUTHORITY and owner not in self.inventory.schools:
            raise Leave(Exit.USAGE, f"There is no school {owner}.")
        entries = self.inventory.secrets.entries.values()
        return [entry for entry in entries if owner in ("", entry.owner)]

    def opened(self, entries: list[SecretEntry], keyring: Keyring) -> dict[str, str]:
        """Open these entries, or reject all that are wrong and leave for what stays closed."""
        values: dict[str, str] = {}
        problems: list[Problem] = []
        closed: list[str] = []
        for entry in entries:
            try:
                value = open_entry(entry, self.inventory.authority, keyring)
            except Rejected as rejected:
                problems.extend(rejected.problems)
                continue
            if value is None:
                closed.append(entry.name)
            else:
                values[entry.name] = value
        if problems:
            raise Rejected(problems)
        if closed:
            shown = ", ".join(closed[:5]) + (f" and {len(closed) - 5:,} more" * (len(closed) > 5))
            raise Leave(Exit.DENIED, f"This identity does not open {shown}.")
        return values

    def recipients(self, owner: str) -> tuple[str, ...]:
        """Return who may open the file of this owner; rejects where that is nobody."""
        known = self.inventory.secrets.recipients
        recipients = known.of(owner) if known else ()
        if not recipients:
            detail = tell(
                "{file} names nobody who could open it: pedell secret keygen",
                file=f"{FOLDER}/recipients.yml",
            )
            raise Rejected([Problem("E0108", detail)])
        return recipients

    def write(self, owner: str, values: Mapping[str, str], gone: Collection[str] = ()) -> Path:
        """Encrypt values into the file of their owner, take out ``gone``, and return its path."""
        recipients, authority = self.recipients(owner), self.inventory.authority
        armored = {n: encrypt_entry(v, authority, owner, n, recipients) for n, v in values.items()}
        document = self.document(f"{owner}.yml")
        path = (
            Path(document.path) if document else self.path_of_recipients.with_name(f"{owner}.yml")
        )
        text = put_entries(document, armored, gone)
        # it goes into git, so whoever reads git may read it
        rewrite_atomically(path.resolve(), text.encode(), 0o644)
        return path

    def document(self, name: str) -> Document | None:
        """Return one file below ``secrets/`` as it was read."""
        documents = self.reading.folder.documents
        return next((d for d in documents if d.relative == f"{FOLDER}/{name}"), None)

    @property
    def path_of_recipients(self) -> Path:
        """Where it stands who may open what."""
        document = self.document("recipients.yml")
        return Path(document.path if document else f"{FOLDER}/recipients.yml")

    def owner_of(self, name: str) -> str:
        """Return whose file a name stands in already, else whose it goes into."""
        known = self.inventory.secrets.entries.get(name)
        return known.owner if known else owner_of(name, self.inventory.schools)

    def readers(self, owner: str) -> str:
        """Say how many may open the file of this owner."""
        known = self.inventory.secrets.recipients
        return count(len(known.of(owner)) if known else 0, "recipient")


def read_files(inventories: tuple[Path, ...]) -> Files:
    """Read an inventory with its secret files, all of them closed."""
    return Files(read_offline(Setting(options.roots_of(inventories))))


def needed_keyring() -> Keyring:
    """Return the identities of PEDELL_IDENTITY, or leave where there are none."""
    keyring = open_keyring()
    if keyring is None:
        text = "PEDELL_IDENTITY names no identity: the file with the private key that opens them."
        raise Leave(Exit.DENIED, text)
    return keyring
