"""Apps with a configuration through the real command line, on the sandbox."""

import re

import pytest

from tests.commands.typed import saying
from tests.inventory_builder import write

# An invented inventory: no real school, app, person or device.
CATALOGUE = """\
apps:
  anton: {title: ANTON, app_store: 1180554775, approved: "2021-01-15", updates: always}
  lernapp:
    title: Lernapp (erfunden)
    app_store: 4711
    bundle: org.example.lernapp
    approved: "2026-01-15"
    install: command
    configuration:
      serverURL: https://lernen.example.org
      schoolCode: "${school.id}"
      token: !secret "${school.id}-lernapp"
"""
SCHOOL = """\
school: gs-nord
name: Grundschule Nord (erfunden)
type: grundschule
apps: [anton, lernapp]
cohorts: {pupil: {os: "26.1"}}
app_settings: {lernapp: {configuration: {look: {dark: true}}}}
"""
FILES = {
    "authority.yml": """\
authority: musterstadt
name: Musterstadt (erfunden)
types: {grundschule: Grundschule}
targets: {tablets: {provider: nanohub, platform: ipados}}
defaults: {app_settings: {lernapp: {configuration: {telemetry: false}}}}
locks:
  - at: app_settings.lernapp.configuration.telemetry
    value: false
    reason: Datenschutz
    owner: datenschutz@example.org
""",
    "catalogue.yml": CATALOGUE,
    "schools/gs-nord.yml": SCHOOL,
    "devices/gs-nord.csv": """\
serial;mac;asset;model;cohort
DXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil
DXXX00000002;02:d0:00:00:00:02;MU-0002;iPad;pupil
""",
}


@pytest.fixture(name="says")
def _says(tmp_path):
    with saying(tmp_path, FILES) as found:
        yield found


def test_every_value_is_shown_and_explained(says):
    shown = says("show", "gs-nord")
    assert "schoolCode: gs-nord # catalogue" in shown
    assert "dark: true # school" in shown
    assert "telemetry: false # authority, locked: Datenschutz" in shown
    assert "token: !secret gs-nord-lernapp # catalogue" in shown
    path = "lernapp.configuration.schoolCode"
    told = says("explain", "gs-nord", f"app_settings.{path}")
    assert told == says("explain", "gs-nord", f"apps.{path}")
    assert "catalogue ${school.id}" in told


def test_a_school_cannot_change_what_is_locked(says, tmp_path):
    louder = SCHOOL.replace("look: {dark: true}", "telemetry: true")
    write(tmp_path, {"schools/gs-nord.yml": louder})
    told = says("validate")
    assert "E0107" in told
    assert "The authority locks apps.lernapp.configuration.telemetry to false" in told


def test_from_the_first_plan_to_another_value(says, tmp_path):
    says("sandbox", "start")
    assert "+ configured_app lernapp for pupils" in says("plan")
    assert "verified 6 of 6 settings" in says("apply", "--yes")
    assert "nothing to do" in says("plan")

    text = CATALOGUE.replace("lernen.example.org", "neu.example.org")
    write(tmp_path, {"catalogue.yml": text.replace('"${school.id}-lernapp"', "andere")})
    told = says("plan", "--diff")
    changed = "configuration.serverURL https://lernen.example.org → https://neu.example.org"
    assert changed in told
    assert re.search(r"configuration\.token [0-9a-f]{4} → [0-9a-f]{4} ", told)
    assert "because catalogue.yml:10 and catalogue.yml:12" in told
    assert "deletes data" not in told
    assert "verified 2 of 2" in says("apply", "--yes")
    assert "nothing to do" in says("plan")
    assert "No drift" in says("drift")

    write(tmp_path, {"catalogue.yml": re.sub(r"    install: .*", "", CATALOGUE, flags=re.DOTALL)})
    write(tmp_path, {"schools/gs-nord.yml": SCHOOL.rpartition("app_settings")[0]})
    write(tmp_path, {"authority.yml": FILES["authority.yml"].partition("defaults")[0]})
    assert "1 of 1 change" in says("apply", "--yes")
    assert "nothing to do" in says("plan", "--prune")
    write(tmp_path, FILES)
    told = says("plan")
    assert "blocked: devices have this app by declaration, and as long as they do" in told
    assert "--prune --confirm gs-nord" in told
