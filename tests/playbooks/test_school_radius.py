"""The rendered RADIUS of a school against Debian's FreeRADIUS and a real EAP client."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

LIVE = Path("/etc/freeradius/3.0")
ROLE = Path(__file__).parents[2] / "playbooks/roles/school-server"
RESOURCES = yaml.safe_load((ROLE / "role.yml").read_text("utf-8"))["resources"]
FILES = {
    resource["path"].removeprefix(f"{LIVE}/"): resource["source"]
    for resource in RESOURCES
    if resource.get("path", "").startswith(f"{LIVE}/")
}
PORT = 18127


pytestmark = pytest.mark.tier2("freeradius", "eapol_test")


@pytest.fixture
def stage(tmp_path, render):
    """Return a function that stages the live tree with the rendered files; its paths follow."""

    def staged(networks) -> Path:
        tree = tmp_path / "3.0"
        shutil.copytree(LIVE, tree, symlinks=True)
        (tmp_path / "run").mkdir()
        conf = (tree / "radiusd.conf").read_text("utf-8")
        for name, value in (
            ("raddbdir", tree), ("logdir", tmp_path / "run"), ("run_dir", tmp_path / "run"),
        ):  # fmt: skip
            conf = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", conf)
        conf = re.sub(r"(?m)^\s*(user|group) = freerad$", "", conf)
        (tree / "radiusd.conf").write_text(conf, "utf-8")
        for path, source in FILES.items():
            (tree / path).write_text(_opened(render(source, networks)), "utf-8")
        _make_certificate(tmp_path, tree)
        return tree

    return staged


def _opened(text: str) -> str:
    """Put test passwords where the marks stand, and move the server to a loopback port."""
    text = re.sub("⟦secret:(.*?)⟧", r"open-\1", text)
    text = text.replace("ipaddr = 10.7.1.0/24", "ipaddr = 127.0.0.1")
    return text.replace("ipaddr = *", "ipaddr = 127.0.0.1").replace("port = 1812", f"port = {PORT}")


def _make_certificate(root: Path, tree: Path) -> None:
    (root / "etc/freeradius").mkdir(parents=True)
    (root / "etc/freeradius/3.0").symlink_to(tree)
    (run,) = (resource["run"] for resource in RESOURCES if "command" in resource)
    subprocess.run(["/bin/sh", "-c", run], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize("networks", ["two_networks", "one_key"])
def test_freeradius_accepts_what_is_rendered(networks, stage, request):
    tree = stage(request.getfixturevalue(networks))
    command = ["/usr/sbin/freeradius", "-C", "-X", "-d", str(tree)]
    check = subprocess.run(command, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout[-2000:]


def test_freeradius_refuses_a_broken_file(stage, two_networks):
    tree = stage(two_networks)
    (tree / "policy.d/school").write_text("school_network {\n\tif (\n}\n", "utf-8")
    command = ["/usr/sbin/freeradius", "-C", "-X", "-d", str(tree)]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.fixture
def radius(stage, two_networks) -> Iterator[Path]:
    tree = stage(two_networks)
    log = tree.parent / "run/debug.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            ["/usr/sbin/freeradius", "-X", "-d", str(tree)], stdout=out, stderr=out
        )
    try:
        end = time.monotonic() + 20
        while "Ready to process requests" not in log.read_text("utf-8", "replace"):
            assert server.poll() is None, log.read_text("utf-8", "replace")[-2000:]
            assert time.monotonic() < end
            time.sleep(0.05)
        yield tree
    finally:
        server.terminate()
        server.wait()


def _join(tree: Path, account: str, password: str, ssid: str) -> tuple[bool, str]:
    """Join as a device does; return whether it was let in, and the VLAN it was put into."""
    profile = tree.parent / "profile.conf"
    profile.write_text(
        f'network={{\n  ssid="{ssid}"\n  key_mgmt=WPA-EAP\n  eap=PEAP\n  identity="{account}"\n'
        f'  password="{password}"\n  ca_cert="{tree}/certs/radius.pem"\n'
        '  domain_suffix_match="radius.gs-nord.example.org"\n  phase2="auth=MSCHAPV2"\n}\n'
    )
    command = ["eapol_test", "-c", str(profile), "-a", "127.0.0.1", "-p", str(PORT)]
    command += ["-s", "open-gs-nord-access-points", "-r", "0", "-t", "8"]
    command += [f"-N30:s:02-00-00-00-00-01:{ssid}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    vlans = re.findall(r"Attribute 81 .*\n\s*Value: ([0-9a-f]+)", run.stdout)
    return run.returncode == 0, bytes.fromhex(vlans[-1]).decode() if vlans else ""


@pytest.mark.parametrize(
    ("account", "password", "ssid", "expected"),
    [
        ("tablets", "open-tablets-password", "Nord", (True, "120")),
        ("lehrkraefte", "open-lehrkraefte-password", "Nord-Lehrer", (True, "40")),
        ("tablets", "open-tablets-password", "Nord-Lehrer", (False, "")),
        ("tablets", "falsch", "Nord", (False, "")),
        ("niemand", "open-tablets-password", "Nord", (False, "")),
    ],
)
def test_a_device_joins_its_own_network_and_lands_in_its_vlan(
    account, password, ssid, expected, radius
):
    assert _join(radius, account, password, ssid) == expected
