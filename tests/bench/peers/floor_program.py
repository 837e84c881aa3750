"""The least work there is: one connection, one look, and one archive where something differs.

No state, no order, no report worth the name, no care: what is half written stays half written.
"""

import difflib
import hashlib
import io
import json
import shlex
import socket
import sys
import tarfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import jinja2
import paramiko

from tests.bench.peers import workload as wanted

JOBS = 16
LOOK = (
    f"cd /srv && {{ sha256sum {wanted.ETC}/*.conf;"
    f" stat -c '%n %a %U %G' {wanted.ETC} {wanted.STATE} {wanted.ETC}/* {wanted.STATE}/*;"
    f" readlink {wanted.LINK}; }} 2>/dev/null;"
    f" dpkg-query -W -f '${{Status}}' {wanted.PACKAGE}"
)
MAKE = f"mkdir -p {wanted.ETC} {wanted.STATE} && chmod 755 {wanted.ETC} && chmod 750 {wanted.STATE}"
REST = f"ln -sfn {wanted.ETC}/{wanted.FILES[0]} {wanted.LINK}; " + "; ".join(
    f"test -e {wanted.STATE}/{guard} || echo done >> {wanted.STATE}/{guard}"
    for guard in wanted.GUARDS
)

Run: TypeAlias = Callable[[str, bytes], bytes]


@dataclass(frozen=True, slots=True)
class File:
    """What shall lie at a path; ``mode`` in octal, as ``stat`` prints it."""

    content: bytes
    mode: str
    owner: str
    group: str


def main(what: str, path: str) -> None:
    """Bring all servers of a wish to what it says, or only look, sixteen at a time."""
    wish = json.loads(Path(path).read_bytes())
    key = paramiko.Ed25519Key.from_private_key_file(wish["key"])
    known = paramiko.HostKeys(wish["known_hosts"])
    maker = jinja2.Environment(keep_trailing_newline=True)
    ready = {file: maker.from_string(text) for file, text in wanted.templates().items()}

    def serve(own: Mapping[str, Any]) -> str:
        files = {f"{wanted.ETC}/{file}": _plain(one, own) for file, one in ready.items()}
        files[wanted.SECRET_FILE] = File(wanted.SECRET.encode(), "600", wanted.OWNER, wanted.GROUP)
        with socket.create_connection((own["host_address"], wish["port"])) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = paramiko.Transport(line)
            pinned = known[f"[{own['host_address']}]:{wish['port']}"]["ssh-ed25519"]
            transport.get_security_options().key_types = ("ssh-ed25519",)
            transport.connect(username="root", pkey=key, hostkey=pinned)
            said = _work(files, lambda words, data: _run(transport, words, data), what)
            transport.close()
        return f"{own['host_name']}: {said}"

    with ThreadPoolExecutor(JOBS) as crew:
        print("\n".join(crew.map(serve, wish["hosts"])))


def _plain(template: jinja2.Template, own: Mapping[str, Any]) -> File:
    return File(template.render(variables=own).encode(), "644", "root", "root")


def _work(files: Mapping[str, File], run: Run, what: str) -> str:
    changed, others = _compare(files, run(LOOK, b""))
    said = f"{len(changed)} files and {others} others differ"
    if what == "check":
        if not changed:
            return said
        old = run(f"cat {shlex.join(changed)}", b"").decode().splitlines()
        new = "".join(files[path].content.decode() for path in changed).splitlines()
        return "\n".join((said, *difflib.unified_diff(old, new)))
    parts = [MAKE] if others else []
    parts += ["tar -xpf - -C /"] if changed else []
    if parts:
        run(" && ".join((*parts, REST) if others else parts), _pack(files, changed))
    return said


def _compare(files: Mapping[str, File], said: bytes) -> tuple[Sequence[str], int]:
    sums, rights, others = {}, {}, []
    for line in said.decode().splitlines():
        words = line.split()
        if len(words) == 2 and len(words[0]) == 64:
            sums[words[1]] = words[0]
        elif len(words) == 4:
            rights[words[0]] = tuple(words[1:])
        else:
            others.append(line)
    changed = [
        path
        for path, file in files.items()
        if sums.get(path) != hashlib.sha256(file.content).hexdigest()
        or rights.get(path) != (file.mode, file.owner, file.group)
    ]
    missing = sum(f"{wanted.STATE}/{guard}" not in rights for guard in wanted.GUARDS)
    missing += sum(rights.get(path, "")[:1] != (f"{m:o}",) for path, m in wanted.MODES.items())
    missing += f"{wanted.ETC}/{wanted.FILES[0]}" not in others
    if others[-1:] != ["install ok installed"]:
        raise SystemExit("the package is missing")
    return changed, missing


def _pack(files: Mapping[str, File], changed: Sequence[str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in changed:
            file, member = files[path], tarfile.TarInfo(path.lstrip("/"))
            member.size, member.mode = len(file.content), int(file.mode, 8)
            member.uname, member.gname = file.owner, file.group
            archive.addfile(member, io.BytesIO(file.content))
    return packed.getvalue()


def _run(transport: paramiko.Transport, words: str, data: bytes) -> bytes:
    channel = transport.open_session()
    channel.exec_command(words)
    if data:
        channel.sendall(data)
    channel.shutdown_write()
    said = []
    while piece := channel.recv(65536):
        said.append(piece)
    if code := channel.recv_exit_status():
        raise SystemExit(f"{words[:60]}: exit status {code}")
    return b"".join(said)


if __name__ == "__main__":
    main(*sys.argv[1:])
