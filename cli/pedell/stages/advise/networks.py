"""Networks that look wrong: whom devices would trust, and names that nobody can tell apart."""

from pedell.certificates.trust import SERVER, blocks_in, is_shown_to, trusted_by
from pedell.language.lookalikes import foreign_letter_in
from pedell.model import Desired, Problem, Resource, Severity, tell, tell_row


def advise_on_trust(desired: Desired) -> tuple[Problem, ...]:
    """Return warnings about enterprise networks on which devices would trust any RADIUS server.

    Without a certificate authority and the names of its servers, a stranger's access point can ask
    a tablet for its password (facts: Wi-Fi lint of the payload sheet).
    """
    found = []
    for resource in desired.values():
        spec = resource.spec
        if resource.address.kind != "wifi" or "enterprise" not in str(spec.get("security")):
            continue
        missing = [name for name in ("certificate", "server_names") if not spec.get(name)]
        if missing:
            parts = {
                "network": resource.address.name,
                "missing": tell_row("{first} and no {last}", missing),
            }
            detail = (
                tell("{network} names no {missing}: devices would join any like it.", **parts)
                if spec.get("eap") == ["tls"]
                else tell(
                    "{network} names no {missing}: devices would give their password to any RADIUS"
                    " server that asks.",
                    **parts,
                )
            )
            source = resource.origins.get(("security",), resource.source)
            found.append(Problem("W0301", detail, source, Severity.WARNING))
    return tuple(dict.fromkeys(found))


def advise_on_servers(desired: Desired) -> tuple[Problem, ...]:
    """Return warnings about networks whose devices would refuse a server that they accept by name.

    Both are declared: the network trusts one authority, and the server gets its certificate from
    another.
    """
    servers: dict[str, list[Resource]] = {}
    for resource in desired.values():
        if resource.address.kind == SERVER:
            servers.setdefault(resource.address.school, []).append(resource)
    found = []
    for resource in desired.values() if servers else ():
        spec = resource.spec
        if resource.address.kind != "wifi" or not spec.get("server_names"):
            continue
        for server in servers.get(resource.address.school, ()):
            trusted, shown = trusted_by(spec), blocks_in(server.spec.get("anchor"))
            if is_shown_to(spec, server.spec) and trusted and not trusted & shown:
                detail = tell(
                    "{network} does not trust {authority}, which signs for its server: devices"
                    " would refuse it.",
                    network=resource.address.name,
                    authority=server.spec.get("authority"),
                )
                source = resource.origins.get(("certificate",), resource.source)
                found.append(Problem("W0311", detail, source, Severity.WARNING))
    return tuple(dict.fromkeys(found))


def advise_on_tls(desired: Desired) -> tuple[Problem, ...]:
    """Return warnings about enterprise networks whose devices would speak TLS below 1.2."""
    found = []
    for resource in desired.values():
        lowest = resource.spec.get("tls_minimum")
        if resource.address.kind == "wifi" and lowest in ("1.0", "1.1"):
            detail = tell(
                "{network} lets devices go down to TLS {version}, which can be broken: leave"
                " tls_minimum out, and bring the RADIUS server up to date.",
                network=resource.address.name,
                version=lowest,
            )
            source = resource.origins.get(("tls_minimum",), resource.source)
            found.append(Problem("W0312", detail, source, Severity.WARNING))
    return tuple(dict.fromkeys(found))


def advise_on_names(desired: Desired) -> tuple[Problem, ...]:
    """Return warnings about networks whose name on the air has letters of another alphabet."""
    found = []
    for resource in desired.values():
        ssid = resource.spec.get("ssid")
        letter = foreign_letter_in(ssid) if isinstance(ssid, str) else ""
        if letter:
            detail = tell(
                '"{ssid}" has a letter that may look like a Latin one: {letter}.'
                " People cannot tell it from another network.",
                ssid=ssid,
                letter=letter,
            )
            source = resource.origins.get(("ssid",), resource.source)
            found.append(Problem("W0310", detail, source, Severity.WARNING))
    return tuple(dict.fromkeys(found))
