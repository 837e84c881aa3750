"""A plan for tablets says which releases of Apple's schema stand behind it."""

from pedell.model import EVERYTHING_AT_ONCE, Plan
from pedell.outputs import FORMATS, Detail
from tests.outputs.build import scope


def shown(**more: object) -> str:
    plan = Plan(scope(3, 20, **more), EVERYTHING_AT_ONCE, (), (), (), 3, 0, ())
    return FORMATS["text"].plan(plan, Detail())


def test_the_releases_stand_in_every_plan_for_tablets() -> None:
    assert "    checked    Apple's schema: iOS 27.1\n" in shown(apple="iOS 27.1")
    assert "checked" not in shown()
