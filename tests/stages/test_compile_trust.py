from pedell.model import Address, Resource, Source
from pedell.stages.compile.implied import implied_needs
from pedell.stages.compile.trust import complete_trust

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
HERE = Source("role.yml", 3, 5)


def wish(name="school-ca", kind="certificate_authority", **spec):
    at = Address("gs-nord", "server", kind, name)
    return Resource(at, "server/gs-nord", spec, frozenset(), (), (), HERE)


def test_the_catalogue_fills_in_the_certificate_by_the_name_of_the_resource():
    (one,) = complete_trust([wish()], {"school-ca": PEM}).resources
    assert one.spec == {"pem": PEM}


def test_another_name_of_the_catalogue_can_be_said():
    done = complete_trust([wish("trust", certificate="school-ca")], {"school-ca": PEM})
    assert done.resources[0].spec == {"certificate": "school-ca", "pem": PEM}
    assert done.problems == ()


def test_who_brings_the_certificate_needs_no_catalogue_and_other_kinds_pass_through():
    wishes = [wish(pem=PEM), wish(kind="file", certificate="x")]
    done = complete_trust(wishes, {})
    assert (done.resources, done.problems) == (tuple(wishes), ())


def test_an_unknown_name_is_told_with_the_nearest_one():
    (problem,) = complete_trust([wish("schol-ca")], {"school-ca": PEM}).problems
    assert (problem.code, problem.source) == ("E0234", HERE)
    assert 'Did you mean "school-ca"?' in str(problem.detail)


def test_two_certificates_under_one_name_are_refused():
    (problem,) = complete_trust([wish()], {"school-ca": PEM + PEM}).problems
    assert problem.code == "E0113"
    assert "it holds 2 certificates" in str(problem.detail)


def test_what_works_with_a_package_waits_for_it():
    names = {
        kind: [name for name, _ in implied_needs(kind, spec)]
        for kind, spec in (
            ("certificate_authority", {}),
            ("firewall", {}),
            ("ntp", {}),
            ("timer", {"user": "backup"}),
            ("line_in_file", {}),
        )
    }
    assert names == {
        "certificate_authority": ["package/ca-certificates"],
        "firewall": ["package/nftables"],
        "ntp": ["package/systemd-timesyncd"],
        "timer": ["user/backup"],
        "line_in_file": [],
    }
    chrony = [name for name, _ in implied_needs("ntp", {"client": "chrony"})]
    assert chrony == ["package/chrony"]
