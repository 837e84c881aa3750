"""Test machines: real Debian systems with systemd, each new and gone again within a second."""

from tests.machines.machine import Machine, machines

__all__ = ["Machine", "machines"]
