"""Which version of a Debian package is meant. Pure; the script asks the same in sh."""


def fits(version: str, wanted: str) -> bool:
    """Tell whether a version is the wanted one: ``3.2.1-4``, or ``3.2.*`` for all that begin so.

    The epoch (``1:``, deb-version(7)) may be left out. Nothing wanted fits all.
    """
    bare = version.split(":", 1)[-1]
    if wanted.endswith("*"):
        return any(one.startswith(wanted[:-1]) for one in (version, bare))
    return not wanted or wanted in (version, bare)
