"""Finds what a person names in an inventory, or says what they may have meant."""

from pedell.language.nearest import did_you_mean
from pedell.model import Cohort, Problem, Rejected, School, Words, tell
from pedell.reading import Reading


def find_school(reading: Reading, name: str) -> School:
    """Return the school with this id."""
    schools = reading.inventory.schools
    if name not in schools:
        meant = did_you_mean(name, schools)
        raise nothing(tell('There is no school "{name}". {meant}', name=name, meant=meant))
    return schools[name]


def find_cohort(school: School, name: str) -> Cohort:
    """Return the cohort of this name."""
    by_name = {cohort.name: cohort for cohort in school.cohorts}
    if name not in by_name:
        meant = did_you_mean(name, by_name)
        detail = tell(
            '{school} has no cohort "{name}". {meant}', school=school.id, name=name, meant=meant
        )
        raise nothing(detail)
    return by_name[name]


def find_device(reading: Reading, serial: str) -> tuple[School, Cohort]:
    """Return the school and the cohort whose list has this device."""
    wanted = serial.upper()
    known: list[str] = []
    for school in reading.inventory.schools.values():
        for cohort in school.cohorts:
            if wanted in cohort.serials:
                return school, cohort
            known += cohort.serials
    meant = did_you_mean(wanted, known)
    raise nothing(tell('No list has a device "{serial}". {meant}', serial=serial, meant=meant))


def nothing(detail: Words) -> Rejected:
    """Reject what a person named and nobody has."""
    return Rejected([Problem("E0270", detail)])
