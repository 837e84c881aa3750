"""The only file that knows Jinja2: templates of the authority's roles become text.

Templates are files of the authority; what a school wrote enters them as plain values and is never
rendered itself. Secrets come in as marks, so a rendered text holds none (``⟦secret:NAME⟧``).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pedell.model import Problem, Rejected, Source

MARK = "⟦secret:{}⟧"


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

        try:
            text = self._template(name).render(values, secret=secret)
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
            line = getattr(error, "lineno", None) or 1
            detail = f"{name}: {error}"
            raise Rejected([Problem("E0250", detail, self._place(name, line))]) from None
        return text, frozenset(named)

    def _compiled(self, name: str) -> Any:
        from jinja2 import DictLoader, StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(self._texts)),
            undefined=StrictUndefined,
            autoescape=False,  # configuration files, not HTML
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        return environment.get_template(name)

    def _place(self, name: str, line: int) -> Source:
        folder = self._source.file.rpartition("/")[0]
        return Source(f"{folder}/templates/{name}", line, 1)
