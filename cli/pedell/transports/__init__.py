"""The only sockets. Each room is imported by itself: what a run does not speak it does not load."""

import sys

# paramiko would load a task runner, and asyncio with it, for one word of ~/.ssh/config, which
# nobody here reads: half of the time that loading it takes.
sys.modules.setdefault("invoke", None)  # type: ignore[arg-type]  # None: an import finds nothing
