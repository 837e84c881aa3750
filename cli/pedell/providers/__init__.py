"""Every brand of target on board. A new one adds a folder here and one line below."""

import importlib
from collections.abc import Iterator, Mapping
from functools import cache

from pedell.ports import Provider

_DOORS = {
    "debian": "pedell.providers.debian:Debian",
    "memory": "pedell.providers.memory:MemoryProvider",
    "nanohub": "pedell.providers.nanohub:NanoHub",
}


class _Providers(Mapping[str, Provider]):
    """The explicit list above, each provider made when it is first asked for."""

    def __getitem__(self, name: str) -> Provider:
        return _made(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_DOORS)

    def __len__(self) -> int:
        return len(_DOORS)


@cache
def _made(name: str) -> Provider:
    module, _, door = _DOORS[name].partition(":")
    provider: Provider = getattr(importlib.import_module(module), door)()
    return provider


PROVIDERS: Mapping[str, Provider] = _Providers()
