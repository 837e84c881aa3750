"""Rules between keys: right passes, wrong is refused with reason and place."""

import re

import pytest

from pedell.payloads.apple.facts import (
    Devices,
    Grade,
    Reason,
    shipped_table,
    validate_declaration,
    validate_profile,
)
from tests.payloads.apple.fact_examples import (
    RULES,
    blocks,
    declaration,
    is_so,
    make_so,
    obey,
    profile,
    terms,
)

TABLE = shipped_table()
ANY = Devices()
OTHERWISE = {True: False, "ECSECPrimeRandom": "RSA", 256: 521}
BESIDE = {"RequireProgram": {"ProgramEnrollment": "AlwaysOn"}, "BundleID": {"AppStoreID": None}}
"""What stands beside a key that a rule speaks of, since another rule would take that key away."""
HOW = ("need", "any", "one", "never")


def made(kind, most=True):
    """An example, its own part, and the way to it."""
    if kind in TABLE.types:
        whole = profile(TABLE, kind, most)
        return whole, whole["PayloadContent"][0], ("PayloadContent", 0)
    whole = declaration(TABLE, kind, most)
    return whole, whole["Payload"], ("Payload",)


def told(whole, devices=ANY):
    check = validate_declaration if "Payload" in whole else validate_profile
    return [one for one in check(whole, devices) if one.reason is Reason.TOGETHER]


def fact_of(kind):
    return TABLE.types.get(kind) or TABLE.declarations[kind]


def spoilt(rule, way):
    """Yield examples that break a rule in the first block that a way of it leads to."""
    kind, fact = rule["in"], fact_of(rule["in"])
    how = next(word for word in HOW if word in rule)
    named = terms(rule[how])
    ways = [[term] for term in named] if how in ("need", "never") else [named]
    for wrong in [*ways, *([[]] if how == "one" else [])]:
        whole, part, _ = made(kind)
        block, known = next(blocks(part, fact, way))
        for keys, values in terms(rule.get("when", {})):
            for key, value in BESIDE.get(keys[0], {}).items():
                block.pop(key, None) if value is None else block.update({key: value})
            make_so(block, known, keys, values, json=kind in TABLE.declarations)
        obey(kind, part, fact, json=kind in TABLE.declarations)
        if all(is_so(block, known, *term) for term in terms(rule.get("when", {}))):
            assert told(whole) == []
            for keys, values in wrong or named:
                _spoil(block, known, keys, values, is_there=how == "never" or not wrong)
            yield whole


def _spoil(block, fact, keys, values, is_there):
    if is_there:
        make_so(block, fact, keys, values, json=True)
        return
    *way, last = keys
    for key in way:
        block = block.get(key, {})
    if not values:
        block.pop(last, None)
    elif last in block:
        block[last] = OTHERWISE[values[0]]


def _places(value, way, at):
    if not way:
        yield at
    elif way[0] == "*":
        for number, child in enumerate(value):
            yield from _places(child, way[1:], (*at, number))
    elif way[0] in value:
        yield from _places(value[way[0]], way[1:], (*at, way[0]))


@pytest.mark.parametrize("rule", RULES, ids=[f"{n}-{one['in']}" for n, one in enumerate(RULES)])
def test_whoever_breaks_a_rule_is_told_where_and_how_gravely(rule):
    grade = Grade(rule.get("grade", "error"))
    for way in rule["at"]:
        wrong = list(spoilt(rule, way))
        assert wrong
        for whole in wrong:
            part = whole["Payload"] if "Payload" in whole else whole["PayloadContent"][0]
            root = ("Payload",) if "Payload" in whole else ("PayloadContent", 0)
            place = next(_places(part, way, root))
            found = [(one.grade, one.at[: len(place)]) for one in told(whole)]
            assert (grade, place) in found, (rule, whole)


def test_each_rule_has_its_reason_source_and_date_and_names_keys_that_there_are():
    for rule in RULES:
        assert rule["why"]
        assert rule["source"]
        assert re.fullmatch(r"20\d\d-\d\d", rule["date"])
        how = [word for word in HOW if word in rule]
        assert len(how) == 1
        _, part, _ = made(rule["in"])
        for way in rule["at"]:
            _, fact = next(blocks(part, fact_of(rule["in"]), way))
            for keys, _ in (*terms(rule.get("when", {})), *terms(rule[how[0]])):
                assert keys[0] in fact["k"] or keys == ["FilterURLs"]


