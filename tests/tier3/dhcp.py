"""A device that asks a machine for an address over the wire."""

import socket
import struct
import time

PATIENCE = 6.0
"""Seconds. dnsmasq looks for three whether somebody has the address already."""


def offered(link: str, mac: str) -> str:
    """Ask for an address as a tablet does that has none yet, and return the offer, empty for none.

    Packets of RFC 2131 with Ethernet, IPv4 and UDP around them; ``link`` is our end of the wire.
    """
    hardware = bytes.fromhex(mac.replace(":", ""))
    body = struct.pack(
        "!BBBBIHH16x16s64x128x4s", 1, 1, 6, 0, 7, 0, 0x8000, hardware, b"\x63\x82\x53\x63"
    )
    body += bytes([53, 1, 1, 255])
    udp = struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\0" * 4, b"\xff" * 4
    )
    words = sum(struct.unpack("!10H", head))
    total = ~((words & 0xFFFF) + (words >> 16)) & 0xFFFF
    head = head[:10] + struct.pack("!H", total) + head[12:]
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800)) as line:
        line.bind((link, 0))
        line.send(b"\xff" * 6 + hardware + b"\x08\x00" + head + udp)
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            line.settimeout(left)
            try:
                packet = line.recv(2048)
            except TimeoutError:
                break
            if packet[34:38] == b"\0\x43\0\x44" and packet[70:76] == hardware:
                return ".".join(map(str, packet[58:62]))
    return ""
