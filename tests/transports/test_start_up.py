"""What reaching a server loads, because start-up is most of a short run."""

import subprocess
import sys


def test_ssh_loads_no_second_machinery():
    code = "import sys, pedell.transports.ssh; print(*(n for n, m in sys.modules.items() if m))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "paramiko" in loaded.stdout.split()
    assert {"invoke", "asyncio", "unittest"} & set(loaded.stdout.split()) == set()
