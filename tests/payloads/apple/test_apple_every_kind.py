"""Every kind on every iPad that Pedell supports: from the files to what the table takes.

Values come from the schemas alone, platforms from the table's own versions. What is said goes
through the real stages, and the table judges what would be sent.
"""

import json
import plistlib
import re
from collections import Counter
from dataclasses import replace
from itertools import chain, product
from random import Random

import pytest

from pedell.model import OLDEST, Platform, Sealed, Setting, Source, canonical, version_text
from pedell.payloads.apple import (
    DECLARATIONS,
    PROFILES,
    Lack,
    compile_profile,
    place_preset,
    place_restriction,
    profile_uuid,
)
from pedell.payloads.apple.facts import (
    Devices,
    Grade,
    Reason,
    read_version,
    shipped_table,
    validate_declaration,
    validate_profile,
)
from pedell.payloads.apple.restrictions import KEYS, RESTRICTIONS
from pedell.stages.compile.checks import KindCheck
from pedell.stages.compile.cohorts import cohort_resources
from tests.inventory_builder import CATALOGUE, SCHOOL, build, inventory, resolve, schemas
from tests.payloads.apple.fact_examples import profile
from tests.payloads.apple.schema_examples import Example
from tests.payloads.apple.test_apple_placing import EXAMPLES as OF_PRESETS
from tests.payloads.apple.test_apple_placing import RESTRICTIONS as RIGHTS
from tests.payloads.apple.test_apple_placing import UNSAID
from tests.payloads.apple.test_apple_profiles import pem

TABLE = shipped_table()
SHARES = (1, 0.7, 0.4, 0.15)
EXAMPLES = 20
NAME, TITLE = "de.pedell.musterstadt.gs-nord.pupil.x", "Title"


def versions(fact):
    """All versions of which a part of the table says something."""
    match fact:
        case dict():
            yield from (read_version(fact[m]) for m in "axz" if isinstance(fact.get(m), str))
            yield from chain.from_iterable(map(versions, fact.values()))
        case list():
            yield from chain.from_iterable(map(versions, fact))


SAID_OF = {
    (*v, 0)[:2] for v in chain(versions(dict(TABLE.types)), versions(dict(TABLE.declarations)))
}
PLATFORMS = [
    Platform(os, supervised, shared)
    for os, supervised, shared in product(
        sorted(v for v in SAID_OF if v >= OLDEST), (True, False), (True, False)
    )
]


def certificate(random):
    # not one that a device could use: codecs and table look at PEM and bytes alone
    return "".join(
        pem(random.randbytes(random.randint(1, 90))) for _ in range(random.randint(1, 2))
    )


OWN = {
    "apps": lambda random: random.choice(("anton", "geogebra")),
    "certificates": lambda random: random.choice(("ca-one", "ca-two")),
    "pem": certificate,
    "ssid": lambda random: random.choice(("Schulnetz", "Löwen & Füchse", "x" * 32, "漢字")),
}
FILLED_IN = {"wifi": {"anchor", "anchors"}}
"""What compile fills in and nobody writes."""


def examples(kind, count):
    """Each field alone (least and most), then ``count`` of all sorts, the first with everything."""
    whole = schemas().kinds[kind].schema
    fields = {k: v for k, v in whole["properties"].items() if k not in FILLED_IN.get(kind, ())}
    whole = {**whole, "properties": fields}
    for name, share in product(fields, (0, 1)):
        random = Random(f"{kind}/{name}/{share}")
        yield f"{name}, share {share}", Example(random, share, OWN).whole(whole, alone=name)
    for number in range(count):
        made = Example(Random(number), SHARES[number % len(SHARES)], OWN).whole(whole)
        yield f"seed {number}", made


