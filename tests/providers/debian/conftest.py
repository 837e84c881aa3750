import itertools

import pytest

from pedell.model import Traffic
from pedell.sandbox.servers import running
from tests.providers.debian.world import Drawer, World


@pytest.fixture(scope="session")
def school_servers(tmp_path_factory):
    with running([f"s{n}" for n in range(300)], tmp_path_factory.mktemp("servers")) as servers:
        yield servers, itertools.count()


@pytest.fixture
def world(school_servers):
    servers, number = school_servers
    return World(f"s{next(number)}", servers, Drawer(), Traffic())
