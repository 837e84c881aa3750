"""The smallest example stays one that is read in two minutes."""

from pathlib import Path

HOME = Path(__file__).parents[2] / "inventories" / "minimal"
FILES = [path for path in HOME.rglob("*") if path.is_file() and ".pedell" not in path.parts]


def test_it_has_under_60_lines_in_all():
    assert sum(len(path.read_text("utf-8").splitlines()) for path in FILES) < 60


def test_it_has_one_school_with_all_its_devices(read_yaml):
    (school,) = (HOME / "schools").glob("*.yml")
    cohorts = read_yaml(school)["cohorts"]
    rows = (HOME / "devices" / f"{school.stem}.csv").read_text("utf-8").splitlines()[1:]
    assert {row.split(";")[-1] for row in rows} == set(cohorts)


def test_it_names_no_address_so_that_it_runs_on_the_sandbox(read_yaml):
    targets = read_yaml(HOME / "authority.yml")["targets"]
    assert targets
    assert not any({"url", "host"} & set(target) for target in targets.values())


def test_it_needs_nothing_outside_its_folder():
    assert not any("../" in path.read_text("utf-8") for path in FILES)
    assert (HOME / "playbooks").is_dir()
