"""Whatever Pedell can say comes back as Pedell's own words, and compiles to the same payloads."""

import json
import plistlib
import re
from base64 import b64decode, b64encode
from collections import Counter
from textwrap import wrap

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pedell.adoption import read_stranger
from pedell.model import Address, Rejected, Resource, Source
from pedell.payloads.apple import PROFILES, compile_profile
from pedell.stages.compile.checks import KindCheck
from tests.adoption.strangers import adopted, payload, profile, wifi, written
from tests.inventory_builder import read, schemas, write
from tests.payloads.apple.test_apple_profiles import SPECS

KINDS = ("certificate", "wifi", "restrictions", "presets")
SCHOOL = """\
school: gs-nord
name: Grundschule Nord
type: grundschule
groups: [{groups}]
cohorts: {{pupil: {{}}}}
"""
CHECK = KindCheck(schemas())
UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
FEW = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def der_only(spec):
    """Make each certificate begin as DER does; what it holds does not matter here."""

    def mend(found):
        text = b64encode(b"0" + b64decode("".join(found[1].split()))).decode()
        lines = "\n".join(wrap(text, 64))
        return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"

    block = re.compile("-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----\n", re.DOTALL)
    match spec:
        case str():
            return block.sub(mend, spec)
        case dict():
            return {key: der_only(value) for key, value in spec.items()}
        case _:
            return spec


def is_sound(kind, spec):
    at = Address("s", "c", kind, "x")
    return not CHECK.problems(Resource(at, "", spec, frozenset(), (), (), Source("", 1, 1)))


def is_hollow(spec):
    """Tell whether a block has nothing in it: files forget it, so it stays a raw profile."""
    return isinstance(spec, dict) and (not spec or any(map(is_hollow, spec.values())))


def reveal(name):
    return b64encode(f"value of {name}".encode()).decode()


def profile_of(kind, spec, number=0):
    title = f"{kind} {number}"
    return compile_profile(
        f"org.example.{kind}.{number}", title, PROFILES[kind].encode(spec), reveal
    )


def outcome(content):
    """Return what is wrong with a profile, and how many of its payloads were proved."""
    try:
        return (), adopted(read_stranger("x.mobileconfig", content)).payloads
    except Rejected as rejected:
        problems = rejected.problems
    assert {problem.source.file for problem in problems} == {"x.mobileconfig"}
    assert not any("bug of Pedell" in problem.detail for problem in problems)
    return problems, 0


def said(*profiles):
    """Return what profiles say, compared in a way of its own: nothing of the code under test."""
    parts = [part for each in profiles for part in plistlib.loads(each)["PayloadContent"]]
    by_uuid = {part["PayloadUUID"]: part.get("PayloadContent") for part in parts}

    def plain(value):
        match value:
            case dict():
                return {key: plain(child) for key, child in sorted(value.items())}
            case list():  # a set: an anchor that is named twice is one
                return [*{repr(one): one for one in sorted(map(plain, value), key=repr)}.values()]
            case str() if UUID.fullmatch(value) and value in by_uuid:
                return {"of": repr(by_uuid[value])}
            case _:
                return repr(value)

    names = ("Identifier", "UUID", "Version", "DisplayName", "Description")
    told = [{k: v for k, v in p.items() if k.removeprefix("Payload") not in names} for p in parts]
    roots = [
        p
        for p in told
        if p["PayloadType"] in ("com.apple.security.root", "com.apple.security.pkcs12")
    ]
    once = [p for p in told if p not in roots] + [
        p for n, p in enumerate(roots) if p not in roots[:n]
    ]
    return Counter(json.dumps(plain(part)) for part in once)


