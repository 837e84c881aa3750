"""What Apple lists for iPads, and what a profile or a declaration says beside it."""

from pedell.payloads.apple.facts.check import (
    check_profile,
    validate_declaration,
    validate_declarations,
    validate_profile,
)
from pedell.payloads.apple.facts.findings import Devices, Finding, Grade, Reason, read_version
from pedell.payloads.apple.facts.secrets import find_secrets
from pedell.payloads.apple.facts.table import (
    Fact,
    Table,
    complete_table,
    facts,
    parse_facts,
    read_table,
    shipped_table,
    write_facts,
)

__all__ = [
    "Devices",
    "Fact",
    "Finding",
    "Grade",
    "Reason",
    "Table",
    "check_profile",
    "complete_table",
    "facts",
    "find_secrets",
    "parse_facts",
    "read_table",
    "read_version",
    "shipped_table",
    "validate_declaration",
    "validate_declarations",
    "validate_profile",
    "write_facts",
]
