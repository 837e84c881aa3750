"""Authorities: made anew, or opened to sign with. Keys come from the system's randomness."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from pedell.certificates.certificate import digest_of, load, pem_of, read_certificates
from pedell.certificates.trust import NAME
from pedell.model import tell

KEY_TYPES = ("ec-p256", "rsa-2048", "rsa-3072", "rsa-4096")
"""Keys that iPads, Windows and FreeRADIUS all take; P-256 makes the shortest conversations."""
MOST_YEARS = 30
LONGEST_NAME = 64
"""Characters of a common name. Source: RFC 5280, ub-common-name."""
EARLY = datetime.timedelta(hours=1)
"""How long before now a certificate begins: clocks differ."""

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs: private key and certificate, both PEM."""

    key: str
    certificate: str

    def __repr__(self) -> str:
        return "Authority(…)"


def make_authority(
    name: str,
    years: int,
    key_type: str,
    now: datetime.datetime,
    domains: Sequence[str] = (),
) -> Authority:
    """Make an authority that signs servers' certificates and no other authorities.

    ``now`` has a time zone. Names outside of ``domains`` no device will believe. Raises ValueError
    with a sentence. Source: RFC 5280, 4.2.1.
    """
    if not 0 < len(name) <= LONGEST_NAME:
        raise ValueError(tell("The title has 1 to {most} characters.", most=LONGEST_NAME))
    if not 0 < years <= MOST_YEARS:
        raise ValueError(tell("An authority lives 1 to {most} years.", most=MOST_YEARS))
    for domain in domains:
        if not NAME.fullmatch(domain):
            raise ValueError(tell('"{name}" is no DNS name', name=domain))
    key = _new_key(key_type)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    ends = now + datetime.timedelta(days=365 * years + years // 4)
    lasting = x509.CertificateBuilder().not_valid_before(now - EARLY).not_valid_after(ends)
    builder = _named(lasting, subject, key, domains).serial_number(x509.random_serial_number())
    return Authority(_key_text(key), pem_of(builder.sign(key, SHA256())))


def open_authority(authority: Authority) -> tuple[x509.Certificate, Key]:
    """Return the certificate that belongs to the key, and the key. Raises ValueError."""
    key = None
    try:
        key = load_pem_private_key(authority.key.encode(), None)
    except Exception:  # many words for one thing, and a cause shows secrets
        key = None
    if not isinstance(key, Key):
        raise ValueError(tell("the secret of the authority holds no private key"))  # noqa: TRY004
    own = digest_of(key.public_key())
    for one in load(authority.certificate):
        if digest_of(one.public_key()) == own:
            return one, key
    raise ValueError(tell("the key in the secret is not the one of the authority's certificate"))


def invented_key(seed: str) -> str:
    """Return a private key that follows from a text: for the sandbox, which knows no secrets."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()) >> 1  # within the curve's order
    return _key_text(ec.derive_private_key(number or 1, ec.SECP256R1()))


def make_twin(pem: str, key: str) -> str:
    """Return the authority of a PEM text as it were with another key, always the same bytes.

    The sandbox works with twins: the key of the real authority is no business of its own.
    """
    real, own = load(pem)[0], load_pem_private_key(key.encode(), None)
    if not isinstance(own, ec.EllipticCurvePrivateKey):
        raise ValueError("a twin has a key of invented_key")  # noqa: TRY004  # the PEM's, not ours
    lasting = (
        x509.CertificateBuilder()
        .not_valid_before(real.not_valid_before_utc)
        .not_valid_after(real.not_valid_after_utc)
    )
    builder = _named(lasting, real.subject, own, read_certificates(pem)[0].domains).serial_number(
        real.serial_number
    )
    return pem_of(builder.sign(own, SHA256(), ecdsa_deterministic=True))


def _named(
    lasting: x509.CertificateBuilder, name: x509.Name, key: Key, domains: Sequence[str]
) -> x509.CertificateBuilder:
    allowed = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = (
        lasting.subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(allowed, critical=True)  # it signs certificates and lists of revoked ones
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if not domains:
        return builder
    below = x509.NameConstraints([x509.DNSName(one) for one in domains], None)
    return builder.add_extension(below, critical=True)


def _new_key(key_type: str) -> Key:
    if key_type == "ec-p256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(key_type.split("-")[1]))


def _key_text(key: Key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
