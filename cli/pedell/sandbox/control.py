"""The sandbox's own door, which no real MDM has: look at tablets, and break them by hand."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from pedell.sandbox.world import Endpoints


def summary(endpoints: Endpoints) -> Mapping[str, Any]:
    """Return what the MDM has counted so far."""
    found: Mapping[str, Any] = ask(endpoints, "GET", "/sandbox/summary")
    return found


def tablet(endpoints: Endpoints, serial: str) -> Mapping[str, Any]:
    """Return what one tablet holds; raises KeyError where there is none."""
    found: Mapping[str, Any] = ask(endpoints, "GET", f"/sandbox/tablets/{quote(serial)}")
    return found


def remove_profile(endpoints: Endpoints, serial: str, part: str) -> str:
    """Take the first profile whose identifier holds ``part`` off a tablet; return which."""
    held = sorted(profile["identifier"] for profile in tablet(endpoints, serial)["profiles"])
    fitting = [identifier for identifier in held if part in identifier]
    if not fitting:
        raise KeyError(f"a profile with {part!r} on {serial}")
    ask(endpoints, "DELETE", f"/sandbox/tablets/{quote(serial)}/profiles/{quote(fitting[0])}")
    return str(fitting[0])


def ask(endpoints: Endpoints, method: str, path: str, body: Any = None) -> Any:
    """Send one request to the control door; raises KeyError on 404 and OSError otherwise."""
    address = urlsplit(endpoints.mdm)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status == 404:
        raise KeyError(path.rpartition("/")[2])
    if answer.status >= 400:
        raise OSError(f"the sandbox answered {answer.status} to {path}")
    return json.loads(content) if content else None