def linked(presets):
    """Presets whose home screen names links that are there, and whose exam has the one app."""
    clips = [*presets.get("web_clips", ()), None]
    text = json.dumps(presets.get("home_screen", {}), ensure_ascii=False)
    clip = json.dumps({"web_clip": clips[0]} if clips[0] is not None else {"app": "anton"})
    screen = json.loads(re.sub(r'\{"web_clip": "(?:[^"\\]|\\.)*"\}', lambda _: clip, text))
    exam = {"until": "2099-03-01 10:15", **presets.get("exam", {})}
    if "single_app" in presets:
        exam = {name: value for name, value in exam.items() if name not in ("app", "bundle")}
    changed = {"home_screen": screen, "exam": exam}
    return {name: changed.get(name, value) for name, value in presets.items()}


def written(value):
    """The value as YAML: JSON, but for the names of secrets."""
    text = json.dumps(marked(value), ensure_ascii=False)
    return re.sub(r'"§([a-z0-9-]+)§"', r"!secret \1", text)


def marked(value):
    match value:
        case Sealed(name):
            return f"§gs-nord-{name}§"
        case dict():
            return {key: marked(child) for key, child in value.items()}
        case list():
            return [marked(child) for child in value]
    return value


BUNDLED = re.sub(r"title: (\w+), app", r"title: \1, bundle: org.example.\1, app", CATALOGUE)
CERTIFICATES = {f"ca-{name}": {"file": f"certificates/{name}.pem"} for name in ("one", "two")}


def files(kind, spec):
    """The inventory whose pupils have just this."""
    school, catalogue = SCHOOL, f"{BUNDLED}certificates: {json.dumps(CERTIFICATES)}\n"
    pems = {"one": pem(b"one"), "two": pem(b"two")}
    match kind:
        case "restrictions":
            school += f"restrictions: {{pupil: {written(spec)}}}\n"
        case "presets":
            school += f"presets: {written(linked(spec))}\n"
        case "wifi":
            own = f"  drawn: {written(spec)}\n"
            catalogue = catalogue.replace("wifi:\n", f"wifi:\n{own}")
            school += "wifi: [drawn]\n"
        case "app":
            own = f"  drawn: {written({**spec, 'approved': '2021-01-15'})}\n"
            catalogue = catalogue.replace("apps:\n", f"apps:\n{own}")
            school += "apps: [drawn]\n"
        case "certificate":
            pems["one"] = spec["pem"]
            school += "certificates: [ca-one]\n"
    beside = {f"certificates/{name}.pem": text for name, text in pems.items()}
    return {"schools/gs-nord.yml": school, "catalogue.yml": catalogue, **beside}


class Cohort:
    """The pupils of one inventory, whose tablets may be said to be anything."""

    def __init__(self, root):
        self._inventory = inventory(root)
        self._effective = resolve(root)["gs-nord", "pupil"]
        (self._cohort,) = (
            each for each in self._inventory.schools["gs-nord"].cohorts if each.name == "pupil"
        )
        self._check = KindCheck(schemas())

    def compile(self, platform, without=frozenset()):
        """Return what such tablets shall hold, and what is wrong; some settings left out."""
        said = {at: s for at, s in self._effective.settings.items() if not is_of(at, without)}
        own = {"os": version_text(platform.os), "supervised": platform.supervised,
               "shared": platform.shared}  # fmt: skip
        said |= {(key,): Setting(value, Source("x", 1, 1), ()) for key, value in own.items()}
        problems = []
        resources = cohort_resources(
            self._inventory,
            self._cohort,
            replace(self._effective, settings=said),
            self._check,
            lambda name: f"{name}#",
            problems,
        )
        return [each for each in resources if each.address.kind != "membership"], problems

    def fitting(self, platform):
        """Return what such tablets shall hold, and the names of what was refused for them."""
        resources, problems = self.compile(platform)
        assert {each.code for each in problems} <= {"E0265"}, (platform, problems)
        unfit = {str(each.detail.parts["name"]) for each in problems}
        if unfit:
            unfit |= {"home_screen"} if "web_clips" in unfit else set()  # it names them
            resources, problems = self.compile(platform, unfit)
            assert problems == [], platform
        return resources, unfit


def is_of(at, names):
    inside = at[2:] if at[0] == "restrictions" else at[1:] if at[0] == "presets" else at
    return any(inside[: len(parts)] == parts for parts in (tuple(n.split(".")) for n in names))


