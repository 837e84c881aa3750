"""The kinds that a server holds beyond files, packages, services and commands, one entry each."""

from collections.abc import Mapping

from pedell.providers.debian.skills.accounts import GROUP, USER
from pedell.providers.debian.skills.block import BLOCK
from pedell.providers.debian.skills.skill import Skill
from pedell.providers.debian.skills.ssh_key import SSH_KEY
from pedell.providers.debian.skills.sudo_rule import SUDO_RULE
from pedell.providers.debian.skills.symlink import SYMLINK
from pedell.providers.debian.skills.sysctl import SYSCTL

__all__ = ["SKILLS", "Skill"]

SKILLS: Mapping[str, Skill] = {
    "symlink": SYMLINK,
    "group": GROUP,
    "user": USER,
    "ssh_key": SSH_KEY,
    "block": BLOCK,
    "sysctl": SYSCTL,
    "sudo_rule": SUDO_RULE,
}
