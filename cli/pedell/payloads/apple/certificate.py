"""A certificate authority that devices trust, as com.apple.security.root."""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from textwrap import wrap

from pedell.model import Spec
from pedell.payloads.apple.profile import Payload

ROOT = "com.apple.security.root"

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


def encode_certificate(spec: Spec) -> list[Payload]:
    """Write one root payload for each certificate of the PEM text."""
    return anchors(str(spec["pem"]))


def decode_certificate(payloads: Sequence[Payload]) -> Spec:
    """Read what :func:`encode_certificate` wrote; the PEM text comes back in lines of 64."""
    return {"pem": pem_of(payloads)}


def anchors(pem: str) -> list[Payload]:
    """Write a PEM text as root payloads ``ca-1``, ``ca-2`` …; ValueError where there is none.

    Source: Apple's device management schema 18.3, com.apple.security.root (PayloadContent is DER).
    """
    try:
        blocks = [b64decode("".join(body.split()), validate=True) for body in _BLOCK.findall(pem)]
    except binascii.Error:
        blocks = []
    if not blocks:
        raise ValueError("no readable certificate in the PEM text")
    return [
        Payload(f"ca-{number}", ROOT, {"PayloadContent": der})
        for number, der in enumerate(blocks, start=1)
    ]


def pem_of(payloads: Sequence[Payload]) -> str:
    """Read the root payloads back into one PEM text."""
    return "".join(
        "-----BEGIN CERTIFICATE-----\n"
        + "\n".join(wrap(b64encode(part.content["PayloadContent"]).decode(), 64))
        + "\n-----END CERTIFICATE-----\n"
        for part in payloads
        if part.type == ROOT and isinstance(part.content["PayloadContent"], bytes)
    )
