"""The bench with peers looks at what it measures: real servers, real files, and ratios that hold."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.bench.peers import workload
from tests.bench.peers.fleet import Host
from tests.bench.peers.process import Cost
from tests.bench.peers.races import Result
from tests.bench.peers.table import table
from tests.bench.peers.tools import Phase


def test_ratios_are_those_of_medians_to_the_floor_of_the_same_phase():
    costs = {"floor": [(1, 1, 1), (2, 1, 1), (9, 1, 1)], "pedell": [(3, 1, 2)]}
    results = [
        Result(tool, 10, Phase.APPLY, Cost(*cost), []) for tool in costs for cost in costs[tool]
    ]
    *_, floor, pedell = table(results, 10)
    assert floor == "| first apply | floor | 3 | 2.00 (1.00-9.00) | 1.00 + 1.00 | 1.00 | 1.00 |"
    assert pedell == "| first apply | pedell | 1 | 3.00 | 1.00 + 2.00 | 1.50 | 1.50 |"


def test_a_tool_that_left_something_wrong_has_no_figures():
    results = [Result("pedell", 10, Phase.APPLY, Cost(1, 1, 1), ["school-001: guard-1 ran twice"])]
    *_, line = table(results, 10)
    assert line == "| first apply | pedell | 1 | **school-001: guard-1 ran twice** |  |  |  |"


def test_files_are_of_one_to_four_kilobytes_and_differ_on_each_server(tmp_path):
    hosts = [Host(n, f"school-{n:03}", f"127.0.1.{n}", tmp_path) for n in (1, 2)]
    first, second = workload.render(hosts, 1).values()
    assert all(700 < len(text) < 4500 for text in first.values())
    assert all(first[file] != second[file] for file in workload.FILES)
    changed = workload.render(hosts, 2)[1]
    assert [file for file in first if first[file] != changed[file]] == ["conf-07.conf"]


def test_an_empty_server_is_no_end_state(tmp_path):
    host = Host(1, "school-001", "127.0.1.1", tmp_path)
    assert len(workload.faults([host], workload.render([host], 1))) == 1


@pytest.mark.tier2("sshd")
@pytest.mark.skipif(
    os.getuid() != 0 or not shutil.which("unshare"), reason="only root may start such servers"
)
def test_pedell_and_the_floor_end_in_the_same_state_on_real_servers():
    command = [sys.executable, "-m", "tests.bench.peers", "--tools", "floor,pedell"]
    options = ["--hosts", "2", "--rounds", "1", "--port", "2291"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=200, check=False
    )
    assert (done.returncode, "**" in done.stdout) == (0, False), done.stdout + done.stderr
    assert done.stdout.count("| pedell |") == len(Phase)
