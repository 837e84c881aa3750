"""Golden files: what people read, compared to the letter."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer ``--refresh-golden``, known where this folder is named on the command line."""
    parser.addoption("--refresh-golden", action="store_true", help="Write golden files anew.")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with a golden file, or write it where that was asked for explicitly."""
    asked = request.config.getoption("--refresh-golden", default=False)
    refresh = asked or os.environ.get("PEDELL_REFRESH_GOLDEN") == "1"

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if refresh:
            path.write_text(f"{text}\n", encoding="utf-8")
        assert path.exists(), f"no golden file {name}; run pytest tests/outputs --refresh-golden"
        assert f"{text}\n" == path.read_text(encoding="utf-8")

    return compare
