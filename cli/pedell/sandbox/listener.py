"""Keeps the events of the sandbox's MDM: ``python -m pedell.sandbox.listener --config FILE``."""

import argparse
import json
import sys
from pathlib import Path

from pedell.providers.nanohub.listener import serve_events
from pedell.state.ledger import open_ledger


def main() -> None:
    """Read the configuration, say as one JSON line where we listen, and serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m pedell.sandbox.listener", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="JSON file")
    config = json.loads(parser.parse_args().config.read_text(encoding="utf-8"))
    host, _, port = str(config["listen"]).rpartition(":")

    def ready(bound: str, bound_port: int, _: object) -> None:
        sys.stdout.write(json.dumps({"url": f"http://{bound}:{bound_port}/"}) + "\n")
        sys.stdout.flush()

    with open_ledger(Path(config["ledger"])) as ledger:
        serve_events((host, int(port)), config["key"].encode(), ledger, ready)


if __name__ == "__main__":
    main()
