"""Sentences for people, that can be said in another language afterwards."""

from collections.abc import Mapping
from typing import Self


class Words(str):
    """English text that still knows the ``template`` and the ``parts`` it was made from.

    It is a plain string to everybody who only reads it; a translator looks the template up and
    fills it with the same parts. A part may be such words itself.
    """

    __slots__ = ("parts", "template")

    template: str
    parts: Mapping[str, object]

    def __new__(cls, template: str, parts: Mapping[str, object]) -> Self:
        words = super().__new__(cls, template.format_map(parts))
        words.template, words.parts = template, parts
        return words


def tell(template: str, /, **parts: object) -> Words:
    """Fill a template: ``tell("{name} has {count:,} bytes.", name="x", count=3)``."""
    return Words(template, parts)
