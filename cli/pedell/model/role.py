"""A server role: what a school server shall hold, written once for all schools."""

from collections.abc import Mapping
from dataclasses import dataclass

from pedell.model.source import Source
from pedell.model.value import Spec


@dataclass(frozen=True, slots=True)
class RoleResource:
    """One resource of a role, before it is aimed at a school.

    ``needs`` name resources of the same role as ``kind/name``; ``needed_by`` names kinds of the
    school's cohorts that must wait for this one (``wifi`` waits for the RADIUS service).
    """

    kind: str
    name: str
    spec: Spec
    needs: tuple[str, ...]
    needed_by: tuple[str, ...]
    tags: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Role:
    """A folder ``roles/<name>``: its resources, the defaults of its variables, its templates."""

    name: str
    defaults: Spec
    resources: tuple[RoleResource, ...]
    templates: Mapping[str, str]
    source: Source
