"""The pages about certificates and accounts, done as a reader would."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.console import Desk, follow

pytestmark = pytest.mark.tier2("openssl")

PAGES = Path(__file__).parents[2] / "docs" / "how-to"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.type("pedell sandbox stop -i ~/my-schools")


def test_a_certificate_is_given_and_its_authority_is_replaced_as_the_pages_say(desk: Desk) -> None:
    assert list(follow(PAGES / "server-certificates.md", desk)) == []
    assert list(follow(PAGES / "rotate-a-ca.md", desk)) == []


def test_the_account_of_a_network_changes_as_the_page_says(desk: Desk) -> None:
    assert list(follow(PAGES / "change-a-wifi-account.md", desk)) == []
