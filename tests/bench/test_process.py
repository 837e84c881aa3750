"""The figures of the bench mean what they say."""

import sys

import pytest

from tests.bench.process import Cost, Failed, measure, middle


def test_memory_is_that_of_the_process_and_not_of_the_one_that_measures(tmp_path):
    ballast = bytearray(120_000_000)
    small = measure([sys.executable, "-c", "pass"], tmp_path)
    large = measure([sys.executable, "-c", "bytearray(b'x') * 60_000_000"], tmp_path)
    assert small.memory < len(ballast) / 1e6 / 2
    assert 50 < large.memory - small.memory < 80


def test_time_asleep_is_wall_and_not_cpu(tmp_path):
    cost = measure([sys.executable, "-c", "import time; time.sleep(0.3)"], tmp_path)
    assert cost.wall >= 0.3
    assert cost.cpu < cost.wall


def test_a_command_that_fails_has_no_figures(tmp_path):
    with pytest.raises(Failed, match="exit code 1: ZeroDivisionError"):
        measure([sys.executable, "-c", "1 / 0"], tmp_path)


def test_one_slow_run_does_not_move_the_median():
    costs = [Cost(1, 1, 9), Cost(2, 2, 9), Cost(90, 3, 9)]
    assert middle(costs) == Cost(2, 2, 9)
