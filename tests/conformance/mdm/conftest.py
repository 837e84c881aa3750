"""Starts each server once, and says which cases need which."""

import itertools

import pytest

from tests.conformance.mdm.servers import TRAITS, params, start
from tests.sandbox.mdm_world import listener

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session", params=params(TRAITS))
def running(request, tmp_path_factory):
    """Start a server with a listener that hears its events."""
    with (
        listener() as (heard, webhook),
        start(request.param, tmp_path_factory.mktemp(request.param), webhook) as server,
    ):
        yield server, heard


@pytest.fixture
def server(running):
    return running[0]


@pytest.fixture
def heard(running):
    return running[1]


@pytest.fixture
def device(server):
    """A device that has just enrolled."""
    return server.device().enrol()


@pytest.fixture
def new():
    """Make names that nobody had before: servers live longer than cases."""

    def name(word="it"):
        return f"{word}-{next(_NUMBERS)}"

    return name


@pytest.fixture(params=params(TRAITS))
def fresh(request, tmp_path):
    """Start a server that no case has touched, and that hears nobody."""
    with start(request.param, tmp_path) as server:
        yield server
