"""A throw-away certificate authority, and the identities that it gives to simulated devices."""

import datetime
from base64 import b64encode
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

CLIENT = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CLIENT_AUTH])


@dataclass(frozen=True)
class Identity:
    """One device's certificate; no two devices may have the same."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def header(self):
        """Return it as a proxy hands it on (RFC 9440)."""
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        return f":{b64encode(der).decode()}:"

    def sign(self, body):
        """Return the Mdm-Signature of a message: a detached CMS, DER in base64."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(body)
        builder = builder.add_signer(self.certificate, self.key, hashes.SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return b64encode(builder.sign(serialization.Encoding.DER, options)).decode()


class Authority:
    """Signs identities. Keys live as long as the tests."""

    def __init__(self, name="Invented device CA"):
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = (
            _builder(self._name, self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def pem(self):
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def server(self, host):
        """Return the certificate of a server of this name and its key, both as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        made = _builder(subject, self._name, key).add_extension(names, critical=False)
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        pem = serialization.Encoding.PEM
        return made.sign(self._key, hashes.SHA256()).public_bytes(pem), key.private_bytes(
            pem, form, plain
        )

    def identity(self, name):
        """Return a new identity."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:60])])
        builder = _builder(subject, self._name, key).add_extension(CLIENT, critical=False)
        return Identity(builder.sign(self._key, hashes.SHA256()), key)


def push_certificate(topic):
    """Return a certificate and its key as PEM, as one uploads them; Apple signed nothing of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.USER_ID, topic)])
    pem = serialization.Encoding.PEM
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    made = _builder(name, name, key).sign(key, hashes.SHA256())
    return made.public_bytes(pem) + key.private_bytes(pem, form, plain)


def _builder(subject, issuer, key):
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
    )
