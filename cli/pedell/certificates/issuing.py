"""Certificates for servers: a request becomes a chain, within the limits that Apple demands.

Source: Apple, "Requirements for trusted certificates in iOS 13 and macOS 10.15" (HT210176): DNS
names in the SAN, serverAuth, RSA of 2048 bits or more, SHA-2, 825 days at most.
"""

import datetime
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from pedell.certificates.authority import (
    EARLY,
    KEY_TYPES,
    LONGEST_NAME,
    Authority,
    open_authority,
)
from pedell.certificates.certificate import (
    digest_of,
    has_signed,
    is_issued_by,
    key_type_of,
    load,
    pem_of,
    read_certificates,
)
from pedell.certificates.trust import NAME, is_within
from pedell.model import tell

MOST_DAYS = 825


def sign_request(
    request: str, authority: Authority, names: Sequence[str], days: int, now: datetime.datetime
) -> str:
    """Return the chain for a request: the new certificate, and what leads to the root.

    Of the request only the key counts, once its signature was checked; ``names`` and ``days`` are
    ours. Raises ValueError with a sentence.
    """
    asked = _loaded(request)
    issuer, key = open_authority(authority)
    begins = now - EARLY  # devices count from here
    ends = begins + datetime.timedelta(days=days)
    _check(names, days, key_type_of(asked.public_key()))
    domains = read_certificates(pem_of(issuer))[0].domains
    for name in names:
        if not is_within(name, domains):
            raise ValueError(
                tell("the authority signs names below {domains} only", domains=", ".join(domains))
            )
    if ends > issuer.not_valid_after_utc:
        raise ValueError(
            tell(
                "the authority ends on {day}, within {days} days: move over to a new one",
                day=issuer.not_valid_after_utc.date(),
                days=days,
            )
        )
    lasting = x509.CertificateBuilder().not_valid_before(begins).not_valid_after(ends)
    made = _for_server(lasting, asked, issuer, names).sign(key, SHA256())
    return "".join(map(pem_of, (made, *_up_from(issuer, load(authority.certificate)))))


def check_chain(
    chain: str, request: str, authority: str, names: Sequence[str], now: datetime.datetime
) -> None:
    """Raise ValueError with a sentence unless a chain that somebody else signed can be used."""
    first = read_certificates(chain)[0]
    if digest_of(_loaded(request).public_key()) != first.key:
        raise ValueError(tell("the chain that was given is for another request"))
    if not is_issued_by(chain, authority):
        issuer = first.issuer_label
        raise ValueError(tell("the chain that was given comes from {issuer}", issuer=issuer))
    if missing := sorted(set(names) - set(first.names)):
        raise ValueError(tell("the chain that was given is not for {name}", name=missing[0]))
    days = (first.ends - first.begins).days
    if not first.begins <= now < first.ends or days > MOST_DAYS:
        raise ValueError(
            tell(
                "the chain that was given holds from {begin} to {end}; devices want one that holds"
                " today, and for {most} days at most",
                begin=first.begins.date(),
                end=first.ends.date(),
                most=MOST_DAYS,
            )
        )


def _loaded(request: str) -> x509.CertificateSigningRequest:
    found = None
    try:
        found = x509.load_pem_x509_csr(request.encode())
        is_sound = found.is_signature_valid
    except Exception:  # the library has many words for what it cannot read
        is_sound = False
    if found is None or not is_sound:
        raise ValueError(tell("what the server sent is no sound certificate request"))
    return found


def _check(names: Sequence[str], days: int, key_type: str) -> None:
    if key_type not in KEY_TYPES:
        known = ", ".join(KEY_TYPES)
        raise ValueError(
            tell(
                "devices refuse a key of type {type}; they take {known}", type=key_type, known=known
            )
        )
    if not 0 < days <= MOST_DAYS:
        raise ValueError(
            tell(
                "devices refuse a certificate for {days} days; {most} are the most",
                days=days,
                most=MOST_DAYS,
            )
        )
    for name in names or ("",):
        if not NAME.fullmatch(name):
            raise ValueError(tell('"{name}" is no DNS name', name=name))


def _up_from(
    issuer: x509.Certificate, known: Sequence[x509.Certificate]
) -> Sequence[x509.Certificate]:
    """Return the links between a server and its root, the issuer first; the root stays away."""
    links: list[x509.Certificate] = []
    link: x509.Certificate | None = issuer
    while link is not None and link not in links and not has_signed(link, link):
        links.append(link)
        link = next((one for one in known if has_signed(one, links[-1])), None)
    return links


def _for_server(
    lasting: x509.CertificateBuilder,
    asked: x509.CertificateSigningRequest,
    issuer: x509.Certificate,
    names: Sequence[str],
) -> x509.CertificateBuilder:
    key = asked.public_key()
    common = [name for name in names if len(name) <= LONGEST_NAME][:1]
    subject = [x509.NameAttribute(x509.NameOID.COMMON_NAME, name) for name in common]
    is_rsa = key_type_of(key).startswith("rsa")
    allowed = x509.KeyUsage(True, False, is_rsa, False, False, False, False, False, False)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    named = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    return (
        lasting.subject_name(x509.Name(subject))
        .issuer_name(issuer.subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(allowed, critical=True)
        .add_extension(purpose, critical=False)
        .add_extension(named, critical=not common)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(_key_id(issuer), critical=False)
    )


def _key_id(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    for each in issuer.extensions:
        if isinstance(each.value, x509.SubjectKeyIdentifier):
            return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(each.value)
    key = issuer.public_key()
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)  # type: ignore[arg-type]  # it signs
