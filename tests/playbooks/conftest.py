"""Serves: one role aimed at schools made up here."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from pedell.model import Resource
from tests.playbooks.served import serve_in


@pytest.fixture
def serve(tmp_path: Path) -> Callable[..., Mapping[str, Resource]]:
    """Return what aims a role at the schools, in a folder of its own."""
    return partial(serve_in, tmp_path)
