import pytest

from tests.machines import machines


@pytest.fixture
def machine(tmp_path):
    with machines(1, tmp_path) as (one,):
        yield one
