"""Renders the templates of the role as the tool does, for schools made up here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pedell.language.templates import Templates
from pedell.model import Source

ROLE = Path(__file__).parents[2] / "playbooks/roles/school-server"


def _school(wifi: dict[str, dict[str, Any]], **variables: Any) -> dict[str, Any]:
    return {
        "authority": {"id": "musterstadt", "name": "Stadt Musterstadt"},
        "school": {
            "id": "gs-nord",
            "name": "Grundschule Nord",
            "type": "grundschule",
            "priority": 12,
            "server": "192.0.2.4",
        },
        "cohorts": {
            "pupil": {"role": "pupil", "count": 3},
            "teacher": {"role": "teacher", "count": 1},
        },
        "wifi": wifi,
        "variables": {
            "network": "10.7",
            "access_points": 4,
            "upstream_dns": ["192.0.2.2", "192.0.2.3"],
            "proxy": "DIRECT",
            "district": "",
            "contact": "it@example.org",
            **variables,
        },
    }


def _account(ssid: str, username: str, vlan: int, cohorts: list[str]) -> dict[str, Any]:
    return {
        "present": True,
        "ssid": ssid,
        "security": "wpa2-enterprise",
        "eap": ["peap"],
        "username": username,
        "user_password": f"{username}-password",
        "server_names": ["radius.gs-nord.example.org"],
        "certificate": "schul-ca",
        "vlan": vlan,
        "cohorts": cohorts,
    }


@pytest.fixture(scope="session")
def render() -> Callable[..., str]:
    texts = {p.name: p.read_text("utf-8") for p in (ROLE / "templates").iterdir()}
    templates = Templates("school-server", texts, Source(str(ROLE / "role.yml"), 1, 1))

    def rendered(name: str, wifi: dict[str, dict[str, Any]], **variables: Any) -> str:
        return templates.render(name, _school(wifi, **variables))[0]

    return rendered


@pytest.fixture
def two_networks() -> dict[str, dict[str, Any]]:
    return {
        "lehrernetz": _account("Nord-Lehrer", "lehrkraefte", 40, ["teacher"]),
        "schulnetz": _account("Nord", "tablets", 120, ["pupil", "teacher"]),
    }


@pytest.fixture
def one_key() -> dict[str, dict[str, Any]]:
    entry = {"present": True, "ssid": "Nord", "security": "wpa2-personal", "cohorts": ["pupil"]}
    return {"schulnetz": {**entry, "password": "gs-nord-wlan", "vlan": 110}}
