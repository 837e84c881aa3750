"""Stage (pure): whether the certificates that sign profiles can do that at all."""

import datetime
from collections.abc import Mapping

from pedell.model import Problem, Rejected, Severity, Signing, tell


def vouch_for_signing(
    signing: Mapping[str, Signing], now: datetime.datetime
) -> tuple[Problem, ...]:
    """Return what is doubtful about who signs for which target; reject what cannot sign.

    The key stays in the vault: whether it fits shows when something is signed.
    """
    found = [problem for one in signing.values() if (problem := _problem(one, now))]
    errors = [problem for problem in found if problem.severity is Severity.ERROR]
    if errors:
        raise Rejected(errors)
    return tuple(found)


def _problem(one: Signing, now: datetime.datetime) -> Problem | None:
    # a heavy library: only an inventory that signs loads it
    from pedell.certificates.certificate import read_certificates
    from pedell.certificates.signing import check_signing_certificate

    if why := check_signing_certificate(one.chain):
        detail = tell(
            "Profiles cannot be signed with the certificate {name}: {why}.", name=one.name, why=why
        )
        return Problem("E0268", detail, one.source)
    begins = read_certificates(one.chain)[0].begins
    if begins <= now:
        return None
    detail = tell(
        "The certificate {name} holds from {day} on. Until then devices show what it has signed as"
        " not verified: keep the one before until that day.",
        name=one.name,
        day=begins.date(),
    )
    return Problem("W0313", detail, one.source, Severity.WARNING)
