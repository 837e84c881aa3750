"""The catalogue: what the authority offers, flat, and the certificates that it points to."""

from collections.abc import Mapping

from pedell.language.layers import read_leaves
from pedell.model import Asset, Document, Layer, Pointer, Problem, Written, tell


def read_catalogue(document: Document) -> Layer:
    """Flatten the catalogue; an entry without any words of its own is there too."""
    found: dict[Pointer, Written] = {}
    for section, entries in (document.value or {}).items():
        for name, entry in entries.items():
            place = (section, name)
            found[place] = Written({}, document.key_source(place))
            for rest, written in read_leaves(document, place, entry):
                found[*place, *rest] = written
    return Layer("catalogue", "", found, {})


def read_certificates(
    document: Document, assets: Mapping[str, Asset]
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return name → PEM, and what is wrong with the files."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for name, entry in (document.value or {}).get("certificates", {}).items():
        file, source = entry["file"], document.source(("certificates", name, "file"))
        asset = assets.get(file)
        if asset is None:
            detail = tell("{file} is not there. Put it below certificates/.", file=file)
            problems.append(Problem("E0108", detail, source))
        elif b"PRIVATE KEY" in asset.content:
            detail = tell("{file} holds a private key. Take it out; git keeps it.", file=file)
            problems.append(Problem("E0114", detail, source))
        else:
            found[name] = asset.content.decode("utf-8", "replace")
    return found, tuple(problems)
