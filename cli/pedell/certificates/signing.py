"""Files signed as CMS SignedData (RFC 5652), the content inside: the same bytes each time.

Written by hand, since ``cryptography`` puts the time of signing beside every content digest, and
signs with EC keys by chance alone. Loads a heavy library: to be imported where it is needed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from pedell.certificates.authority import Key
from pedell.certificates.certificate import digest_of, load
from pedell.model import Words, tell

_SEQUENCE, _SET, _NUMBER, _OCTETS, _FIRST = 0x30, 0x31, 0x02, 0x04, 0xA0
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SHA256 = bytes.fromhex("0609608648016503040201")
_RSA = bytes.fromhex("06092a864886f70d0101010500")
_ECDSA = bytes.fromhex("06082a8648ce3d040302")


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: ``chain`` begins with the certificate that belongs to the key."""

    chain: Sequence[x509.Certificate]
    key: Key

    def __repr__(self) -> str:
        return "Signer(…)"


def check_signing_certificate(pem: str) -> Words | None:
    """Say why the first certificate of a PEM text cannot sign files; None where it can."""
    try:
        first = load(pem)[0]
    except ValueError as error:
        words: Words = error.args[0]
        return words
    if not isinstance(first.public_key(), ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return tell("its key is neither RSA nor EC")
    for each in first.extensions:
        usage = each.value
        if isinstance(usage, x509.KeyUsage) and not (
            usage.digital_signature or usage.content_commitment
        ):
            return tell("its key usage does not allow digital signatures")
    return None


def open_signer(pem: str, key: str) -> Signer:
    """Bring a PEM text and a private key (PEM) together. Raises ValueError with a sentence."""
    chain = load(pem)
    opened = _opened(key)
    if digest_of(opened.public_key()) != digest_of(chain[0].public_key()):
        raise ValueError(tell("the key is not that of the first certificate"))
    return Signer(chain, opened)


def sign_content(content: bytes, signer: Signer) -> bytes:
    """Return content, signature and chain as DER, the same for the same content and signer.

    Without the time of signing; RSA by PKCS #1 v1.5, EC by RFC 6979, both over SHA-256. Raises
    ValueError where the machine's OpenSSL cannot do that with an EC key.
    """
    digest = _der(_SEQUENCE, _SHA256)
    told = [
        _der(_SEQUENCE, _CONTENT_TYPE, _der(_SET, _DATA)),
        _der(_SEQUENCE, _DIGEST, _der(_SET, _der(_OCTETS, hashlib.sha256(content).digest()))),
    ]
    attributes = b"".join(sorted(told))
    own = _der(
        _SEQUENCE,
        _der(_NUMBER, b"\1"),
        _named(signer.chain[0]),
        digest,
        _der(_FIRST, attributes),
        _der(_SEQUENCE, _RSA if isinstance(signer.key, rsa.RSAPrivateKey) else _ECDSA),
        _der(_OCTETS, _signature(_der(_SET, attributes), signer.key)),
    )
    certificates = {one.public_bytes(Encoding.DER) for one in signer.chain}
    signed = _der(
        _SEQUENCE,
        _der(_NUMBER, b"\1"),
        _der(_SET, digest),
        _der(_SEQUENCE, _DATA, _der(_FIRST, _der(_OCTETS, content))),
        _der(_FIRST, *sorted(certificates)),
        _der(_SET, own),
    )
    return _der(_SEQUENCE, _SIGNED_DATA, _der(_FIRST, signed))


def _opened(text: str) -> Key:
    key = None
    why = tell("the secret holds no private key of RSA or EC as PEM")
    try:
        key = load_pem_private_key(text.encode(), None)
    except TypeError:
        why = tell("the key is encrypted; the vault keeps it safe, so store it without a password")
    except Exception:  # many words for one thing, and a cause shows secrets
        key = None
    if not isinstance(key, Key):
        raise ValueError(why) from None  # noqa: TRY004  # the secret's fault
    return key


def _named(certificate: x509.Certificate) -> bytes:
    """Name a certificate by issuer and serial number, the issuer as it stands there."""
    issuer = certificate.issuer.public_bytes()
    if issuer not in certificate.tbs_certificate_bytes:
        raise ValueError(tell("the name of its issuer is written in a way that cannot be repeated"))
    number = certificate.serial_number
    length = number.bit_length() // 8 + 1
    return _der(_SEQUENCE, issuer, _der(_NUMBER, number.to_bytes(length, signed=True)))


def _signature(content: bytes, key: Key) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), SHA256())
    try:
        return key.sign(content, ec.ECDSA(SHA256(), deterministic_signing=True))
    except UnsupportedAlgorithm:
        raise ValueError(
            tell("the OpenSSL of this machine signs with EC keys by chance alone; use an RSA key")
        ) from None


def _der(tag: int, *parts: bytes) -> bytes:
    size = sum(map(len, parts))
    if size < 0x80:
        length = bytes([size])
    else:
        digits = size.to_bytes((size.bit_length() + 7) // 8)
        length = bytes([0x80 | len(digits)]) + digits
    return b"".join((bytes([tag]), length, *parts))
