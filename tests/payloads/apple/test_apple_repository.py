"""Apple's repository is read with all its traps, and another release is compared with ours."""

import pytest
import yaml

from pedell.payloads.apple.facts import complete_table, facts, validate_declaration
from pedell.payloads.apple.facts.compare import compare_facts
from pedell.payloads.apple.facts.derive import derive_facts
from pedell.payloads.apple.facts.findings import Devices
from pedell.payloads.apple.facts.repository import read_release, read_schema

HEAD = "payload:\n  {name}type: {type}\n  supportedOS:\n    iOS: {{introduced: '15.0', supervised: true}}\n"


def document(name, keys, part="payload", more=""):
    return yaml.safe_load(HEAD.format(name=part, type=name) + more + keys)


WRAPPERS = [
    document("TopLevel", "payloadkeys: []"),
    document("CommonPayloadKeys", "payloadkeys: []"),
]
ANY = document("any", "payloadkeys: []", "declaration")
KEYS = """
payloadkeys:
- {key: Key Type, type: <string>, presence: required, rangelist: [RSA, EC], combinetype: enum-first}
- {key: Size, type: <integer>, range: {min: 1, max: 9}, default: 3, supportedOS: {iOS: {introduced: '16.0', deprecated: '17.0'}}}
- {key: Mac, type: <boolean>, supportedOS: {iOS: {introduced: n/a}}}
- {key: Host, type: <string>, valuetype: <hostname>, format: '^a'}
- key: Any
  type: <dictionary>
  subkeys: [{key: ANY, type: <any>}]
- key: Pair
  type: <array>
  subkeys: [{key: x, type: <string>, repetition: {min: 2, max: 2}}]
"""
FOLDERS = """
payloadkeys:
- key: Bookmarks
  type: <array>
  subkeys:
  - key: item
    type: <dictionary>
    subkeys: &again
    - {key: Title, type: <string>, presence: required}
    - key: Folder
      type: <array>
      subkeys:
      - {key: item, type: <dictionary>, subkeys: *again}
"""


def derived(*profiles, declarations=()):
    documents = {"profiles": [*WRAPPERS, *profiles], "declarations": [ANY, *declarations]}
    return derive_facts(read_schema(documents), {}, ["invented"], {"profiles": "1"}, "")


def test_every_word_of_a_key_is_read():
    assert derived(document("org.example", KEYS))["types"]["org.example"] == {
        "a": "15.0",
        "s": 1,
        "k": {
            "Key Type": {"t": "s", "q": 1, "e": ["RSA", "EC"], "c": "enum-first"},
            "Size": {"t": "i", "r": [1, 9], "d": 3, "a": "16.0", "x": "17.0"},
            "Mac": {"t": "b", "no": 1},
            "Host": {"t": "s", "f": "^a", "v": "hostname"},
            "Any": {"t": "o", "w": {"t": "*"}},
            "Pair": {"t": "a", "i": {"t": "s", "n": [2, 2]}},
        },
    }


def test_keys_that_contain_themselves_end():
    table = derived(declarations=[document("org.example", FOLDERS, "declaration")])
    item = table["declarations"]["org.example"]["k"]["Bookmarks"]["i"]
    assert item["k"]["Folder"] == {"t": "a", "i": {"t": "o", "^": 2}}
    leaf = {"Title": "x", "Folder": [{"Titel": "y"}]}
    payload = {"Bookmarks": [{"Title": "a", "Folder": [{"Title": "b", "Folder": [leaf]}]}]}
    made = {"Type": "org.example", "Payload": payload}
    way = ("Payload", "Bookmarks", 0, "Folder", 0, "Folder", 0, "Folder", 0)
    found = validate_declaration(made, Devices(supervised=True), complete_table(table))
    deep = [(f.reason.value, f.at) for f in found if len(f.at) > 1]
    assert deep == [("missing", way), ("unknown-key", (*way, "Titel"))]


def test_files_of_one_type_are_joined():
    more = "payloadkeys:\n- {key: b, type: <string>}"
    one = document("x", "payloadkeys:\n- {key: a, type: <string>}")
    assert derived(one, document("x", more))["types"]["x"]["k"].keys() == {"a", "b"}


def test_shared_ipads_and_enrolments_are_read():
    more = "      allowed-enrollments: [supervised]\n      sharedipad: {allowed-scopes: []}\n  apply: single\n"
    head = HEAD.replace("{{introduced: '15.0', supervised: true}}", "\n      introduced: '15.0'")
    said = yaml.safe_load(head.format(name="declaration", type="x") + more)
    found = derived(declarations=[said])["declarations"]["x"]
    assert found == {"a": "15.0", "en": ["supervised"], "sp": "forbidden", "ap": "single", "k": {}}


@pytest.mark.parametrize(
    "keys",
    ["payloadkeys:\n- {type: <string>}", "payloadkeys:\n- {key: a}", "payloadkeys:\n- {key: a, type: <x>}",
     "payloadkeys: [1]", "payloadkeys: {a: b}"],
)  # fmt: skip
def test_what_apple_does_not_write_is_refused_by_name(keys):
    with pytest.raises(ValueError, match=r"org\.example"):
        derived(document("org.example", keys))


def test_anchors_that_multiply_end_in_words():
    levels = ["a0: &a0 [{key: x, type: <string>}]"]
    levels += [f"a{n}: &a{n} [" + ", ".join(f"{{key: k{m}, type: <dictionary>, subkeys: *a{n - 1}}}" for m in range(9)) + "]"
               for n in range(1, 12)]  # fmt: skip
    text = "\n".join([*levels, "payloadkeys: *a11"])
    with pytest.raises(ValueError, match="no end"):
        derived(document("org.example", text))


def test_what_is_no_schema_is_passed_over():
    assert derived(None, [], {"a": 1}, {"payload": {"credentialtype": "x"}})["types"].keys() == {
        "TopLevel",
        "CommonPayloadKeys",
    }


def test_the_release_stands_in_the_readme():
    assert read_release("| OS | Version |\n| iOS      | 18.3    |\n") == "18.3"
    assert read_release("# Something") == ""


def test_a_newer_table_is_compared_key_by_key():
    before = derived(
        document("a", "payloadkeys:\n- {key: x, type: <string>}\n- {key: y, type: <string>}")
    )
    after = derived(
        document("a", "payloadkeys:\n- {key: z, type: <string>}\n"
                      "- {key: y, type: <string>, supportedOS: {iOS: {deprecated: '27.0'}}}"),
        document("b", "payloadkeys:\n- {key: z, type: <string>}"),
    )  # fmt: skip
    changes = compare_facts(before, after)
    assert changes.new == ("a/z", "b")
    assert changes.gone == ("a/x",)
    assert changes.outdated == {"a/y": "27.0"}
    same = compare_facts(facts(), facts())
    assert (same.new, same.gone, same.outdated) == ((), (), {})
