from contextlib import ExitStack

import pytest

from pedell.model import Traffic
from pedell.sandbox.servers import running
from tests.providers.debian.world import Drawer, World

BATCH = 100


@pytest.fixture(scope="session")
def fresh_server(tmp_path_factory):
    """Return a function that gives a server nobody has used, with all that run beside it."""
    with ExitStack() as stack:

        def batches():
            while True:
                names = [f"s{number}" for number in range(BATCH)]
                started = running(names, tmp_path_factory.mktemp("servers"))
                servers = stack.enter_context(started)
                yield from ((name, servers) for name in names)

        yield batches().__next__


@pytest.fixture
def world(fresh_server):
    name, servers = fresh_server()
    return World(name, servers, Drawer(), Traffic())
