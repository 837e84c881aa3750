"""The only file that knows Jinja2: templates of the authority's roles become text.

Templates are files of the authority; what a school wrote enters them as plain values and is never
rendered itself. Secrets come in as marks, so a rendered text holds none (``⟦secret:NAME⟧``).
"""

import re
import traceback
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pedell.model import Problem, Rejected, Source, Words, tell

MARK = "⟦secret:{}⟧"
_BRACKETS = frozenset("⟦⟧")


class Templates:
    """The templates of one role, compiled once and rendered for each school."""

    def __init__(self, role: str, texts: Mapping[str, str], source: Source) -> None:
        self._role = role
        self._texts = texts
        self._source = source
        self._template = cache(self._compiled)

    def render(self, name: str, values: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
        """Return the text and the names of the secrets whose marks stand in it, or reject."""
        import jinja2

        named: set[str] = set()

        def secret(secret_name: str) -> str:
            named.add(str(secret_name))
            return MARK.format(secret_name)

        if forged := next((text for text in _texts(values) if _BRACKETS & set(text)), None):
            detail = tell(
                '"{text}" holds ⟦ or ⟧, which mark the place of a secret.', text=forged[:60]
            )
            raise Rejected([Problem("E0250", detail, self._place(name, 1))])
        try:
            text = self._template(name).render(values, secret=secret)
        except (jinja2.TemplateError, *_FAULTS) as error:
            place = self._place(*self._stop(error, name))
            raise Rejected([Problem("E0250", _reason(error), place)]) from None
        return text, frozenset(named)

    def _compiled(self, name: str) -> Any:
        from jinja2 import FunctionLoader, StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(
            loader=FunctionLoader(self._text),
            undefined=StrictUndefined,
            autoescape=False,  # configuration files, not HTML
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        return environment.get_template(name)

    def _text(self, name: str) -> tuple[str, str, None] | None:
        # the name of the template doubles as its file name, so that a traceback tells which one
        return (self._texts[name], name, None) if name in self._texts else None

    def _stop(self, error: Exception, name: str) -> tuple[str, int]:
        """Return the template and the line in which rendering stopped."""
        line = getattr(error, "lineno", None)
        if line is not None:
            return str(getattr(error, "name", None) or name), int(line)
        frames = traceback.extract_tb(error.__traceback__)
        inside = [frame for frame in frames if frame.filename in self._texts]
        return (inside[-1].filename, inside[-1].lineno or 1) if inside else (name, 1)

    def _place(self, name: str, line: int) -> Source:
        folder = self._source.file.rpartition("/")[0]
        return Source(f"{folder}/templates/{name}", line, 1)


def _reason(error: Exception) -> Words:
    """Say what Jinja says; a name that is not there, which is most of it, in our words."""
    said = str(error).removesuffix(".")
    if lacking := _LACKING.fullmatch(said):
        return tell("'{thing}' has no attribute '{name}'.", thing=lacking[1], name=lacking[2])
    if unknown := _UNKNOWN.fullmatch(said):
        return tell("'{name}' is undefined.", name=unknown[1])
    return tell("{fault}.", fault=said)


_LACKING = re.compile(r"'(.+)' has no attribute '(.+)'")
_UNKNOWN = re.compile(r"'(.+)' is undefined")

_FAULTS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError)
"""What an expression of a template may run into."""


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for key, child in value.items():
                yield from (str(key), *_texts(child))
        case list() | tuple():
            for child in value:
                yield from _texts(child)
