"""What every server shall hold, as data that belongs to no tool, and the look at what it holds.

Twenty files from templates of 1 to 4 KB, different on each server, two directories, a link, three
commands with a guard, a package, and a file with an owner and a mode. Every name is invented.
"""

import grp
import pwd
import random
import stat
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

from tests.bench.peers.fleet import Host

ETC, STATE = "/srv/school", "/srv/state"
LINK = f"{ETC}/current"
FILES = tuple(f"conf-{number:02}.conf" for number in range(20))
GUARDS = ("guard-1", "guard-2", "guard-3")
PACKAGE = "openssh-server"
SECRET_FILE, SECRET = f"{ETC}/secret.conf", "secret = correct horse battery staple\n"
OWNER, GROUP = "nobody", "nogroup"
MODES = {ETC: 0o755, STATE: 0o750}
NAMES = {
    "first": FILES[0],
    "etc": ETC,
    "state": STATE,
    "link": LINK,
    "secret_file": SECRET_FILE,
    "owner": OWNER,
    "group": GROUP,
    "package": PACKAGE,
}
"""What every tool's own language is filled with, as it is."""

Variables: TypeAlias = Mapping[str, str | int | Sequence[str]]

_HEAD = """\
# {file}: managed for {{{{ variables.host_name }}}} ({{{{ variables.school_name }}}})
[global]
workgroup = {{{{ variables.realm | lower }}}}
netbios name = {{{{ variables.host_name | upper }}}}
interfaces = lo {{{{ variables.host_address }}}}/8
domain = {{{{ variables.domain }}}}
dns = {{{{ variables.dns | join(' ') }}}}
"""
_FOOT = """\
vlans = {{% for vlan in variables.vlans %}}{{{{ loop.index }}}}={{{{ vlan }}}} {{% endfor %}}; end
shares = {{% for share in variables.shares %}}[{{{{ share }}}}]{{% endfor %}} ; end
users = {{{{ variables.users | join(',') }}}} ; end
# end of {file}
"""
_CHANGING, _CHANGE = 7, "generation = {{ variables.generation }} ; the one line that changes\n"


def variables(host: Host) -> Variables:
    """Return what is different on each server."""
    number, draw = host.number, random.Random(host.number)
    return {
        "host_no": number,
        "host_name": host.name,
        "host_address": host.address,
        "school_name": f"School number {number}",
        "domain": f"s{number:03}.schools.example",
        "realm": f"S{number:03}.EXAMPLE",
        "dns": [f"10.{number}.0.{last}" for last in (2, 3)],
        "vlans": [f"vlan{index}@10.{number}.{index}.0/24" for index in range(6)],
        "users": [f"user{draw.randrange(10**6):06}" for _ in range(12)],
        "shares": [f"share{index}:/srv/s{number}/share{index}:ro" for index in range(6)],
    }


@cache
def templates() -> Mapping[str, str]:
    """Return the templates by the file that each becomes."""
    return {file: "".join(_lines(number, file)) for number, file in enumerate(FILES)}


def _lines(number: int, file: str) -> Iterator[str]:
    draw, size = random.Random(1000 + number), 0
    yield _HEAD.format(file=file)
    if number == _CHANGING:
        yield _CHANGE
    while size < 180 + number * 155:
        line = f"option-{draw.randrange(10**8):08} = value {draw.randrange(10**12):012}"
        yield f"{line} for host {{{{ variables.host_no }}}}\n"
        size += len(line) + 25
    yield _FOOT.format(file=file)


def render(hosts: Sequence[Host], generation: int) -> Mapping[int, Mapping[str, str]]:
    """Return what the files shall hold, by the number of the host."""
    import jinja2

    maker = jinja2.Environment(keep_trailing_newline=True)
    ready = {file: maker.from_string(text) for file, text in templates().items()}
    wanted = {host.number: {**variables(host), "generation": generation} for host in hosts}
    return {
        number: {file: one.render(variables=own) for file, one in ready.items()}
        for number, own in wanted.items()
    }


def faults(hosts: Sequence[Host], expected: Mapping[int, Mapping[str, str]]) -> list[str]:
    """Look at the servers' disks, not through the tool, and say what is wrong there."""
    found = []
    for host in hosts:
        try:
            found += [f"{host.name}: {fault}" for fault in _faults(host, expected[host.number])]
        except OSError as error:
            found.append(f"{host.name}: {error}")
    return found


def _faults(host: Host, expected: Mapping[str, str]) -> Iterator[str]:
    for file, text in expected.items():
        path = host.outside(f"{ETC}/{file}")
        if path.read_text("utf-8").rstrip("\n") != text.rstrip("\n"):
            yield f"{file} differs"
        if stat.S_IMODE(path.stat().st_mode) != 0o644:
            yield f"the mode of {file}"
    for folder, mode in MODES.items():
        if stat.S_IMODE(host.outside(folder).stat().st_mode) != mode:
            yield f"the mode of {folder}"
    if host.outside(LINK).readlink() != Path(ETC, FILES[0]):
        yield f"{LINK} leads elsewhere"
    for guard in GUARDS:  # two lines: the guard did not hold
        if host.outside(f"{STATE}/{guard}").read_text("utf-8") != "done\n":
            yield f"{guard} ran twice or not at all"
    secret = host.outside(SECRET_FILE)
    owner = (pwd.getpwnam(OWNER).pw_uid, grp.getgrnam(GROUP).gr_gid, 0o600)
    found = secret.stat()
    if (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) != owner:
        yield "owner or mode of the secret file"
    if secret.read_text("utf-8").strip() != SECRET.strip():
        yield "the secret file differs"


def snapshot(hosts: Sequence[Host]) -> Mapping[str, tuple[int, int]]:
    """Return time of change and inode of every managed path: whoever only looks moves none."""
    folders = [host.outside(path) for host in hosts for path in (ETC, STATE)]
    paths = [path for folder in folders if folder.is_dir() for path in (folder, *folder.iterdir())]
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in paths}
