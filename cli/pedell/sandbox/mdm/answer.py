"""What an answer of a tablet is made of."""

from dataclasses import dataclass
from functools import lru_cache

from pedell.sandbox.mdm.plists import fragment


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and further keys (rendered) of an answer."""

    status: bytes
    keys: bytes = b""


DONE = Answer(b"Acknowledged")
NOT_NOW = Answer(b"NotNow")


@lru_cache(maxsize=256)
def refuse(code: int, text: str, domain: str = "MCMDMErrorDomain") -> Answer:
    """Return an Error with a chain of one."""
    link = {"ErrorCode": code, "ErrorDomain": domain, "LocalizedDescription": text}
    return Answer(b"Error", fragment({"ErrorChain": [link]}))
