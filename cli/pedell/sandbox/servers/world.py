"""The folder that a sandbox server takes for its whole world."""

import os
import shutil
from importlib.resources import files
from pathlib import Path

FOLDERS = (
    "etc",
    "usr",
    "tmp",
    "var/lib/pedell-sandbox/packages",
    "var/lib/pedell-sandbox/units",
)


def prepare_root(root: Path) -> Path:
    """Make what every server has; what lies there stays."""
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    boot = root / "proc/sys/kernel/random/boot_id"
    if not boot.exists():
        boot.parent.mkdir(parents=True, exist_ok=True)
        boot.write_text("1\n")
    return root


def write_shims(folder: Path) -> Path:
    """Write the commands that stand in for those of a real system; they obey ``PEDELL_ROOT``."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in files(__package__).joinpath("shims").iterdir():
        # Written aside first: a shell may be reading the old one.
        part = folder / f".{source.name}.{os.getpid()}"
        part.write_bytes(source.read_bytes())
        part.chmod(0o755)
        part.replace(folder / source.name)
    return folder


def environment(root: Path, shims: Path) -> dict[str, str]:
    """Return the clean environment of a command: nothing of ours but the way to real tools."""
    return {
        "PATH": f"{shims}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "PEDELL_ROOT": str(root),
        "HOME": str(root),
        "TMPDIR": str(root / "tmp"),
        "USER": "pedell",
        "SHELL": shutil.which("sh") or "/bin/sh",
        "LANG": "C.UTF-8",
        # as sshd says it of a server with the usual port
        "SSH_CONNECTION": "127.0.0.1 50022 127.0.0.1 22",
    }
