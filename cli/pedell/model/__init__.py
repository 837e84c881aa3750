"""The nouns: frozen data, standard library only, no input or output."""

from pedell.model.ability import Ability, Verb, Writes
from pedell.model.address import Address
from pedell.model.adopted import ACTIVATION, Adopted, Adoptions
from pedell.model.app import IDENTITIES, App, Offer, Requirement, Span, chosen_names
from pedell.model.apple_facts import AppleFacts
from pedell.model.change import Action, Cause, Change, FieldChange
from pedell.model.delivery import (
    Contract,
    Delivery,
    DeliveryState,
    Handover,
    Service,
    Stock,
    Want,
)
from pedell.model.document import Asset, Document, Folder
from pedell.model.event import DevicesCounted, Event, StepEnded, WaveEnded, WaveStarted
from pedell.model.inventory import (
    Cohort,
    Device,
    Inventory,
    Municipality,
    Owner,
    School,
    Target,
)
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
from pedell.model.legacy import Legacy
from pedell.model.licence import Account, Counting, Licensed, Owned, PoolOf, Share
from pedell.model.lock import Lock
from pedell.model.machine import is_this_machine
from pedell.model.outcome import Outcome, Progress, Status
from pedell.model.plan import Edge, Plan, Scope, Step, Wave
from pedell.model.platform import OLDEST, Platform, Version, version_of, version_text
from pedell.model.playbook import EVERYTHING_AT_ONCE, Gate, Rollout, Window
from pedell.model.problem import SUMMARIES, Problem, Rejected, Severity
from pedell.model.profile import RawProfile
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
from pedell.model.signing import Signing
from pedell.model.source import Pointer, Source, dotted
from pedell.model.standing import Standing, Tally
from pedell.model.survey import DeviceStage, DeviceStand, Notice, Survey, survey_silence
from pedell.model.traffic import Traffic
from pedell.model.value import (
    Spec,
    Value,
    canonical,
    fingerprint,
    from_json,
    imprint,
    is_same,
    leaves,
    look_up,
    sealed_in,
    to_json,
)
from pedell.model.words import Words, quote, tell, tell_count, tell_row
from pedell.model.writing import WRITINGS, writings_of

__all__ = [
    "ACTIVATION",
    "EVERYTHING_AT_ONCE",
    "IDENTITIES",
    "LAYERS",
    "OLDEST",
    "SUMMARIES",
    "WRITINGS",
    "Ability",
    "Account",
    "Action",
    "Address",
    "Adopted",
    "Adoptions",
    "App",
    "AppleFacts",
    "Asset",
    "Cause",
    "Change",
    "Cohort",
    "Contract",
    "Contribution",
    "Counting",
    "Delivery",
    "DeliveryState",
    "Desired",
    "Device",
    "DeviceStage",
    "DeviceStand",
    "DevicesCounted",
    "Document",
    "Edge",
    "Effect",
    "Effective",
    "Event",
    "FieldChange",
    "Folder",
    "Gate",
    "Handover",
    "Inventory",
    "Kind",
    "Layer",
    "Legacy",
    "Licensed",
    "Lock",
    "Memory",
    "Municipality",
    "Need",
    "Notice",
    "Observed",
    "Offer",
    "Outcome",
    "Owned",
    "Owner",
    "Plan",
    "Platform",
    "Pointer",
    "PoolOf",
    "Problem",
    "Progress",
    "RawProfile",
    "Recipients",
    "Rejected",
    "Remembered",
    "Requirement",
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
    "Service",
    "Setting",
    "Settings",
    "Severity",
    "Share",
    "Sight",
    "Signing",
    "Source",
    "Span",
    "Spec",
    "Standing",
    "Status",
    "Step",
    "StepEnded",
    "Stock",
    "Survey",
    "Tally",
    "Target",
    "Traffic",
    "Until",
    "Value",
    "Verb",
    "Version",
    "Want",
    "Wave",
    "WaveEnded",
    "WaveStarted",
    "Window",
    "Words",
    "Writes",
    "Written",
    "canonical",
    "chosen_names",
    "dotted",
    "fingerprint",
    "from_json",
    "imprint",
    "is_same",
    "is_this_machine",
    "leaves",
    "look_up",
    "quote",
    "sealed_in",
    "survey_silence",
    "tell",
    "tell_count",
    "tell_row",
    "to_json",
    "version_of",
    "version_text",
    "writings_of",
]