def compiled(folder, done):
    """Write the result with a school that joins every group, and compile it as every run does."""
    groups = [n[7:-4] for n in done.files if n.startswith("groups/")]
    authority = done.files["authority.yml"] + b"types: {grundschule: Grundschule}\n"
    school = SCHOOL.format(groups=", ".join(groups))
    write(folder, {**done.files, "authority.yml": authority, "schools/gs-nord.yml": school})
    wanted = read(folder).desired
    return [
        compile_profile(str(at), "t", PROFILES[at.kind].encode(one.spec), done.hiding.reveal)
        for at, one in wanted.items()
        if at.kind in PROFILES
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_what_pedell_wrote_comes_back_in_its_own_words(kind, tmp_path_factory):
    @FEW
    @given(SPECS[kind].map(der_only))
    def law(spec):
        assume(not is_hollow(spec) and is_sound(kind, spec))
        original = profile_of(kind, spec)
        assume(plistlib.loads(original)["PayloadContent"])
        done = adopted(read_stranger("x.mobileconfig", original))
        typed = [fate for fate in done.fates if "raw" not in fate.became]
        assert len(typed) == len(done.fates), done.fates
        assert said(*compiled(tmp_path_factory.mktemp("i"), done)) == said(original)

    law()


@FEW
@given(st.lists(SPECS["wifi"].map(der_only), min_size=1, max_size=3), st.booleans())
def test_several_profiles_come_back_with_what_they_share_said_once(specs, is_shared):
    assume(all(is_sound("wifi", spec) for spec in specs))
    specs = [*specs, specs[0]] if is_shared else specs
    profiles = [profile_of("wifi", spec, number) for number, spec in enumerate(specs)]
    strangers = [read_stranger(f"{n}.mobileconfig", each) for n, each in enumerate(profiles)]
    done = adopted(*strangers)
    names = {fate.name for fate in done.fates if fate.became == "wifi"}
    wanted = {json.dumps(dict(sorted(said(one).items()))) for one in profiles}
    assert len(names) == len(wanted)
    assert done.payloads == sum(len(plistlib.loads(p)["PayloadContent"]) for p in profiles)


@FEW
@given(SPECS["profile"])
def test_any_profile_comes_back_or_is_refused_with_its_place(spec):
    content = spec["content"].encode()
    problems, payloads = outcome(content)
    assert problems or payloads == len(plistlib.loads(content)["PayloadContent"])


EVERYTHING = profile(
    "Alles",
    wifi(),
    payload("com.apple.applicationaccess", allowCamera=False, ratingApps=300, allowNews=True),
    payload("com.apple.webClip.managed", Label="Übung", URL="https://example.org"),
    payload(
        "com.apple.homescreenlayout", Pages=[[{"Type": "WebClip", "URL": "https://example.org"}]]
    ),
    payload(
        "com.apple.webcontent-filter",
        FilterType="BuiltIn",
        AllowListBookmarks=[{"URL": "https://a"}],
    ),
    payload("com.apple.airprint", AirPrint=[{"IPAddress": "192.0.2.40", "ResourcePath": "ipp"}]),
    payload("com.apple.dnsSettings.managed", DNSSettings={"DNSProtocol": "TLS", "ServerName": "x"}),
    payload("com.apple.mobiledevice.passwordpolicy", minLength=6),
    payload("com.apple.notificationsettings", NotificationSettings=[{"BundleIdentifier": "a.b"}]),
    payload("com.apple.security.root", PayloadContent=b"0\x82"),
    payload("com.apple.proxy.http.global", ProxyType="Manual", ProxyServer="p", ProxyServerPort=1),
)
anything = st.recursive(
    st.booleans()
    | st.text("a${}x ä", max_size=8)
    | st.integers(-(2**40), 2**40)
    | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("aP", max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@FEW
@given(st.data())
def test_whatever_stands_in_a_payload_it_ends_in_the_same_or_in_words(data):
    """Break some places of known payloads: keys that go, values of another kind, twice the same."""
    whole = plistlib.loads(written(EVERYTHING))
    parts = whole["PayloadContent"]
    for _ in range(data.draw(st.integers(1, 4))):
        part = data.draw(st.sampled_from(parts))
        key = data.draw(st.sampled_from(sorted(part)))
        if data.draw(st.booleans()):
            part[key] = data.draw(anything)
        else:
            del part[key]
        parts += [dict(part)] if data.draw(st.integers(0, 4)) == 0 else []
    whole["PayloadContent"] = [part for part in parts if part]
    problems, payloads = outcome(written(whole))
    assert problems or payloads == len(whole["PayloadContent"])
