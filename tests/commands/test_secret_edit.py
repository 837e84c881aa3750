"""``pedell secret edit`` and ``rotate --recipient`` with a scripted editor: nothing lost or shown."""

from tests.commands.repositories import commit  # noqa: F401
from tests.commands.test_secret import CANARY, home, keys, put, says, shown  # noqa: F401
