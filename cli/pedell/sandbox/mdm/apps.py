"""How a tablet answers commands about apps.

Source: Apple's device management schema. Commands fail for an app that is managed by declaration,
and lists leave it out; Settings is acknowledged even where one of its items is refused.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pedell.sandbox.mdm.answer import DONE, Answer, refuse
from pedell.sandbox.mdm.in_force import declared_apps
from pedell.sandbox.mdm.plists import fragment
from pedell.sandbox.mdm.tablet import AppState, Tablet

_ERROR = {"ErrorDomain": "MCMDMErrorDomain"}


def install(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    """Begin to load an app; from the poll after this it is there."""
    number = str(fields.get("iTunesStoreID") or "")
    name = str(fields.get("Identifier") or tablet.store.get(number, number))
    if not name:
        return refuse(12023, "The app is not named.")
    if name in declared_apps(tablet):
        return refuse(12081, _by_declaration(name))
    tablet.apps.setdefault(name, AppState.INSTALLING)
    if fields.get("Configuration"):
        tablet.configurations[name] = dict(fields["Configuration"])
    return _installing(name, tablet.apps[name])


def remove(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    """Delete an app that came by command."""
    name = str(fields.get("Identifier", ""))
    if name in declared_apps(tablet):
        return refuse(12081, _by_declaration(name))
    if tablet.apps.pop(name, None) is None:
        return refuse(12026, _unmanaged(name))
    tablet.configurations.pop(name, None)
    return DONE


def change(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    """Configure apps, item by item."""
    said = [_change(tablet, item) for item in fields.get("Settings") or ()]
    return Answer(b"Acknowledged", fragment({"Settings": said}))


def _change(tablet: Tablet, item: Mapping[str, Any]) -> dict[str, Any]:
    name = str(item.get("Identifier", ""))
    if item.get("Item") not in ("ApplicationConfiguration", "ApplicationAttributes"):
        return _refused(name, 12088, f"The setting “{item.get('Item')}” is not supported.")
    if name in declared_apps(tablet):
        return _refused(name, 12081, _by_declaration(name))
    if name not in tablet.apps:
        return _refused(name, 12026, _unmanaged(name))
    if item["Item"] == "ApplicationConfiguration":
        tablet.configurations.pop(name, None)
        if item.get("Configuration"):
            tablet.configurations[name] = dict(item["Configuration"])
    return {"Status": "Acknowledged", "Identifier": name}


def _refused(name: str, code: int, text: str) -> dict[str, Any]:
    link = {**_ERROR, "ErrorCode": code, "LocalizedDescription": text}
    return {"Status": "Error", "Identifier": name, "ErrorChain": [link]}


def list_installed(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    """List what is there."""
    return _app_list(tuple(n for n, s in _wanted(tablet, fields) if s is AppState.MANAGED))


def list_managed(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    """List what commands brought, and how far it has come."""
    return _managed_apps(
        tuple((n, s, n in tablet.configurations) for n, s in _wanted(tablet, fields))
    )


def list_configurations(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    """List what apps that are there have been told."""
    found = [
        {"Identifier": name, "Configuration": tablet.configurations[name]}
        for name, state in _wanted(tablet, fields)
        if state is AppState.MANAGED and name in tablet.configurations
    ]
    return Answer(b"Acknowledged", fragment({"ApplicationConfigurations": found}))


def _wanted(tablet: Tablet, fields: Mapping[str, Any]) -> Iterator[tuple[str, AppState]]:
    wanted, declared = fields.get("Identifiers"), declared_apps(tablet)
    for name, state in tablet.apps.items():
        if name not in declared and (not wanted or name in wanted):
            yield name, state


def _by_declaration(name: str) -> str:
    return f"The app “{name}” is managed by declarative device management."


def _unmanaged(name: str) -> str:
    return f"The app “{name}” is not managed."


@lru_cache(maxsize=4096)
def _installing(name: str, state: AppState) -> Answer:
    return Answer(b"Acknowledged", fragment({"Identifier": name, "State": state.value}))


@lru_cache(maxsize=4096)
def _app_list(names: tuple[str, ...]) -> Answer:
    entries = [
        {"Identifier": app, "Name": app.rsplit(".", 1)[-1], "ShortVersion": "1.0", "Version": "1"}
        for app in names
    ]
    return Answer(b"Acknowledged", fragment({"InstalledApplicationList": entries}))


@lru_cache(maxsize=4096)
def _managed_apps(apps: tuple[tuple[str, AppState, bool], ...]) -> Answer:
    entries = {
        app: {"Status": state.value, "ManagementFlags": 1, "HasConfiguration": told}
        for app, state, told in apps
    }
    return Answer(b"Acknowledged", fragment({"ManagedApplicationList": entries}))
