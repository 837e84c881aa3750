"""A server role: what a school server shall hold, written once for all schools."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pedell.model.source import Pointer, Source
from pedell.model.value import Spec


@dataclass(frozen=True, slots=True)
class RoleResource:
    """One resource of a role or of a kind of service, before it is aimed at a school.

    ``needs`` name resources of the same role as ``kind/name``; ``needed_by`` names kinds of the
    school's cohorts that must wait for this one (``wifi`` waits for the RADIUS service). ``places``
    says where each field of ``spec`` stands. In a kind of service ``when`` are the parameters that
    it is there for, and ``each`` is the parameter for whose every entry it is there once.
    """

    kind: str
    name: str
    spec: Spec
    needs: tuple[str, ...]
    needed_by: tuple[str, ...]
    tags: tuple[str, ...]
    source: Source
    places: Mapping[Pointer, Source] = field(default_factory=dict, hash=False)
    when: Spec = field(default_factory=dict, hash=False)
    each: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A folder ``roles/<name>``: its resources, the defaults of its variables, its templates.

    A kind of service is the same, with its parameters in the place of variables.
    """

    name: str
    defaults: Spec
    resources: tuple[RoleResource, ...]
    templates: Mapping[str, str]
    source: Source
