"""What schools share is read once for all of them, and each reads as if it were alone."""

import json
from dataclasses import replace

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from pedell.language.schemas import Schemas
from pedell.model import Folder, Rejected
from pedell.stages.compile import compile_resources
from pedell.stages.load import load_folder
from pedell.stages.resolve import resolve_values
from pedell.stages.validate import validate_folder
from pedell.wiring import load_service
from tests.inventory_builder import TODAY, build, fingerprint, schemas
from tests.laws.examples import examples
from tests.laws.test_schools import DOCUMENTS, FILES, LAYER

BARE = {**FILES, "devices/gs-nord.csv": None, "devices/gs-sued.csv": None}
NAMES = ("gs-nord", "gs-ost", "gs-sued")
RESOLVE = 1
FEW = st.fixed_dictionaries({}, optional={key: LAYER[key] for key in ("wifi", "restrictions")})
LOCK = {"reason": "R", "owner": "o@example.org"}
LOCKS = st.lists(
    st.sampled_from(
        [
            {"at": "restrictions.pupil.camera", "value": True},
            {"at": "restrictions.teacher.use", "allowed": ["offen", "jugendschutz"]},
            {"at": "wifi.schulnetz.ssid", "allowed": ["Schulnetz", "${school.id}"]},
            {"at": "wifi.schulnetz.vlan", "range": {"min": 0, "max": 50}},
            {"at": "wifi.labor.ssid", "value": "Labor ${school.name}"},
            {"at": "apps.geogebra.present", "value": True},
        ]
    ),
    unique_by=lambda lock: lock["at"],
    max_size=2,
)
GROUP = st.fixed_dictionaries({}, optional=LAYER)
OWNER = st.fixed_dictionaries(
    {"decides_for": st.just(["teacher"])},
    optional={
        "accepts": st.just(["wifi"]),
        "apps": LAYER["apps"],
        "presets": LAYER["presets"],
        "restrictions": st.just({"teacher": "offen"}),
    },
)
SCHOOLS = st.fixed_dictionaries({name: st.just({}) | FEW | FEW | DOCUMENTS for name in NAMES})


@st.composite
def inventories(draw):
    """Draw the files of three schools that stand on the same layers, and say little or much."""
    files = {
        "groups/innenstadt.yml": {"group": "innenstadt", **draw(GROUP)},
        "groups/pilot.yml": {"group": "pilot", **draw(GROUP)},
    }
    for town in ("altstadt", "neustadt"):
        locks = [{**lock, **LOCK} for lock in draw(LOCKS)]
        town_file = {"municipality": town, "name": town, **draw(FEW), "locks": locks}
        files[f"municipalities/{town}.yml"] = town_file
    if draw(st.booleans()):
        files["owners/land.yml"] = {"owner": "land", "name": "Das Land", **draw(OWNER)}
    for name, said in draw(SCHOOLS).items():
        town = draw(st.sampled_from(["altstadt", "neustadt"]))
        stands_on = {"municipality": town, "groups": ["innenstadt", "pilot"]}
        head = {"name": name, "type": "grundschule", "cohorts": {"pupil": {}, "teacher": {}}}
        files[f"schools/{name}.yml"] = {**stands_on, **head, **said, "school": name}
    return files


def stages(folder, known):
    """Yield what each stage makes of a folder, or the problems that it refuses it with."""
    try:
        inventory = validate_folder(folder, known)
        yield inventory
        values = resolve_values(inventory, known.kinds, TODAY)
        yield values
        yield compile_resources(inventory, values, known, fingerprint, load_service)
    except Rejected as rejected:
        yield frozenset(rejected.problems)


def alone(folder: Folder, name: str) -> Folder:
    """Leave out every other school."""
    others = [other for other in NAMES if other != name]
    documents = [d for d in folder.documents if not any(other in d.relative for other in others)]
    lists = {at: a for at, a in folder.assets.items() if not any(other in at for other in others)}
    return replace(folder, documents=tuple(documents), assets=lists)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("inventory")


@examples(300)
@given(files=inventories())
def test_a_school_means_the_same_alone_as_among_others(root, files):
    (root / "owners/land.yml").unlink(missing_ok=True)
    written = {name: json.dumps(said, ensure_ascii=False) for name, said in files.items()}
    build(root, {**BARE, **written})
    folder = load_folder((root,))
    together = [*stages(folder, schemas())]
    fresh = Schemas({name: schemas().document(name) for name in schemas().names})
    apart = [[*stages(alone(folder, name), fresh)] for name in NAMES]
    last = len(together) - 1
    event(f"{('validate', 'resolve', 'compile')[last]}: {type(together[last]).__name__}")
    if isinstance(together[last], frozenset):
        refused = [each[last] for each in apart if len(each) == last + 1]
        told = frozenset().union(*(each for each in refused if isinstance(each, frozenset)))
        assert together[last] <= told
        assert last != RESOLVE or together[last] == told  # the others end early where one is wrong
    else:
        for number in (RESOLVE, RESOLVE + 1):
            joined = {at: made for each in apart for at, made in each[number].items()}
            assert joined == together[number]
