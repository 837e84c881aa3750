"""The wheel is the whole program: it works in an empty environment, away from the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from pedell import __version__

HOME = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build the wheel without asking any package index."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-build-isolation",
        "--no-deps", "--wheel-dir", folder, HOME,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory) -> Path:
    """Install the wheel into an empty environment, the libraries lent by the one of the tests."""
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(home, symlinks=True)
    _run(
        sys.executable, "-m", "pip", "--python", home / "bin/python", "install", "--quiet",
        "--no-index", "--no-deps", wheel,
    )  # fmt: skip
    purelib = sysconfig.get_path("purelib", vars={"base": str(home)})
    # A folder that a .pth file names is searched, but the .pth files in it are not read: the
    # editable install of the checkout stays out of sight.
    Path(purelib, "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=outside, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_the_schemas_and_the_starter(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = {f"pedell/{name}" for name in _files(HOME / "cli/pedell")}
    schemas = {f"pedell/schemas/{name}" for name in _files(HOME / "schemas")}
    services = {f"pedell/services/{name}" for name in _files(HOME / "playbooks/services")}
    assert "pedell/py.typed" in held
    starter = {f"pedell/starter/{name}" for name in _files(HOME / "inventories/minimal")}
    starter = {name for name in starter if "/." not in name}
    assert held == package | schemas | services | starter


def test_the_wheel_bears_the_version_of_the_package(wheel):
    assert wheel.name.startswith(f"pedell-{__version__}-py3-none-any")


def test_the_installed_package_is_not_the_checkout(programs, tmp_path):
    where = _run(programs / "python", "-c", "import pedell; print(pedell.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(programs.parent)


def test_the_installed_program_tells_its_version(programs, tmp_path):
    assert __version__ in _run(programs / "pedell", "--version", cwd=tmp_path)


def test_the_installed_program_reads_an_inventory(programs, tmp_path):
    own = tmp_path / "minimal"
    shutil.copytree(HOME / "inventories/minimal", own, ignore=shutil.ignore_patterns(".pedell"))
    _run(programs / "pedell", "validate", "-i", own, cwd=tmp_path)


def test_the_installed_program_knows_the_services(programs, tmp_path):
    own = tmp_path / "minimal"
    shutil.copytree(HOME / "inventories/minimal", own, ignore=shutil.ignore_patterns(".pedell"))
    role = next(own.glob("playbooks/roles/*/role.yml"))
    with role.open("a", encoding="utf-8") as file:
        file.write("  - {dns_records: school, domain: a.example.org, hosts: {b: 192.0.2.7}}\n")
    _run(programs / "pedell", "validate", "-i", own, cwd=tmp_path)


def test_the_installed_program_finds_what_is_wrong_in_an_inventory(programs, tmp_path):
    own = tmp_path / "minimal"
    shutil.copytree(HOME / "inventories/minimal", own, ignore=shutil.ignore_patterns(".pedell"))
    with (own / "authority.yml").open("a", encoding="utf-8") as file:
        file.write("colour: blue\n")
    done = subprocess.run(
        [programs / "pedell", "validate", "-i", own],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5
    assert "colour" in done.stdout + done.stderr
