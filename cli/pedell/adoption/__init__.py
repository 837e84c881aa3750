"""The way back: profiles that others wrote become files of ours, and a proof that none is lost."""

from pedell.adoption.adopting import WHOLE, Adopted, Fate, Wish, adopt_profiles
from pedell.adoption.installed import sort_profiles
from pedell.adoption.leaving import Left, named, seen
from pedell.adoption.naming import slug
from pedell.adoption.proving import Language
from pedell.adoption.standing import Claims, Grounds, sort_legacy
from pedell.adoption.strangers import Stranger, read_stranger
from pedell.adoption.taking import Taken, read_desired, take_over
from pedell.adoption.writing import Ground

__all__ = [
    "WHOLE",
    "Adopted",
    "Claims",
    "Fate",
    "Ground",
    "Grounds",
    "Language",
    "Left",
    "Stranger",
    "Taken",
    "Wish",
    "adopt_profiles",
    "named",
    "read_desired",
    "read_stranger",
    "seen",
    "slug",
    "sort_legacy",
    "sort_profiles",
    "take_over",
]
