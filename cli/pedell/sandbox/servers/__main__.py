"""Run the school servers of a sandbox in one process, until SIGTERM."""

import argparse
import json
import selectors
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

from pedell.sandbox.servers.keys import own_key
from pedell.sandbox.servers.log import Log
from pedell.sandbox.servers.serve import House, Room, welcome
from pedell.sandbox.servers.world import environment, prepare_root, write_shims


def main() -> NoReturn:
    """Read the configuration, say as one JSON line where everything is, serve."""
    parser = argparse.ArgumentParser(prog="python -m pedell.sandbox.servers")
    parser.add_argument("--config", type=Path, required=True)
    config = json.loads(parser.parse_args().config.read_text())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    serve(config)


def serve(config: dict[str, Any]) -> NoReturn:
    """Serve ``{"folder", "servers": [{"name", "port"?}], "listen"?}``; a port left out is free."""
    folder = Path(config["folder"]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    house = House(
        own_key(folder / "host_ed25519"),
        own_key(folder / "id_ed25519"),
        Log(folder / "traffic.jsonl"),
    )
    shims = write_shims(folder / "bin")
    with ExitStack() as doors, selectors.DefaultSelector() as selector:
        doors.callback(house.end)
        places = {}
        for server in config["servers"]:
            root = prepare_root(folder / server["name"])
            line = doors.enter_context(_listen(config.get("listen", "127.0.0.1"), server))
            room = Room(server["name"], root, environment(root, shims))
            selector.register(line, selectors.EVENT_READ, room)
            host, port = line.getsockname()
            places[server["name"]] = {"host": host, "port": port, "root": str(root)}
        _announce(folder, house, places)
        while True:
            for key, _ in selector.select():
                _accept(key, house)


def _listen(host: str, server: dict[str, Any]) -> socket.socket:
    line = socket.create_server((host, server.get("port", 0)), backlog=64)
    line.setblocking(False)
    return line


def _announce(folder: Path, house: House, places: dict[str, dict[str, Any]]) -> None:
    known_hosts = folder / "known_hosts"
    key = f"{house.host_key.get_name()} {house.host_key.get_base64()}"
    known_hosts.write_text(
        "".join(f"[{one['host']}]:{one['port']} {key}\n" for one in places.values())
    )
    said = {"servers": places, "known_hosts": str(known_hosts), "key": str(folder / "id_ed25519")}
    sys.stdout.write(json.dumps(said) + "\n")  # the one line that a starter waits for
    sys.stdout.flush()


def _accept(key: selectors.SelectorKey, house: House) -> None:
    listener, room = key.fileobj, key.data
    if not isinstance(listener, socket.socket):
        return
    try:
        line, _ = listener.accept()
    except OSError:
        return  # the guest has left before we opened
    line.setblocking(True)
    welcome(line, house, room)


if __name__ == "__main__":
    main()
