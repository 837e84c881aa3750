"""The kinds that a server holds beyond files, packages, services and commands, one entry each."""

from collections.abc import Mapping

from pedell.providers.debian.skills.accounts import GROUP, USER
from pedell.providers.debian.skills.block import BLOCK
from pedell.providers.debian.skills.certificate_authority import CERTIFICATE_AUTHORITY
from pedell.providers.debian.skills.firewall import FIREWALL
from pedell.providers.debian.skills.line_in_file import LINE_IN_FILE
from pedell.providers.debian.skills.ntp import NTP
from pedell.providers.debian.skills.reboot import REBOOT
from pedell.providers.debian.skills.server_certificate import SERVER_CERTIFICATE
from pedell.providers.debian.skills.skill import Skill
from pedell.providers.debian.skills.ssh_key import SSH_KEY
from pedell.providers.debian.skills.sudo_rule import SUDO_RULE
from pedell.providers.debian.skills.symlink import SYMLINK
from pedell.providers.debian.skills.sysctl import SYSCTL
from pedell.providers.debian.skills.timer import TIMER
from pedell.providers.debian.skills.verify_certificate import VERIFY_CERTIFICATE
from pedell.providers.debian.skills.verify_dhcp import VERIFY_DHCP
from pedell.providers.debian.skills.verify_dns import VERIFY_DNS
from pedell.providers.debian.skills.verify_eap import VERIFY_EAP
from pedell.providers.debian.skills.verify_http import VERIFY_HTTP
from pedell.providers.debian.skills.verify_tcp import VERIFY_TCP

__all__ = ["SKILLS", "Skill"]

SKILLS: Mapping[str, Skill] = {
    "symlink": SYMLINK,
    "group": GROUP,
    "user": USER,
    "ssh_key": SSH_KEY,
    "block": BLOCK,
    "sysctl": SYSCTL,
    "sudo_rule": SUDO_RULE,
    "timer": TIMER,
    "line_in_file": LINE_IN_FILE,
    "ntp": NTP,
    "certificate_authority": CERTIFICATE_AUTHORITY,
    "firewall": FIREWALL,
    "server_certificate": SERVER_CERTIFICATE,
    "reboot": REBOOT,
    "verify_eap": VERIFY_EAP,
    "verify_dhcp": VERIFY_DHCP,
    "verify_dns": VERIFY_DNS,
    "verify_http": VERIFY_HTTP,
    "verify_tcp": VERIFY_TCP,
    "verify_certificate": VERIFY_CERTIFICATE,
}
