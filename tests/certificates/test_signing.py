"""Signed files: the same bytes each time, and what others make of them."""

import datetime
import shutil
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from pedell.certificates.signing import check_signing_certificate, open_signer, sign_content
from pedell.payloads.apple.signed import is_wrapped, unwrap_profile

PROFILE = b'<?xml version="1.0"?>\r\n<plist>' + "Größe (erfunden)\n".encode() * 40 + b"</plist>\n\0"
NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def text(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def certificate(name, key, issuer=None, number=1, usage=None):
    """A certificate of an invented name; without an issuer it signs itself, and others."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(365))
        .add_extension(x509.BasicConstraints(not issuer, None), True)
    )
    if usage:
        builder = builder.add_extension(usage, True)
    signing = issuer[1] if issuer else key
    how = None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(signing, how)


ROOT_KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = certificate("Root (erfunden)", ROOT_KEY)
KEYS = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ec-p256": ec.generate_private_key(ec.SECP256R1()),
    "ec-p384": ec.generate_private_key(ec.SECP384R1()),
}
NUMBERS = {"rsa": 0x80, "ec-p256": 2**150 + 7, "ec-p384": 127}
LEAVES = {
    kind: certificate(f"Profile, {kind} (erfunden)", key, (ROOT, ROOT_KEY), NUMBERS[kind])
    for kind, key in KEYS.items()
}


def signed(kind, content=PROFILE):
    chain = text(LEAVES[kind]) + text(ROOT)
    return sign_content(content, open_signer(chain, pem(KEYS[kind])))


@pytest.mark.parametrize("kind", KEYS)
def test_signing_twice_gives_the_same_bytes(kind):
    assert signed(kind) == signed(kind)
    assert signed(kind) != signed(kind, PROFILE + b"!")


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("content", [PROFILE, b"", b"x" * 127, b"x" * 70_000])
def test_what_is_unwrapped_is_what_was_signed_bit_by_bit(kind, content):
    found = signed(kind, content)
    assert is_wrapped(found)
    assert unwrap_profile(found) == content


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
@pytest.mark.parametrize("kind", KEYS)
def test_openssl_verifies_it_against_the_chain(kind, tmp_path):
    (tmp_path / "root.pem").write_text(text(ROOT))
    asked = ["openssl", "cms", "-verify", "-inform", "DER", "-binary", "-CAfile", "root.pem",
             "-attime", str(int(NOW.timestamp()) + 3600), "-in"]  # fmt: skip
    (tmp_path / "good").write_bytes(signed(kind))
    done = subprocess.run([*asked, "good"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, PROFILE), done.stderr
    (tmp_path / "bad").write_bytes(signed(kind).replace(b"Gr\xc3", b"gr\xc3", 1))
    done = subprocess.run([*asked, "bad"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode != 0


def test_a_chain_goes_along_each_certificate_once_in_the_order_of_der():
    found = sign_content(
        PROFILE, open_signer(text(LEAVES["rsa"]) + text(ROOT) * 2, pem(KEYS["rsa"]))
    )
    ders = [one.public_bytes(serialization.Encoding.DER) for one in (LEAVES["rsa"], ROOT)]
    assert [found.count(one) for one in ders] == [1, 1]
    first, second = sorted(ders)
    assert found.index(first) < found.index(second)


def test_the_time_of_signing_is_not_told():
    assert bytes.fromhex("06092a864886f70d010905") not in signed("rsa")


ENCRYPTED = (
    KEYS["rsa"]
    .private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"erfunden"),
    )
    .decode()
)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (pem(KEYS["ec-p256"]), "not that of the first certificate"),
        (pem(ROOT_KEY), "not that of the first certificate"),
        (ENCRYPTED, "is encrypted"),
        ("nothing", "holds no private key"),
        (text(ROOT), "holds no private key"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "holds no private key of RSA or EC"),
    ],
)
def test_a_key_that_cannot_be_used_is_said_to_be_so_and_never_shown(key, words):
    with pytest.raises(ValueError, match=words) as caught:
        open_signer(text(LEAVES["rsa"]) + text(ROOT), key)
    assert caught.value.__cause__ is None
    assert key not in str(caught.value)


def test_a_certificate_that_cannot_sign_is_told_from_one_that_can():
    sole = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    own = ed25519.Ed25519PrivateKey.generate()
    assert check_signing_certificate(text(LEAVES["rsa"])) is None
    assert "no certificate" in str(check_signing_certificate("-----BEGIN CERTIFICATE-----"))
    assert "key usage" in str(
        check_signing_certificate(text(certificate("CA", ROOT_KEY, usage=sole)))
    )
    assert "neither RSA nor EC" in str(check_signing_certificate(text(certificate("Ed", own))))
