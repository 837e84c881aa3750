"""Applies that break at random moments: a sample of the five hundred that ``make crash`` tries."""

import pytest

from tests.crash.cuts import course_of, courses
from tests.crash.servers import grounds

SAMPLE = 60


@pytest.fixture(name="found", scope="module")
def _found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cuts")
    with grounds(folder) as there:
        yield courses(there, folder)


def test_no_file_is_torn_and_nothing_is_left_behind_wherever_it_breaks(found):
    trials = [course_of(seed, found).run(seed) for seed in range(SAMPLE)]
    assert [str(trial) for trial in trials if trial.wrong] == []
    assert sum(trial.is_broken for trial in trials) > SAMPLE / 2, "too few of them broke"
