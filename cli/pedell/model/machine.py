"""Which addresses name this machine: what stays on it needs no encryption."""

from ipaddress import ip_address


def is_this_machine(host: str) -> bool:
    """Tell whether a host of an address is the loopback interface."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
