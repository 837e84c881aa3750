"""The only file that knows Jinja2: templates of the authority's roles become text.

Templates are files of the authority; what a school wrote enters them as plain values and is never
rendered itself. Secrets come in as marks, so a rendered text holds none (``⟦secret:NAME⟧``, or
``⟦secret:NAME|WRITING⟧`` where it is written in another way).
"""

import re
import traceback
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from pedell.model import WRITINGS, Problem, Rejected, Source, Words, quote, tell

MARK = "⟦secret:{}⟧"
_BRACKETS = frozenset("⟦⟧")
_NO_VALUES: Mapping[str, Any] = {}


class SoundValues:
    """Remembers the values that were checked last: many templates in turn see the same ones."""

    def __init__(self) -> None:
        self._last: Mapping[str, Any] | None = None

    def check(self, values: Mapping[str, Any]) -> None:
        """Stop the rendering where they hold what marks a secret."""
        if values is not self._last:
            refuse_marks(values)
            self._last = values


class Templates:
    """The templates of one role, compiled once and rendered for each school."""

    def __init__(
        self,
        role: str,
        texts: Mapping[str, str],
        source: Source,
        sound: "SoundValues | None" = None,
    ) -> None:
        self._role = role
        self._texts = texts
        self._source = source
        self._template = cache(self._compiled)
        self._sound = sound or SoundValues()

    def render(
        self, name: str, values: Mapping[str, Any], own: Mapping[str, Any] = _NO_VALUES
    ) -> tuple[str, frozenset[str]]:
        """Return the text and the names of the secrets whose marks stand in it, or reject.

        ``values`` are those that many templates share, ``own`` those of this one.
        """
        if _is_plain(self._texts.get(name, "{{")):
            return self._texts[name], frozenset()
        import jinja2

        named: set[str] = set()

        def secret(secret_name: str, writing: str = "") -> str:
            if writing and writing not in WRITINGS:
                _refuse(f"secret() knows the writings {', '.join(WRITINGS)}.", str(writing))
            named.add(str(secret_name))
            return MARK.format(f"{secret_name}|{writing}" if writing else secret_name)

        try:
            self._sound.check(values)
            refuse_marks(own)
            text = self._template(name).render(values, **own, secret=secret, refuse=_refuse)
        except _ForgedError as forged:
            detail = tell(
                '"{text}" holds ⟦ or ⟧, which mark the place of a secret.', text=str(forged)[:60]
            )
            raise Rejected([Problem("E0250", detail, self._place(name, 1))]) from None
        except _RefusedError as refused:
            raise Rejected([Problem("E0113", refused.reason, self._source)]) from None
        except (jinja2.TemplateError, *_FAULTS) as error:
            place = self._place(*self._stop(error, name))
            raise Rejected([Problem("E0250", _reason(error), place)]) from None
        return text, frozenset(named)

    def _compiled(self, name: str) -> Any:
        return self._environment.get_template(name)

    @cached_property
    def _environment(self) -> Any:
        from jinja2 import FunctionLoader, StrictUndefined

        return _sandbox()(
            loader=FunctionLoader(self._text),
            undefined=StrictUndefined,
            autoescape=False,  # configuration files, not HTML
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )

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


@cache
def _sandbox() -> Any:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """Jinja's own, which finds plain values at once: most of a template is that."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            if type(obj) is dict and attribute not in _OF_ALL_MAPPINGS and attribute in obj:
                return obj[attribute]
            return super().getattr(obj, attribute)

    return Sandbox


_OF_ALL_MAPPINGS = frozenset(dir(dict))


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


def refuse_marks(value: Any) -> None:
    """Stop the rendering where a value, or one inside it, holds what marks a secret."""
    match value:
        case str():
            if "⟦" in value or "⟧" in value:
                raise _ForgedError(value)
        case Mapping():
            for key, child in value.items():
                refuse_marks(str(key))
                refuse_marks(child)
        case list() | tuple():
            for child in value:
                refuse_marks(child)


@cache
def _is_plain(text: str) -> bool:
    """Tell whether a template says the same for every school, so that there is nothing to do."""
    return not any(sign in text for sign in ("{{", "{%", "{#", *_BRACKETS))


def _refuse(reason: str, what: str = "") -> None:
    """Stop the rendering because what was declared cannot be; ``what`` names it."""
    said = quote(reason)
    raise _RefusedError(tell("{thing}: {wrong}", thing=what, wrong=said) if what else said)


class _ForgedError(Exception):
    """A value holds the marks of a secret."""


class _RefusedError(Exception):
    """A template refuses the values; ``reason`` is for people."""

    def __init__(self, reason: Words) -> None:
        super().__init__(reason)
        self.reason = reason
