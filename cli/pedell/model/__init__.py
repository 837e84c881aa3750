"""The nouns: frozen data, standard library only, no input or output."""

from pedell.model.ability import Ability, Verb, Writes
from pedell.model.address import Address
from pedell.model.change import Action, Cause, Change, FieldChange
from pedell.model.document import Asset, Document, Folder
from pedell.model.event import DevicesCounted, Event, StepEnded, WaveEnded, WaveStarted
from pedell.model.inventory import Cohort, Device, Inventory, School, Target
from pedell.model.kind import Effect, Kind
from pedell.model.layer import (
    LAYERS,
    Contribution,
    Effective,
    Layer,
    Setting,
    Settings,
    Written,
)
from pedell.model.lock import Lock
from pedell.model.outcome import Outcome, Progress, Status
from pedell.model.plan import Edge, Plan, Scope, Step, Wave
from pedell.model.playbook import EVERYTHING_AT_ONCE, Gate, Rollout, Window
from pedell.model.problem import SUMMARIES, Problem, Rejected, Severity
from pedell.model.resource import (
    Desired,
    Memory,
    Need,
    Observed,
    Remembered,
    Resource,
    Sight,
    Until,
)
from pedell.model.role import Role, RoleResource
from pedell.model.secret import Sealed, Secret, SecretName
from pedell.model.secret_file import Recipients, SecretEntry, SecretFiles
from pedell.model.source import Pointer, Source, dotted
from pedell.model.traffic import Traffic
from pedell.model.value import (
    Spec,
    Value,
    canonical,
    fingerprint,
    from_json,
    is_same,
    leaves,
    look_up,
    sealed_in,
    to_json,
)
from pedell.model.words import Words, tell

__all__ = [
    "EVERYTHING_AT_ONCE",
    "LAYERS",
    "SUMMARIES",
    "Ability",
    "Action",
    "Address",
    "Asset",
    "Cause",
    "Change",
    "Cohort",
    "Contribution",
    "Desired",
    "Device",
    "DevicesCounted",
    "Document",
    "Edge",
    "Effect",
    "Effective",
    "Event",
    "FieldChange",
    "Folder",
    "Gate",
    "Inventory",
    "Kind",
    "Layer",
    "Lock",
    "Memory",
    "Need",
    "Observed",
    "Outcome",
    "Plan",
    "Pointer",
    "Problem",
    "Progress",
    "Recipients",
    "Rejected",
    "Remembered",
    "Resource",
    "Role",
    "RoleResource",
    "Rollout",
    "School",
    "Scope",
    "Sealed",
    "Secret",
    "SecretEntry",
    "SecretFiles",
    "SecretName",
    "Setting",
    "Settings",
    "Severity",
    "Sight",
    "Source",
    "Spec",
    "Status",
    "Step",
    "StepEnded",
    "Target",
    "Traffic",
    "Until",
    "Value",
    "Verb",
    "Wave",
    "WaveEnded",
    "WaveStarted",
    "Window",
    "Words",
    "Writes",
    "Written",
    "canonical",
    "dotted",
    "fingerprint",
    "from_json",
    "is_same",
    "leaves",
    "look_up",
    "sealed_in",
    "tell",
    "to_json",
]
