"""The Debian that every test machine starts from: built once a computer, kept outside the checkout.

It holds the files of all packages that the tests install, so that machines need no network. Each
recipe has a folder of its own below ``~/.cache/pedell/machines``; what is old there may be removed.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

SUITE = "bookworm"
THERE = ["systemd", "systemd-sysv", "dbus", "openssh-server", "iproute2", "sudo", "procps"]
READY = [
    "freeradius",
    "freeradius-utils",
    "eapoltest",
    "openssl",
    "dnsmasq",
    "nginx-light",
    "squid",
    "kea-dhcp4-server",
    "nftables",
    "chrony",
    "systemd-timesyncd",
    "ca-certificates",
    "samba",
    "bind9-dnsutils",
    "curl",
]
SETUP = f"""
useradd --create-home --shell /bin/bash pedell
echo 'pedell ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/login
chmod 0440 /etc/sudoers.d/login
echo 'LogLevel VERBOSE' >/etc/ssh/sshd_config.d/verbose.conf
rm /etc/ssh/ssh_host_*
for package in {" ".join(READY)}; do # one by one: some cannot be installed together
  apt-get -q -y --install-recommends --download-only install "$package"
done
echo 'Acquire::Retries "0";' >/etc/apt/apt.conf.d/00no-network
: >/etc/resolv.conf
"""
# In namespaces of its own, so that a build which is killed leaves neither processes nor mounts.
ALONE = [
    "setpriv",
    "--pdeathsig",
    "KILL",
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child=KILL",
    "--mount-proc",
]
BUILD = [
    *ALONE,
    *("mmdebstrap", "--mode=root", "--variant=apt", "--skip=cleanup/apt"),
    f"--include={','.join(THERE)}",
    f'--customize-hook=chroot "$1" sh -ec {shlex.quote(SETUP)}',
    SUITE,
]


def find_image() -> Path:
    """Return the folder of the image, and build it where this computer has none yet.

    Where that fails the test is skipped with the reason; CI turns every such skip into a failure.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pedell/machines"
    recipe = hashlib.sha256("\0".join(BUILD).encode()).hexdigest()[:12]
    image = cache / f"{SUITE}-{recipe}"
    cache.mkdir(parents=True, exist_ok=True)
    with image.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not image.is_dir():
            _build(image)
    return image


def _build(image: Path) -> None:
    part, log = image.with_suffix(".part"), image.with_suffix(".log")
    if part.is_dir():
        shutil.rmtree(part)
    with log.open("w") as said:
        done = subprocess.run(
            [*BUILD, part], check=False, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    if done.returncode == 0:
        log.unlink()
        part.rename(image)
        return
    lines = log.read_text("utf-8", "replace").splitlines()
    why = next((line for line in lines if line.startswith("E:")), f"exit {done.returncode}")
    pytest.skip(f"mmdebstrap cannot build Debian {SUITE}: {why} (all it said: {log})")
