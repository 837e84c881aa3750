"""The way back: profiles that others wrote become files of ours, and a proof that none is lost."""

from pedell.adoption.adopting import WHOLE, Adopted, Fate, Wish, adopt_profiles
from pedell.adoption.naming import slug
from pedell.adoption.proving import Language
from pedell.adoption.strangers import Stranger, read_stranger

__all__ = [
    "WHOLE",
    "Adopted",
    "Fate",
    "Language",
    "Stranger",
    "Wish",
    "adopt_profiles",
    "read_stranger",
    "slug",
]
