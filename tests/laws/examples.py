"""How many examples a law is tried with; slow machines get as much time as they need."""

from hypothesis import HealthCheck, settings


def examples(number: int) -> settings:
    """Try so many, without a deadline for the single one."""
    return settings(
        max_examples=number,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
