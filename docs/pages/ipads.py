"""Before and after: what an authority writes, and what an iPad receives for it."""

import json
import plistlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docs.pages.ipad_examples import EXAMPLES, Example
from docs.pages.markdown import page
from pedell.model import Address, Resource
from pedell.payloads.apple import (
    COMMANDED,
    DECLARATIONS,
    PROFILES,
    compile_profile,
    encode_app_commands,
)
from pedell.wiring import Setting, load_schemas, read_offline

_ENVELOPE = {
    "PayloadDisplayName",
    "PayloadIdentifier",
    "PayloadRemovalDisallowed",
    "PayloadUUID",
    "PayloadVersion",
}
_HEAD, _TAIL = 3, 1  # lines of a property list around its content


def ipad_pages() -> Mapping[str, str]:
    """Return file name → page, one for each kind that reaches an iPad, and their index."""
    pages = {f"{kind}.md": _page(kind) for kind in EXAMPLES}
    rows = "\n".join(
        f"- [{kind}]({kind}.md): {load_schemas().kinds[kind].schema['description']}"
        for kind in EXAMPLES
    )
    about = (
        "A page for each kind that an iPad receives: what an authority writes, and what the device "
        "gets for it. Both are real: the files are compiled when these pages are made."
    )
    return {**pages, "README.md": page("On an iPad: before and after", about, rows)}


def _page(kind: str) -> str:
    about = str(load_schemas().kinds[kind].schema["description"])
    link = f"All its fields: [{kind}](../kinds.md#{kind})."
    return page(f"{kind} on an iPad", f"{about} {link}", *map(_section, EXAMPLES[kind]))


def _section(shown: Example) -> str:
    written = "\n\n".join(
        f"`{name}`\n\n```yaml\n{text.strip()}\n```" for name, text in shown.written.items()
    )
    parts = (f"## {shown.title}", shown.about, written, "The iPad receives:", *_received(shown))
    return "\n\n".join(filter(None, parts))


def _received(shown: Example) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in shown.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        desired = read_offline(Setting((root,))).desired
    for address, resource in desired.items():
        if address.kind in shown.kinds:
            yield from _blocks(address, resource)


def _blocks(address: Address, resource: Resource) -> Iterator[str]:
    if address.kind in COMMANDED:
        commands = encode_app_commands(resource.spec, lambda name: f"(secret {name})")
        for about, fields in (
            ("a tablet that does not have the app", commands.install),
            ("a tablet that has it", commands.change),
        ):
            yield f"{about}\n\n{_property_list(fields)}"
        return
    if codec := DECLARATIONS.get(address.kind):
        declaration = codec.encode(f"de.pedell.{address.name}", resource.spec)
        yield f"```json\n{json.dumps(declaration, indent=2, ensure_ascii=False)}\n```"
        return
    payloads = PROFILES[address.kind].encode(resource.spec)
    profile = plistlib.loads(
        compile_profile("de.pedell", "Beispiel", payloads, lambda name: f"(secret {name})")
    )
    whole = _without_envelope(profile, ("PayloadContent", "PayloadType"))
    if whole:
        yield f"in the profile itself\n\n{_property_list(whole)}"
    for part in profile["PayloadContent"]:
        yield f"`{part['PayloadType']}`\n\n{_property_list(_without_envelope(part))}"


def _without_envelope(part: Mapping[str, Any], more: tuple[str, ...] = ()) -> Mapping[str, Any]:
    left_out = {*_ENVELOPE, "PayloadType", *more}
    return {key: value for key, value in part.items() if key not in left_out}


def _property_list(content: Mapping[str, Any]) -> str:
    lines = plistlib.dumps(content).decode().splitlines()
    return "```xml\n" + "\n".join(lines[_HEAD:-_TAIL]) + "\n```"
