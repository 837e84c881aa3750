"""Push certificates: what the server wants to know of one before it keeps it."""

from datetime import UTC, datetime, timedelta

from pedell.sandbox.mdm.tablet import TOPIC

_TOPIC_PREFIX = "com.apple.mgmt."


class PushCerts:
    """The certificates by topic. One for the tablets' own topic is there from the start."""

    def __init__(self) -> None:
        expiry = (datetime.now(UTC) + timedelta(days=365)).replace(microsecond=0)
        self.not_after = {TOPIC: expiry}

    def put(self, pem: bytes) -> str:
        """Keep a certificate with its key; return its topic. Raises ValueError with the reason."""
        topic, not_after = _read(pem)
        self.not_after[topic] = not_after
        return topic

    def expiry(self, topic: str) -> str:
        """Return when it expires, as Go writes it into JSON, or raise KeyError."""
        return self.not_after[topic].strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(pem: bytes) -> tuple[str, datetime]:
    from cryptography import x509  # heavy, and hardly ever asked for
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = pem.replace(b"----------", b"-----\n-----")
    certificate = x509.load_pem_x509_certificate(_block(pem, b"CERTIFICATE"))
    try:
        key = load_pem_private_key(_block(pem, b"PRIVATE KEY"), password=None)
    except TypeError:
        raise ValueError("private key PEM appears to be encrypted") from None
    if key.public_key() != certificate.public_key():
        raise ValueError("tls: private key does not match public key")
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.USER_ID)
    topic = str(names[0].value) if names else ""
    if not topic.startswith(_TOPIC_PREFIX):
        raise ValueError("invalid or missing topic in certificate")
    return topic, certificate.not_valid_after_utc


def _block(pem: bytes, kind: bytes) -> bytes:
    begin = pem.find(kind + b"-----")
    begin = pem.rfind(b"-----BEGIN ", 0, begin + len(kind))
    end = pem.find(kind + b"-----", pem.find(b"-----END ", begin))
    if min(begin, end) < 0:
        raise ValueError(f"tls: failed to find {kind.decode()} PEM data in input")
    return pem[begin : end + len(kind) + 5] + b"\n"
