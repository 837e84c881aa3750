"""Certificates are made as Apple demands, and read as OpenSSL reads them."""

import datetime
import ssl
import subprocess

import pytest

from pedell.certificates.authority import Authority, invented_key, make_authority, make_twin
from pedell.certificates.certificate import is_issued_by, read_certificates
from pedell.certificates.issuing import check_chain, sign_request

pytestmark = pytest.mark.tier2("openssl")

NOW = datetime.datetime(2026, 11, 21, 8, 0, tzinfo=datetime.UTC)
NAMES = ("radius.gs-nord.example.org", "gs-nord.example.org")
AUTHORITY = make_authority("Schul-CA Musterstadt", 10, "ec-p256", NOW)
OTHER = make_authority("Schul-CA Musterstadt", 10, "ec-p256", NOW)


def openssl(*words, given=""):
    done = subprocess.run(
        ["openssl", *words], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def request(folder, *key, names="DNS:evil.example.com"):
    algorithm = key or ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    path = folder / "key.pem"
    path.write_text(openssl("genpkey", *algorithm))
    return openssl(
        "req", "-new", "-key", str(path), "-subj", "/CN=evil", "-addext", f"subjectAltName={names}"
    )


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    return request(tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def chain(asked):
    return sign_request(asked, AUTHORITY, NAMES, 398, NOW)


def test_an_authority_signs_servers_and_no_other_authorities():
    (found,) = read_certificates(AUTHORITY.certificate)
    assert (found.subject, found.issuer, found.key_type) == (
        *["Schul-CA Musterstadt"] * 2,
        "ec-p256",
    )
    assert found.is_authority
    assert (found.ends - NOW).days == 3652
    text = openssl("x509", "-noout", "-text", given=AUTHORITY.certificate)
    assert "CA:TRUE, pathlen:0" in text
    assert "Certificate Sign, CRL Sign" in text


def test_the_certificate_says_what_we_want_and_not_what_was_asked(chain):
    (found,) = read_certificates(chain)
    assert found.names == NAMES
    assert found.issuer_label == read_certificates(AUTHORITY.certificate)[0].label
    assert (found.ends - found.begins).days == 398
    assert found.begins < NOW < found.ends
    assert "evil" not in openssl("x509", "-noout", "-text", given=chain)


def test_openssl_takes_it_as_a_tls_server_of_this_authority(chain, tmp_path):
    (tmp_path / "ca.pem").write_text(AUTHORITY.certificate)
    (tmp_path / "chain.pem").write_text(chain)
    words = (
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-attime",
        str(int(NOW.timestamp())),
    )
    told = openssl(*words, "-CAfile", str(tmp_path / "ca.pem"), str(tmp_path / "chain.pem"))
    assert told.endswith(": OK\n")
    text = openssl("x509", "-noout", "-text", given=chain)
    assert "TLS Web Server Authentication" in text
    assert "ecdsa-with-SHA256" in text
    assert "CA:FALSE" in text


@pytest.mark.parametrize("key_type", ["rsa-2048", "rsa-3072"])
def test_an_rsa_authority_signs_too(asked, key_type):
    old = make_authority("Alt", 5, key_type, NOW)
    chain = sign_request(asked, old, NAMES, 825, NOW)
    assert is_issued_by(chain, old.certificate)
    assert read_certificates(old.certificate)[0].key_type == key_type


def test_one_of_the_same_name_is_another_authority(chain):
    assert is_issued_by(chain, AUTHORITY.certificate)
    assert not is_issued_by(chain, OTHER.certificate)
    assert is_issued_by(chain, OTHER.certificate + AUTHORITY.certificate)


@pytest.mark.parametrize(
    ("names", "days", "why"),
    [
        (NAMES, 826, "826 days; 825 are the most"),
        (NAMES, 0, "0 days"),
        ((), 30, '"" is no DNS name'),
        (("*.example.org",), 30, "is no DNS name"),
        (("radius",), 30, "is no DNS name"),
        (("192.0.2.1",), 30, "is no DNS name"),
        (("Radius.example.org",), 30, "is no DNS name"),
    ],
)
def test_what_apple_refuses_is_not_signed(asked, names, days, why):
    with pytest.raises(ValueError, match=why.replace("*", r"\*")):
        sign_request(asked, AUTHORITY, names, days, NOW)


@pytest.mark.parametrize(
    "key",
    [
        ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
        ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"),
        ("-algorithm", "ED25519"),
    ],
)
def test_a_key_that_devices_refuse_is_not_signed(tmp_path, key):
    with pytest.raises(ValueError, match="devices refuse a key of type"):
        sign_request(request(tmp_path, *key), AUTHORITY, NAMES, 30, NOW)


def test_a_request_that_was_tampered_with_is_not_signed(asked):
    der = ssl.PEM_cert_to_DER_cert(asked.replace("CERTIFICATE REQUEST", "CERTIFICATE"))
    forged = ssl.DER_cert_to_PEM_cert(der.replace(b"evil", b"good"))
    for bad in ("", "x", forged.replace("CERTIFICATE", "CERTIFICATE REQUEST")):
        with pytest.raises(ValueError, match="no sound certificate request"):
            sign_request(bad, AUTHORITY, NAMES, 30, NOW)


def test_an_authority_is_not_outlived_by_what_it_signs(asked):
    late = NOW + datetime.timedelta(days=3652 - 100)
    with pytest.raises(ValueError, match="the authority ends on 2036-11-2"):
        sign_request(asked, AUTHORITY, NAMES, 398, late)


def test_a_key_of_somebody_else_signs_nothing_and_is_never_told(asked):
    mixed = Authority(OTHER.key, AUTHORITY.certificate)
    with pytest.raises(ValueError, match="not the one of the authority's certificate"):
        sign_request(asked, mixed, NAMES, 30, NOW)
    with pytest.raises(ValueError, match="holds no private key") as caught:
        sign_request(asked, Authority("hunter2", AUTHORITY.certificate), NAMES, 30, NOW)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert "PRIVATE" not in repr(mixed)


@pytest.mark.parametrize(
    ("name", "years", "why"),
    [("", 10, "1 to 64"), ("x" * 65, 10, "1 to 64"), ("x", 31, "30 years")],
)
def test_an_authority_has_limits_too(name, years, why):
    with pytest.raises(ValueError, match=why):
        make_authority(name, years, "ec-p256", NOW)


def test_a_given_chain_must_fit_the_request(asked, chain, tmp_path):
    check_chain(chain, asked, AUTHORITY.certificate, NAMES, NOW)
    for wrong, why in (
        ((chain, request(tmp_path), AUTHORITY.certificate, NAMES, NOW), "another request"),
        ((chain, asked, OTHER.certificate, NAMES, NOW), "comes from Schul-CA Musterstadt"),
        ((chain, asked, AUTHORITY.certificate, ("x.example.org",), NOW), "not for x.example.org"),
        ((chain, asked, AUTHORITY.certificate, NAMES, NOW.replace(year=2030)), "holds from 2026"),
        (("", asked, AUTHORITY.certificate, NAMES, NOW), "no certificate that can be read"),
    ):
        with pytest.raises(ValueError, match=why):
            check_chain(*wrong)


def test_an_authority_can_be_bound_to_domains(asked, tmp_path):
    bound = make_authority("Eng", 10, "ec-p256", NOW, ["example.org"])
    assert read_certificates(bound.certificate)[0].domains == ("example.org",)
    assert read_certificates(make_twin(bound.certificate, invented_key("x")))[0].domains == (
        "example.org",
    )
    sign_request(asked, bound, NAMES, 30, NOW)
    with pytest.raises(ValueError, match=r"below example\.org only"):
        sign_request(asked, bound, ("radius.example.com",), 30, NOW)
    with pytest.raises(ValueError, match="no DNS name"):
        make_authority("Eng", 10, "ec-p256", NOW, ["EXAMPLE"])
    assert "Permitted" in openssl("x509", "-noout", "-text", given=bound.certificate)


def test_a_twin_is_the_same_authority_with_an_invented_key(asked):
    key = invented_key("invented")
    twin = make_twin(AUTHORITY.certificate, key)
    assert twin == make_twin(AUTHORITY.certificate, invented_key("invented"))
    real, made = read_certificates(AUTHORITY.certificate + twin)
    assert (made.subject, made.begins, made.ends) == (real.subject, real.begins, real.ends)
    assert made.key != real.key
    chain = sign_request(asked, Authority(key, twin), NAMES, 30, NOW)
    assert is_issued_by(chain, twin)
    assert not is_issued_by(chain, AUTHORITY.certificate)
