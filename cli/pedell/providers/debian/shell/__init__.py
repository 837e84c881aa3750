"""The shell of an apply: what every script begins and ends with. POSIX sh and GNU coreutils."""

from pedell.providers.debian.shell import bulk, checks, files, packages, start, units

__all__ = ["HEAD", "TAIL"]

HEAD = "".join(
    (
        start.TEXT,
        files.TEXT,
        bulk.TEXT,
        packages.TEXT,
        units.TEXT,
        checks.TEXT,
        "printf 'pedell begin\\n'\n",
    )
)
TAIL = start.END