WIFI_LINT = {Reason.TRUST, Reason.WEAK}
"""What the table says of weak networks; whether a network is, is not a matter of the platform."""
OF_ENTERPRISE = {
    "eap", "username", "user_password", "server_names", "certificate", "anchor", "anchors",
    "tls_minimum", "identity", "identity_password",
}  # fmt: skip
OF_PROXY = {"none": set(), "auto": {"pac"}, "manual": {"host", "port", "username", "password"}}


def told(kind, spec):
    """What of a spec its payload says, lists in any order: all, but for what is told here."""
    kept = dict(spec)
    match kind:
        case "app":
            kept = {"optional": False, **kept}
            del kept["title"]  # for people
        case "wifi":
            kept = useful(kept)
        case "presets":
            several = ("web_clips", "airprint", "calendar_subscriptions")  # a payload for each
            kept = {k: v for k, v in kept.items() if v or k not in several}
    if "proxy" in kept:
        mode = kept["proxy"]["mode"]
        proxy = {k: v for k, v in kept["proxy"].items() if k in OF_PROXY[mode] | {"mode"}}
        kept = {k: proxy if k == "proxy" else v for k, v in kept.items()}
        if kind == "presets" and mode == "none":
            del kept["proxy"]
    return in_order(kept)


def useful(network):
    """What its security and its methods have a use for; TLS 1.2 is the least anyhow."""
    manner = network["security"].partition("-")[2]
    unused = set() if manner == "enterprise" else set(OF_ENTERPRISE)
    unused |= set() if manner == "personal" else {"password"}
    unused |= set() if "tls" in network.get("eap", ()) else {"identity", "identity_password"}
    unused |= {"tls_minimum"} if network.get("tls_minimum") == "1.2" else set()
    return {name: value for name, value in network.items() if name not in unused}


def in_order(value):
    match value:
        case dict():
            return {key: in_order(child) for key, child in value.items()}
        case list() | tuple():
            return sorted(map(in_order, value), key=canonical)
    return value


def sent(kind, spec):
    """Return what devices receive for it, as the table reads it, and the spec read back."""
    if kind in DECLARATIONS:
        codec = DECLARATIONS[kind]
        declaration = codec.encode(NAME, spec)
        return {**declaration, "ServerToken": "1"}, codec.decode(declaration)
    payloads = PROFILES[kind].encode(spec)
    compiled = compile_profile(NAME, TITLE, payloads, lambda _: "YWJj")
    other_way = dict(reversed(spec.items()))
    again = compile_profile(NAME, TITLE, PROFILES[kind].encode(other_way), lambda _: "YWJj")
    assert compiled == again
    found = plistlib.loads(compiled)
    assert found["PayloadUUID"] == profile_uuid(NAME, TITLE, payloads)
    return found, PROFILES[kind].decode(payloads)


def wrong(kind, document, platform):
    """Yield what the table has against sending this to such devices."""
    devices = Devices(platform.os, platform.supervised, platform.shared)
    check = validate_declaration if "ServerToken" in document else validate_profile
    for finding in check(document, devices):
        if finding.grade is Grade.INFO or finding.reason in WIFI_LINT:
            continue
        rights = is_restriction(document, finding.at)
        if finding.reason is Reason.TOO_NEW and rights:
            continue  # newer devices of the cohort heed it, older ones do not know the key
        is_there = kind != "exam" and rights and reaches(finding.at[-1], platform)
        if finding.reason is Reason.DEPRECATED and rights and not is_there:
            continue  # its devices get no declaration for it, or one that would outlast the exam
        yield f"{finding.at}: {finding.detail}"


def is_restriction(document, at):
    if at[:1] != ("PayloadContent",) or len(at) < 3:
        return False
    return document["PayloadContent"][at[1]]["PayloadType"] == RESTRICTIONS


def reaches(key, platform):
    (name,) = (ours for ours, apples in KEYS.items() if apples == key)
    return bool(place_restriction(name, platform).declaration)


