"""An app by declaration takes no command; to make it one by command is to lose what it holds."""

from dataclasses import replace

from pedell.model import Action, Change, Memory, tell


def way_changed(change: Change, memory: Memory) -> str:
    """Return why an app cannot come by command where it came by declaration, or nothing.

    Commands fail for an app that is managed by declaration, and where the declaration goes, the
    app goes. The other way round the declaration takes the app over (Apple's device management
    schema, and "Transferring management of apps to declarative management").
    """
    if change.address.kind != "configured_app" or change.action is Action.DELETE:
        return ""
    if replace(change.address, kind="app") not in memory:
        return ""
    return tell(
        "devices have this app by declaration, and as long as they do, no command can bring or"
        " configure it. Put `install` in the catalogue back. Or take it from them first, with all"
        " that is stored in it: --prune --confirm {school}; the plan after that brings it again.",
        school=change.address.school,
    )