FILTER, WIFI, PROXY = (
    "com.apple.webcontent-filter",
    "com.apple.wifi.managed",
    "com.apple.proxy.http.global",
)
APP, HOME = "com.apple.configuration.app.managed", "com.apple.homescreenlayout"
PLUGIN = {"FilterType": "Plugin", "PluginBundleID": "org.example", "UserDefinedName": "Filter"}
LICENSED = {"License": {"Assignment": "Device"}}


@pytest.mark.parametrize(
    ("kind", "keys", "words"),
    [
        (FILTER, {**PLUGIN, "FilterSockets": True}, []),
        (FILTER, {**PLUGIN, "FilterSockets": False}, [
            'One of these must be there where "FilterType" is Plugin: FilterBrowsers = true, FilterSockets = true, FilterURLs = true.']),
        (FILTER, {"FilterType": "Plugin", "FilterBrowsers": True}, [
            '"PluginBundleID" is missing; Apple asks for it where "FilterType" is Plugin.',
            '"UserDefinedName" is missing; Apple asks for it where "FilterType" is Plugin.']),
        (FILTER, {"PermittedURLs": ["https://example.org/"]}, ['"AutoFilterEnabled" must be true where "PermittedURLs" is there.']),
        (PROXY, {"ProxyType": "Auto"}, []),
        (PROXY, {"ProxyServer": "proxy.example.org"}, [
            '"ProxyServerPort" is missing; Apple asks for it where "ProxyType" is Manual.']),
        (WIFI, {"SSID_STR": None}, ["One of these must be there: SSID_STR, DomainName."]),
        (WIFI, {"EncryptionType": "None", "Password": "x"}, ['"Password" does not belong here where "EncryptionType" is None.']),
        (HOME, {"Pages": [[{"Type": "Folder", "Pages": [[{"Type": "WebClip"}]]}]]}, [
            '"URL" is missing; Apple asks for it where "Type" is WebClip.']),
        (APP, {"AppStoreID": "1", "InstallBehavior": LICENSED}, []),
        (APP, {"AppStoreID": "1", "BundleID": "org.example", "InstallBehavior": LICENSED}, [
            "Exactly one of these must be there: AppStoreID, BundleID, ManifestURL; 2 are."]),
        (APP, {}, ["Exactly one of these must be there: AppStoreID, BundleID, ManifestURL; 0 are."]),
        (APP, {"AppStoreID": "1"}, ['"InstallBehavior/License/Assignment" is missing; Apple asks for it where "AppStoreID" is there.']),
        ("com.apple.vpn.managed", {"VPNType": "IKEv2", "IKEv2": {"CertificateType": "RSA", "ExtendedAuthEnabled": 1}}, [
            '"ServerCertificateIssuerCommonName" is missing; Apple asks for it where "CertificateType" is there and "ExtendedAuthEnabled" is 1.']),
    ],
)  # fmt: skip
def test_a_rule_is_told_in_words(kind, keys, words):
    whole, part, _ = made(kind, most=False)
    if kind in TABLE.declarations or kind == PROXY:
        part.clear()
        part |= (
            {"PayloadType": kind, "PayloadIdentifier": "a", "PayloadUUID": "b", "PayloadVersion": 1}
            if kind == PROXY
            else {}
        )
    for key, value in keys.items():
        part.pop(key, None) if value is None else part.update({key: value})
    assert [str(one.detail) for one in told(whole) if one.grade is not Grade.INFO] == words


def test_a_key_that_devices_do_not_know_yet_is_not_asked_for():
    whole, part, _ = made("com.apple.vpn.managed", most=False)
    part |= {"DNS": {"DNSProtocol": "TLS", "ServerAddresses": []}}
    assert [one.at for one in told(whole)] == [("PayloadContent", 0, "DNS")]
    assert told(whole, Devices((13, 0))) == []