def is_idle(name, value):
    """Whether leaving it out changes nothing: a right that merely allows, a list of nothing."""
    strict = RIGHTS.get(name, {}).get("x-strict")
    if isinstance(value, dict):
        return all(is_idle("", child) for child in value.values())
    return value is not strict if isinstance(strict, bool) else not value


def is_refused(name, spec, unfit):
    """Whether all of it was refused for these tablets, as a whole or part by part."""
    parts = spec[name] if name in spec and isinstance(spec[name], dict) else ()
    return name in unfit or bool(parts and all(f"{name}.{part}" in unfit for part in parts))


def places(resources):
    """Return how often each right or preset is said, wherever."""
    found = Counter(name for each in resources if is_split(each) for name in each.spec)
    return found + Counter(each.address.kind for each in resources if not is_split(each))


def is_split(resource):
    return resource.address.kind in ("configuration", "presets", "restrictions")


def test_the_platforms_are_all_that_the_table_tells_apart():
    assert {each.os for each in PLATFORMS} >= {(17, 2), (18, 0), (18, 3), (26, 4), (27, 0)}
    assert len(PLATFORMS) == 4 * len({each.os for each in PLATFORMS})


@pytest.mark.parametrize("kind", ["certificate", "wifi", "restrictions", "presets", "app"])
def test_what_devices_are_sent_is_taken_read_back_and_named_by_its_content(kind, tmp_path):
    content_by_uuid = {}
    for number, (label, spec) in enumerate(examples(kind, EXAMPLES)):
        cohort = Cohort(build(tmp_path / str(number), files(kind, spec)))
        for platform in PLATFORMS:
            resources, unfit = cohort.fitting(platform)
            for resource in resources:
                at = resource.address.kind
                document, read = sent(at, resource.spec)
                content = told(at, resource.spec)
                assert [*wrong(at, document, platform)] == [], (label, platform)
                assert in_order(read) == content, (label, platform)
                uuid = document.get("PayloadUUID", content)
                assert content_by_uuid.setdefault(str(uuid), content) == content, label
            where = places(resources)
            assert set(where.values()) <= {1}, (label, platform)
            said = spec.keys() if kind in ("restrictions", "presets") else {kind}
            left_out = {name for name in said - where.keys() if not is_refused(name, spec, unfit)}
            assert all(is_idle(name, spec[name]) for name in left_out), (label, platform, left_out)


def unheeded(kind, name, value, platform):
    """Return why the table says that such devices do not heed this where profiles have it."""
    compiled = compile_profile(NAME, TITLE, PROFILES[kind].encode({name: value}), lambda _: "x")
    devices = Devices(platform.os, platform.supervised, platform.shared)
    return {each.reason for each in validate_profile(plistlib.loads(compiled), devices)}


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_what_is_refused_would_not_be_heeded(platform):
    reasons = {Lack.SUPERVISED: Reason.SUPERVISION, Lack.UNSHARED: Reason.SHARED}
    rights = {name: RIGHTS[name]["examples"][0] for name in KEYS.keys() - UNSAID}
    presets = {name: OF_PRESETS[name] for name in OF_PRESETS.keys() - {"exam"}}
    for kind, said in (("restrictions", rights), ("presets", presets)):
        place = place_restriction if kind == "restrictions" else place_preset
        for name, value in said.items():
            lack = place(name, platform).lack
            assert lack is not Lack.NEWER, name  # profiles have all of these
            if lack:
                assert reasons[lack] in unheeded(kind, name, value, platform), name


@pytest.mark.parametrize("kind", sorted(TABLE.types.keys() - {"TopLevel", "CommonPayloadKeys"}))
def test_a_raw_profile_is_passed_through_whatever_is_in_it(kind):
    for most in (False, True) if TABLE.types[kind] else ():
        content = plistlib.dumps(profile(TABLE, kind, most)).decode()
        document, read = sent("profile", {"content": content})
        assert plistlib.loads(read["content"].encode()) == plistlib.loads(content.encode())
        grades = {each.grade for each in validate_profile(document, Devices())}
        assert Grade.ERROR not in grades
