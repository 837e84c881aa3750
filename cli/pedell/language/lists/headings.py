"""Headings of device lists, German or English: what each means, and which names a person."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from pedell.model import Problem, Source, tell

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "serial": (
        "seriennummer", "seriennr", "serialnumber", "serialno", "serial", "sn", "snr",
        "geraeteseriennummer", "geraeteseriennr", "deviceserial", "deviceserialnumber",
    ),
    "mac": (
        "wlanmac", "wlanmacadresse", "wifimac", "wifimacadresse", "wifimacaddress", "wirelessmac",
        "macwlan", "macwifi", "macadressewlan", "macaddress", "macadresse", "mac",
    ),
    "asset": (
        "inventarnummer", "inventarnr", "inventar", "inventarisierungsnummer", "assettag",
        "assetnumber", "assetlabel", "asset", "label", "etikett",
    ),
    "model": (
        "modell", "model", "modellbezeichnung", "modelname", "geraetetyp", "artikelbezeichnung",
        "bezeichnung", "artikel", "description",
    ),
    "school": ("schule", "schulkennung", "schulid", "school", "schoolid", "schulname", "standort"),
    "cohort": ("cohort", "kohorte", "geraetegruppe", "gruppe", "group", "rolle", "role"),
    "lot": ("lieferung", "lieferlos", "los", "charge", "lot", "batch", "delivery"),
}  # fmt: skip  # one field a line
"""Field → its headings as :func:`plain` leaves them; of two in one list the earlier counts."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_PEOPLE = (
    "schueler|sus|lehrer|klassenlehrer|lehrkraft|lehrkraefte|lehrperson|lul|kind|kinder|eltern|"
    "ansprechpartner|kontakt|contact|person|personen|benutzer|nutzer|"
    "entleiher|ausleiher|erziehungsberechtigte[rn]?|sorgeberechtigte[rn]?|pupil|student|teacher|"
    "parent|guardian|user|borrower"
)
_PERSON = re.compile(
    rf"(?:{_PEOPLE})(?:s|es|n|en|in|innen|name|namen|nr|nummer|id|kennung|e?mail)*|"
    r"(?:vor|nach|zu|ruf|familien|geburts|voller|first|last|full|given|sur|family|middle)names?|"
    r"e?mails?|e?mailadressen?|e?mailaddress|geb|geboren|geb(?:urts)?(?:datum|tag)|birthda(?:y|te)|"
    r"dob|dateofbirth|anrede|anschrift|wohnort|telefon(?:nummer|nr)?|handy(?:nummer|nr)?|"
    r"phone(?:number)?|namen?"
)
_MAIL = re.compile(r"[eE]-[mM]ail")
_NEUTRAL = {"name", "namen"}
"""Alone a person's, beside other words mostly a thing's: ``Device Name``."""


def plain(heading: str) -> str:
    """Return a heading without case, umlauts, blanks, hyphens, dots: ``Serien-Nr.`` → seriennr."""
    return "".join(_words(heading))


def fields_of(
    cells: Sequence[str], known: Mapping[str, Sequence[str]] = HEADINGS
) -> Mapping[str, int]:
    """Return field → index of the column that holds it. ``known`` is shaped like HEADINGS."""
    found: dict[str, int] = {}
    headings = [plain(cell) for cell in cells]
    for field, spellings in known.items():
        ranks = {at: spellings.index(h) for at, h in enumerate(headings) if h in spellings}
        if ranks:
            found[field] = min(ranks, key=ranks.__getitem__)
    return found


def names_a_person(heading: str) -> bool:
    """Tell whether a column looks as if it held what belongs to a person."""
    words = _words(heading)
    if _PERSON.fullmatch("".join(words)):
        return True
    return any(_PERSON.fullmatch(word) for word in words if word not in _NEUTRAL)


def person_problems(headings: Iterable[tuple[int, str]], file: str, line: int) -> list[Problem]:
    """Return a problem for each (column from one, heading) that names a person."""
    return [
        Problem(
            "E0243",
            tell(
                'The column "{heading}" looks like a person\'s. Data protection: no name of a '
                "pupil or teacher belongs into the inventory, where git keeps it for ever. "
                "Remove the column and try again.",
                heading=heading.strip()[:40],
            ),
            Source(file, line, column),
        )
        for column, heading in headings
        if names_a_person(heading)
    ]


def headings_in(line: str) -> list[tuple[int, str]]:
    """Return (column from one, heading) of a first line as it stands, whatever parts it."""
    found = re.finditer(r"[^;,\t]+", line)
    return [(each.start() + 1, each[0].strip().strip('"')) for each in found]


def _words(heading: str) -> list[str]:
    text = _MAIL.sub("email", unicodedata.normalize("NFC", heading))
    return re.findall(r"[a-z0-9]+", text.casefold().translate(_UMLAUTS))
