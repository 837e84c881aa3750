"""Where a profile holds a secret in clear text."""

import re
from collections.abc import Iterator
from typing import Any

from pedell.model import Pointer

_SECRET = re.compile(r"(?i:password|secret|challenge|token|passphrase|api_?key)$|PIN$")
_KEYSTORE = "com.apple.security.pkcs12"
_PARTS = "PayloadContent"


def find_secrets(value: Any, at: Pointer = ()) -> Iterator[Pointer]:
    """Yield where a password, a key or the like stands in clear text; an empty one is none."""
    if isinstance(value, dict):
        if value.get("PayloadType") == _KEYSTORE and value.get(_PARTS):
            yield (*at, _PARTS)
        for key, child in value.items():
            if isinstance(child, str | bytes) and child and _SECRET.search(str(key)):
                yield (*at, key)
            yield from find_secrets(child, (*at, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from find_secrets(child, (*at, number))
