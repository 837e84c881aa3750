"""Skips the tests of tiers that this machine cannot run, and fails those it was told it must."""

import os
import signal
from collections import Counter
from collections.abc import Generator, Iterator

import pytest

from tests import tiers

OUTCOMES = ("passed", "failed", "error", "xfailed", "xpassed", "skipped")


def pytest_configure() -> None:
    """Speak English in tests, whatever this machine speaks; those about German say so."""
    os.environ["PEDELL_LANG"] = "en"
    # What runs in the background ignores Ctrl-C, and so would all that tests start and interrupt.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run here, before any fixture is built."""
    for item in items:
        tier, names = _tier_of(item)
        try:
            lack = tiers.missing(tier, names)
        except KeyError as error:
            known = ", ".join(tiers.NEEDS[tier])
            raise pytest.UsageError(
                f"{item.nodeid}: tier{tier} knows {known}, not {error}"
            ) from None
        if lack:
            item.add_marker(pytest.mark.skip(reason=f"tier {tier}: {lack}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn every skip in a required tier into a failure: there, not run means not known."""
    report = yield
    tier, _ = _tier_of(item)
    report.user_properties.append(("tier", tier))
    if report.skipped and not hasattr(report, "wasxfail") and tier in tiers.required():
        report.outcome = "failed"
        report.longrepr = f"{tiers.REQUIRED} asks for tier {tier}, but {_reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say for each tier how many of its tests ran, and why the others did not."""
    ran: Counter[int] = Counter()
    skipped: Counter[tuple[int, str]] = Counter()
    for outcome, report, tier in _reports(terminalreporter):
        ran[tier] += report.when == "call"
        if outcome == "skipped":
            skipped[tier, _reason(report).removeprefix(f"tier {tier}: ")] += 1
    if ran:
        terminalreporter.section("tiers")
    for tier in sorted(ran):
        name = "tiers 0 and 1" if tier == tiers.LOWEST else f"tier {tier}"
        terminalreporter.line(f"{name} ran: {ran[tier]}")
        for (_, reason), number in sorted(pair for pair in skipped.items() if pair[0][0] == tier):
            terminalreporter.line(f"{name} skipped: {number} ({reason})")


def _tier_of(item: pytest.Item) -> tuple[int, tuple[str, ...]]:
    """Return the highest tier that a test is marked with, and the names it needs of it."""
    for tier in sorted(tiers.NEEDS, reverse=True):
        if marker := item.get_closest_marker(f"tier{tier}"):
            return tier, marker.args
    return tiers.LOWEST, ()


def _reports(
    terminalreporter: pytest.TerminalReporter,
) -> Iterator[tuple[str, pytest.TestReport, int]]:
    for outcome in OUTCOMES:
        for report in terminalreporter.stats.get(outcome, ()):
            tier = dict(getattr(report, "user_properties", ())).get("tier")
            if tier is not None:  # a whole file that was skipped while collecting belongs to none
                yield outcome, report, tier


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")
