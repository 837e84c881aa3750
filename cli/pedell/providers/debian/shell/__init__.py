"""The shell of an apply: what every script begins and ends with. POSIX sh and GNU coreutils."""

import re

from pedell.providers.debian.shell import bulk, checks, files, packages, start, units

__all__ = ["HEAD", "SOURCE", "TAIL"]

SOURCE = "".join(part.TEXT for part in (start, files, bulk, packages, units, checks))
# It goes to every server each time, so it leaves its comments and its indentation at home.
HEAD = re.sub(r"^[ \t]*(#.*\n|\n)?", "", SOURCE, flags=re.MULTILINE) + "printf 'pedell begin\\n'\n"
TAIL = start.END
