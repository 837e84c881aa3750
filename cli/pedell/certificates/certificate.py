"""What a certificate says. Loads a heavy library: to be imported where it is needed."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pedell.model import tell


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one certificate says, and its own ``pem``.

    ``subject`` and ``issuer`` are common names (the whole name where there is none), ``names`` the
    DNS names that it is for. ``fingerprint`` is the SHA-256 of all of it, ``key`` that of its
    public key, both in hexadecimal. ``key_id`` and ``issuer_key_id`` are what it calls its own key
    and that of its issuer, empty where it does not say (RFC 5280, 4.2.1.1 and 4.2.1.2). An
    authority signs names below its ``domains`` only; all where there are none (4.2.1.10).
    """

    pem: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    begins: datetime.datetime
    ends: datetime.datetime
    fingerprint: str
    key: str
    key_type: str
    key_id: str
    issuer_key_id: str
    is_authority: bool
    domains: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What tells this authority from all others, for people and programs."""
        return _label(self.subject, self.key_id)

    @property
    def issuer_label(self) -> str:
        """The label of the authority that issued it, as far as it says so."""
        return _label(self.issuer, self.issuer_key_id)


def read_certificates(pem: str) -> tuple[Certificate, ...]:
    """Read all certificates of a PEM text, in order. Raises ValueError with a sentence."""
    return tuple(map(_described, load(pem)))


def is_issued_by(chain: str, authority: str) -> bool:
    """Tell whether the first of a chain leads, link by link, to a certificate of the other text.

    Raises ValueError where one of the two cannot be read.
    """
    trusted, (link, *others) = load(authority), load(chain)
    for _ in range(len(others) + 1):
        if any(link == one or has_signed(one, link) for one in trusted):
            return True
        above = next((one for one in others if has_signed(one, link)), None)
        if above is None:
            return False
        link, others = above, [one for one in others if one != above]
    return False


def load(pem: str) -> Sequence[x509.Certificate]:
    """Load a PEM text with one certificate at least; what is inside can be read as well."""
    found: list[x509.Certificate] = []
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
        for one in found:
            _described(one)
    except Exception:  # the library has many words for what it cannot read
        found = []
    if not found:
        raise ValueError(tell("it holds no certificate that can be read"))
    return found


def has_signed(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Tell whether one certificate was signed with the key of the other, by name and signature."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def digest_of(key: PublicKeyTypes) -> str:
    """Name a public key: the SHA-256 of its SubjectPublicKeyInfo in DER."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def key_type_of(key: PublicKeyTypes) -> str:
    """Return ``ec-p256``, ``rsa-3072`` or the like."""
    match key:
        case rsa.RSAPublicKey():
            return f"rsa-{key.key_size}"
        case ec.EllipticCurvePublicKey():
            return "ec-p256" if isinstance(key.curve, ec.SECP256R1) else f"ec-{key.curve.name}"
        case _:
            return type(key).__name__


def pem_of(certificate: x509.Certificate) -> str:
    """Write a certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM).decode()


def _label(name: str, key_id: str) -> str:
    return f"{name} (key {key_id[:8]})" if key_id else name


def _described(one: x509.Certificate) -> Certificate:
    extensions = {type(each.value): each.value for each in one.extensions}
    named = extensions.get(x509.SubjectAlternativeName)
    basic = extensions.get(x509.BasicConstraints)
    own = extensions.get(x509.SubjectKeyIdentifier)
    other = extensions.get(x509.AuthorityKeyIdentifier)
    return Certificate(
        pem=pem_of(one),
        subject=_name_in(one.subject),
        issuer=_name_in(one.issuer),
        names=(
            tuple(named.get_values_for_type(x509.DNSName))
            if isinstance(named, x509.SubjectAlternativeName)
            else ()
        ),
        begins=one.not_valid_before_utc,
        ends=one.not_valid_after_utc,
        fingerprint=hashlib.sha256(one.public_bytes(Encoding.DER)).hexdigest(),
        key=digest_of(one.public_key()),
        key_type=key_type_of(one.public_key()),
        key_id=own.digest.hex() if isinstance(own, x509.SubjectKeyIdentifier) else "",
        issuer_key_id=(
            (other.key_identifier or b"").hex()
            if isinstance(other, x509.AuthorityKeyIdentifier)
            else ""
        ),
        is_authority=isinstance(basic, x509.BasicConstraints) and basic.ca,
        domains=_domains(extensions.get(x509.NameConstraints)),
    )


def _domains(limits: x509.ExtensionType | None) -> tuple[str, ...]:
    named = limits.permitted_subtrees if isinstance(limits, x509.NameConstraints) else None
    return tuple(one.value for one in named or () if isinstance(one, x509.DNSName))


def _name_in(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()
