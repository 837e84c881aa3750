"""Sentences for people, that can be said in another language afterwards."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Self


class Words(str):
    """English text that still knows the ``template`` and the ``parts`` it was made from.

    It is a plain string to everybody who only reads it; a translator looks the template up and
    fills it with the same parts. A part may be such words itself.
    """

    __slots__ = ("parts", "template")

    template: str
    parts: Mapping[str, object]

    def __new__(cls, template: str, parts: Mapping[str, object]) -> Self:  # noqa: D102
        words = super().__new__(cls, template.format_map(parts))
        words.template, words.parts = template, parts
        return words


def tell(template: str, /, **parts: object) -> Words:
    """Fill a template: ``tell("{name} has {count:,} bytes.", name="x", count=3)``."""
    return Words(template, parts)


def tell_count(count: int, one: str, many: str, /, **parts: object) -> Words:
    """Fill one of two templates by number: ``tell_count(3, "a file", "{count} files")``.

    Both know the number as ``count``.
    """
    return Words(one if count == 1 else many, {**parts, "count": count})


def tell_row(template: str, words: Iterable[str], /) -> Words:
    """Fold words with a template of ``first`` and ``last``: ``tell_row("{first} or {last}", …)``.

    Empty ones are left out; of nothing nothing is told.
    """
    told = [each if isinstance(each, Words) else Words("{it}", {"it": each}) for each in words]
    row = [each for each in told if each]
    if not row:
        return Words("", {})
    return reduce(lambda first, last: Words(template, {"first": first, "last": last}), row)


def quote(text: str, /) -> Words:
    """Take over a sentence that a library or a schema says; it has no parts."""
    return Words(text.replace("{", "{{").replace("}", "}}"), {})
