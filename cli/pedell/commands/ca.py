"""``pedell ca``: the authority's own certificate authorities, made once and looked after."""

import datetime
import re
from pathlib import Path

import click

from pedell.certificates.trust import key_of
from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.secret_files import Files
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.files import create_atomically
from pedell.language.secret_files import AUTHORITY
from pedell.reading import Reading
from pedell.stages.load import load_folder
from pedell.stages.validate import validate_folder
from pedell.wiring import Setting, load_schemas, read_offline

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_KEY_TYPES = ("ec-p256", "rsa-2048", "rsa-3072", "rsa-4096")


@click.group("ca")
def command() -> None:
    """Make and list certificate authorities, which sign the servers' certificates.

    The private key is encrypted in secrets/ as soon as it is made and is never written in clear.
    Each server makes its own key; Pedell signs what it asks for, see the kind server_certificate.
    """


@command.command("create")
@click.argument("name")
@click.option("--title", default="", help="What people read on a device. Left out: made of names.")
@click.option(
    "--years", type=click.IntRange(1, 30), default=10, show_default=True, help="How long it lives."
)
@click.option(
    "--key-type",
    type=click.Choice(_KEY_TYPES),
    default="ec-p256",
    show_default=True,
    help="rsa-3072 for devices that know no elliptic curves: Windows 7, Android 4.",
)
@click.option(
    "--domain",
    "domains",
    multiple=True,
    metavar="NAME",
    help="Sign only names below this domain. Left out: any name.",
)
@options.inventory
def create(
    name: str,
    title: str,
    years: int,
    key_type: str,
    domains: tuple[str, ...],
    inventories: tuple[Path, ...],
) -> None:
    """Make the authority NAME: certificates/NAME.pem, and its key as the secret NAME-key.

    Needs secrets/recipients.yml, which says who will be able to open the key. Nothing that is
    there already is overwritten.
    """
    from pedell.certificates.authority import make_authority

    path = options.roots_of(inventories)[0] / "certificates" / f"{name}.pem"
    with rejections_shown("text"):
        files = _read_files(inventories)
        _refuse_what_is_there(name, path, files)
        now = datetime.datetime.now(datetime.UTC)
        wanted = title or f"{files.inventory.name} {name}"[:64]
        try:
            made = make_authority(wanted, years, key_type, now, domains)
        except ValueError as error:
            raise Leave(Exit.USAGE, str(error)) from None
        _keep(made.key, made.certificate, name, path, files)


def _read_files(inventories: tuple[Path, ...]) -> Files:
    """Read what the files say, not what follows: that may name the authority already."""
    folder = load_folder(options.roots_of(inventories))
    return Files(Reading(folder, validate_folder(folder, load_schemas()), {}, {}))


def _keep(key: str, certificate: str, name: str, path: Path, files: Files) -> None:
    """Write both down, the key encrypted, and say what is left to do."""
    home = files.write(AUTHORITY, {key_of(name): key})
    path.parent.mkdir(parents=True, exist_ok=True)
    if not create_atomically(path, certificate.encode(), 0o644):
        raise Leave(Exit.REFUSED, f"{path} has just been made by somebody else.")
    from pedell.certificates.certificate import read_certificates

    about = read_certificates(certificate)[0]
    show(f"{path}: {about.subject}, until {about.ends.date()}, sha256 {about.fingerprint}")
    show(f"Its key is encrypted as {key_of(name)} in {home}, for {files.readers(AUTHORITY)}.")
    show(f"Put both files into git, and this into catalogue.yml:\n\ncertificates:\n  {name}: "
         f"{{file: certificates/{name}.pem}}")  # fmt: skip


@command.command("show")
@options.inventory
@options.output
def list_authorities(inventories: tuple[Path, ...], output: str) -> None:
    """List the authorities of the catalogue: until when, where the key is, who uses them.

    No secret is opened.
    """
    from pedell.commands.ca_listing import authorities_table

    with rejections_shown(output):
        reading = read_offline(Setting(options.roots_of(inventories)))
    now = datetime.datetime.now(datetime.UTC)
    show(format_for(output).listing(authorities_table(reading, now, for_people=output == "text")))


def _refuse_what_is_there(name: str, path: Path, files: Files) -> None:
    key = key_of(name)
    if not _NAME.fullmatch(name):
        raise Leave(Exit.USAGE, "A name has small letters, digits and hyphens, 63 at most.")
    if files.owner_of(key) != AUTHORITY:
        raise Leave(
            Exit.USAGE,
            f"{key} would be a secret of the school {files.owner_of(key)}. Another name.",
        )
    where = ""
    if key in files.inventory.secrets.entries:
        where = f"the secret {key}"
    elif name in files.inventory.certificates:
        where = f"the certificate {name} of the catalogue"
    elif path.exists():
        where = str(path)
    if where:
        text = "is there already and stays as it is. For a new authority take a new name, then"
        raise Leave(Exit.REFUSED, f"{where} {text} move over: docs/how-to/rotate-a-ca.md")
