"""A signed profile is taken out of its envelope, and nothing that looks like one breaks that."""

import base64
import datetime
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as st

from pedell.payloads.apple.signed import Unwrappable, is_wrapped, unwrap_profile

CONTENT = b"<plist>" + b"invented " * 300 + b"</plist>"
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM


def _signed(encoding, *options):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "invented.example.org")])
    now = datetime.datetime(2026, 11, 21)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
    builder = builder.add_signer(certificate, key, hashes.SHA256())
    return builder.sign(encoding, [pkcs7.PKCS7Options.Binary, *options])


SIGNED = _signed(DER)


def der(tag, *parts):
    inside = b"".join(parts)
    size = len(inside)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)
    return bytes([tag]) + length + inside


def ber(tag, *parts):
    return bytes([tag, 0x80]) + b"".join(parts) + b"\0\0"


NAME = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")


def envelope(*octets, name=NAME):
    """An envelope as `openssl cms -stream` writes it: of indefinite length, content in parts."""
    content = ber(0xA0, ber(0x24, *(der(0x04, part) for part in octets)))
    signed = ber(0x30, der(0x02, b"\1"), der(0x31), ber(0x30, DATA, content))
    return ber(0x30, name, ber(0xA0, signed))


@pytest.mark.parametrize("encoding", [DER, PEM])
def test_what_was_signed_comes_out(encoding):
    signed = _signed(encoding)
    assert is_wrapped(signed)
    assert unwrap_profile(signed) == CONTENT


def test_parts_of_indefinite_length_are_put_together():
    assert unwrap_profile(envelope(CONTENT[:1000], CONTENT[1000:])) == CONTENT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_signed(DER, pkcs7.PKCS7Options.DetachedSignature), "a signature alone"),
        (envelope(b"x", name=bytes.fromhex("06092a864886f70d010703")), "encrypted"),
        (envelope(b"x", name=DATA), "is broken"),
        (SIGNED[:200], "is broken"),
        (b"0\x80" * 5000, "is broken"),
        (b"0\x84\xff\xff\xff\xff", "is broken"),
        (b"-----BEGIN CMS-----\n!!!\n-----END CMS-----", "is broken"),
        (b"-----BEGIN", "is broken"),
        (b"0\x80", "is broken"),
    ],
)
def test_what_holds_no_profile_is_told(content, words):
    assert is_wrapped(content)
    with pytest.raises(Unwrappable, match=words):
        unwrap_profile(content)


@given(st.binary(max_size=200), st.integers(0, len(SIGNED) - 1))
def test_no_envelope_breaks_the_walk(noise, at):
    for content in (noise, b"0\x80" + noise, SIGNED[:at] + noise + SIGNED[at + len(noise) :],
                    b"-----BEGIN X-----\n" + base64.b64encode(noise)):  # fmt: skip
        with suppress(Unwrappable):
            assert isinstance(unwrap_profile(content), bytes)
