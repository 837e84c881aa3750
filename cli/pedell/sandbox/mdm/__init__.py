"""An MDM on loopback that behaves like NanoHUB, with the tablets of whole schools in it."""

from pedell.sandbox.mdm.quirks import QUIRKS
from pedell.sandbox.mdm.running import running
from pedell.sandbox.mdm.serve import run_mdm

__all__ = ["QUIRKS", "run_mdm", "running"]
