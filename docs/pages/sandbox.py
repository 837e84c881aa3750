"""The parts of the sandbox's page that its own code tells."""

from docs.pages.markdown import code, table
from pedell.sandbox.mdm.quirks import QUIRKS


def quirks_table() -> str:
    """Return every quirk with what it does."""
    return table(("quirk", "what it does"), ((code(name), text) for name, text in QUIRKS.items()))
