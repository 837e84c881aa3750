"""Advise: what is allowed and looks wrong is said, and stops nothing."""

import pytest

from pedell.model import Address, Resource, Severity, Source
from pedell.stages.advise.networks import advise_on_servers, advise_on_trust

HERE = Source("schools/gs-nord.yml", 3, 5)


def desired(**spec):
    address = Address("gs-nord", "pupil", "wifi", "schulnetz")
    return {address: Resource(address, "tablets", spec, frozenset(), (), (), HERE)}


@pytest.mark.parametrize("security", ["wpa2-enterprise", "wpa3-enterprise"])
def test_an_enterprise_network_without_anchor_or_names_is_a_warning(security):
    (warning,) = advise_on_trust(desired(security=security, certificate="schul-ca"))
    assert (warning.code, warning.severity, warning.source) == ("W0301", Severity.WARNING, HERE)
    assert "server_names" in warning.detail
    assert "certificate" not in warning.detail


def test_one_with_both_and_a_personal_one_are_fine():
    both = {"certificate": "schul-ca", "server_names": ["radius.example.org"]}
    assert advise_on_trust(desired(security="wpa2-enterprise", **both)) == ()
    assert advise_on_trust(desired(security="wpa2-personal")) == ()


def anchored(kind, name, **spec):
    address = Address("gs-nord", "server" if kind == "server_certificate" else "pupil", kind, name)
    return {address: Resource(address, "t", spec, frozenset(), (), (), HERE)}


def test_a_network_that_would_refuse_its_own_server_is_a_warning():
    def pem(word):
        return f"-----BEGIN CERTIFICATE-----\n{word}\n-----END CERTIFICATE-----\n"

    names = ["radius.example.org"]
    server = anchored(
        "server_certificate", "radius", authority="alt", anchor=pem("alt"), names=names
    )
    new = anchored("wifi", "net", server_names=names, anchor=pem("neu"))
    (warning,) = advise_on_servers(server | new)
    assert (warning.code, warning.source) == ("W0311", HERE)
    assert "net does not trust alt" in warning.detail
    both = {"alt": pem("alt"), "neu": pem("neu")}
    for fine in (
        anchored("wifi", "net", server_names=names, anchors=both),
        anchored("wifi", "net", server_names=["elsewhere.example.org"], anchor=pem("neu")),
        anchored("wifi", "net", anchor=pem("neu")),
        anchored("wifi", "net", server_names=names),
    ):
        assert advise_on_servers(server | fine) == ()
