"""``pedell import``: what other systems hold becomes the files of an inventory."""

import re
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from pedell.adoption import (
    WHOLE,
    Adopted,
    Fate,
    Language,
    Wish,
    adopt_profiles,
    slug,
)
from pedell.commands import options
from pedell.commands.profile_files import read_profiles
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.language.plain_yaml import write_yaml
from pedell.language.secret_files import AUTHORITY, FOLDER, put_entries
from pedell.model import Problem, Rejected
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.vault.age import encrypt_entry
from pedell.wiring import Setting, load_schemas, load_service

_APPLE = "com.apple."
_NAMED = 5
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")


@click.group("import")
def command() -> None:
    """Turn what other systems hold into the files of an inventory."""


@command.command("profiles")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "--out",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the files: new or empty.",
)
@click.option("--role", default="pupil", show_default=True, help="Whose rights restrictions are.")
@click.option("--authority", default="", metavar="ID", help="Left out: as the folder is called.")
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="KEY",
    help="Encrypt passwords for this public key (pedell secret keygen); otherwise only name them.",
)
@click.option(
    "--without-secrets",
    is_flag=True,
    help="Leave out payloads that hold a secret and can only stay as they are.",
)
@options.output
def import_profiles(
    files: tuple[Path, ...],
    out: Path,
    role: str,
    authority: str,
    recipients: tuple[str, ...],
    without_secrets: bool,
    output: str,
) -> None:
    """Turn .mobileconfig files, or folders of them, into an inventory in DIR, and prove it.

    What Pedell has words for is written in them, everything else stays a raw profile. What all
    files share goes to authority.yml, the rest of each to a group. Nothing is written unless the
    result compiles to the same payloads. Passwords go to no file in clear text.
    """
    _refuse_filled(out)
    wish = Wish(_id(authority or _as_id(out), "--authority"), _id(role, "--role"), without_secrets)
    with rejections_shown(output, lambda found: _without_lines(found, output)):
        adopted = _adopted(files, wish)
        closed = _closed(adopted, wish.authority, recipients)
    _write(out, {**adopted.files, **closed})
    show(format_for(output).listing(_table(adopted, len(closed), out, output)))
    if output == "text":
        for line in _what_now(adopted, bool(closed), out):
            show(line)


def _without_lines(problems: Sequence[Problem], output: str) -> str:
    """Show problems without the lines they stand in: a password may stand in the same line."""
    texts = {problem.source.file: "" for problem in problems if problem.source}
    return format_for(output).problems(problems, texts)


def _refuse_filled(out: Path) -> None:
    found = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    if found or (out.exists() and not out.is_dir()):
        raise click.UsageError(f"--out: {out} is there and not empty. Name a new folder.")


def _as_id(out: Path) -> str:
    return slug(out.resolve().name) or AUTHORITY


def _id(text: str, option: str) -> str:
    if not _ID.match(text):
        raise click.UsageError(f"{option}: small letters, digits and hyphens; 63 at most.")
    return text


def _adopted(files: Iterable[Path], wish: Wish) -> Adopted:
    """Read and adopt all files, or reject them with all that is wrong in any of them."""
    strangers, problems = read_profiles(files)
    language = Language(load_schemas(), load_service, Setting(()).today)
    try:
        adopted = adopt_profiles(strangers, wish, language)
    except Rejected as rejected:
        raise Rejected([*problems, *rejected.problems]) from None
    if problems:
        raise Rejected(problems)
    return adopted


def _closed(adopted: Adopted, authority: str, recipients: tuple[str, ...]) -> Mapping[str, bytes]:
    """Return the secrets as files that only the recipients can open; none without recipients."""
    if not recipients:
        return {}
    keys = list(dict.fromkeys(recipients))
    armored = {
        name: encrypt_entry(adopted.hiding.reveal(name), authority, AUTHORITY, name, keys)
        for name in adopted.secrets
    }
    known = {f"{FOLDER}/recipients.yml": write_yaml({AUTHORITY: keys}).encode()}
    own = {f"{FOLDER}/{AUTHORITY}.yml": put_entries(None, armored).encode()} if armored else {}
    return known | own


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Write the whole folder beside its place, then move it there; one that is there stays."""
    home = out.resolve()
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pedell-", dir=home.parent) as beside:
        fresh = Path(beside) / "new"
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for path in [*fresh.iterdir()] if home.is_dir() else []:
            path.rename(home / path.name)
        if not home.is_dir():
            fresh.rename(home)


def _table(adopted: Adopted, files: int, out: Path, output: str) -> Table:
    rows = [_row(fate) for fate in adopted.fates]
    if output == "text":
        rows = [(file, str(kind).removeprefix(_APPLE), *rest) for file, kind, *rest in rows]
    else:
        rows += [(None, None, "shared", name, "by all") for name in adopted.shared]
        rows += [(None, None, "shared", n, f"by {number}") for n, number in adopted.several.items()]
        rows += [(None, None, "secret", name, "") for name in adopted.secrets]
    left = sum(fate.became == "left out" and fate.payload != WHOLE for fate in adopted.fates)
    proved = f"{adopted.payloads:,} of {count(adopted.payloads + left, 'payload')}"
    verb = "compiles" if adopted.payloads + left == 1 else "compile"
    missing = f", {left:,} left out" if left else ""
    where = f"{count(len(adopted.files) + files, 'file')} in {out}"
    note = f"{proved} {verb} to the same content{missing}. {where}."
    return Table("payloads", ("file", "payload", "became", "name", "note"), tuple(rows), note)


def _row(fate: Fate) -> tuple[str | None, ...]:
    return fate.file, fate.payload, fate.became, fate.name or None, fate.note


def _what_now(adopted: Adopted, is_closed: bool, out: Path) -> Iterator[str]:
    at = shlex.quote(str(out))
    if adopted.shared:
        yield f"All files share {', '.join(adopted.shared)}: authority.yml says it for all schools."
    if adopted.several:
        named = [f"{name} ({number})" for name, number in adopted.several.items()]
        more = f" and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
        yield f"Several share {', '.join(named[:_NAMED])}{more}: the catalogue has it once."
    if adopted.secrets and is_closed:
        yield f"{count(len(adopted.secrets), 'secret')} encrypted in {out / FOLDER}."
    elif adopted.secrets:
        yield f"No secret stands in {out}. Set each before the first apply:"
        yield from (f"  pedell secret set {name} -i {at}" for name in adopted.secrets)
    yield f"Look: pedell validate -i {at}. A school takes a profile by naming its group."
