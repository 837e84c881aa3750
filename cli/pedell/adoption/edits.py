"""Files of an inventory with new entries in them, held in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pedell.language.documents import parse_document
from pedell.language.inserting import insert_entries
from pedell.language.lists.adopted import FOLDER, write_adopted
from pedell.language.plain_yaml import write_yaml
from pedell.model import Adoptions, Asset, Folder, Pointer

_CATALOGUE = "catalogue.yml"


class Edits:
    """Edits one inventory. What was not touched stays as it was read."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._documents = {document.relative: document for document in folder.documents}
        self._assets = dict(folder.assets)
        self._new: dict[str, bytes] = {}

    @property
    def folder(self) -> Folder:
        """The inventory as it would be read again."""
        return replace(self._folder, documents=tuple(self._documents.values()), assets=self._assets)

    @property
    def files(self) -> Mapping[str, bytes]:
        """What has to be written: path → content."""
        return self._new

    def insert(self, relative: str, at: Pointer, value: Mapping[str, Any] | Sequence[str]) -> None:
        """Put entries into a YAML file. Raises Unfit where that cannot be done safely."""
        document = self._documents[relative]
        self._keep(relative, document.path, insert_entries(document, at, value))

    def choose(self, relative: str, at: Pointer, names: Sequence[str]) -> None:
        """Have a layer choose names too, be it a list there or a mapping.

        That is ``add`` and ``remove``, or networks by name, each with its own words.
        """
        section: Any = self._documents[relative].value
        for key in at:
            section = section.get(key) if isinstance(section, dict) else None
        if not isinstance(section, dict):
            self.insert(relative, at, names)
        elif at[-1] == "wifi":
            self.insert(relative, at, {name: {} for name in names})
        else:
            self.insert(relative, (*at, "add"), names)

    def offer(self, section: str, entries: Mapping[str, Any]) -> None:
        """Put entries into the catalogue, and make one where there is none."""
        if _CATALOGUE in self._documents:
            self.insert(_CATALOGUE, (section,), entries)
        else:
            text = write_yaml({section: entries}, "What schools may choose from.")
            self._keep(_CATALOGUE, f"{self._folder.root}/{_CATALOGUE}", text)

    def note(self, target: str, adopted: Adoptions) -> None:
        """Write the list of what was adopted on a target."""
        relative = f"{FOLDER}/{target}.csv"
        known = self._assets.get(relative)
        self.put(relative, known.path if known else "", write_adopted(adopted))

    def put(self, relative: str, path: str, content: bytes) -> None:
        """Put a file there that is taken as it is; one without a ``path`` is new."""
        asset = Asset(path or f"{self._folder.root}/{relative}", relative, content)
        self._assets[relative] = asset
        self._new[asset.path] = content

    def _keep(self, relative: str, path: str, text: str) -> None:
        content = text.encode()
        self._documents[relative] = parse_document(path, relative, content)
        self._new[path] = content
