"""Starts a sandbox MDM from a configuration file."""

import argparse
import json
import os
from pathlib import Path

from pedell.sandbox.mdm.quirks import QUIRKS
from pedell.sandbox.mdm.serve import run_mdm


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m pedell.sandbox.mdm", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="JSON file")
    parser.add_argument("--quirk", action="append", default=[], choices=sorted(QUIRKS))
    options = parser.parse_args()
    config = json.loads(options.config.read_text(encoding="utf-8"))
    quirks = [*(config.get("quirks") or ()), *options.quirk]
    run_mdm({**config, "quirks": quirks})


if __name__ == "__main__":
    main()
    os._exit(0)  # taking 25,000 tablets apart, one by one, would take most of a second
