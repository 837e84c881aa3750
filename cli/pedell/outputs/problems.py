"""What is wrong, shown where it stands, with a line below the word that is meant."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pedell.model import Problem, Severity, Source, Words, tell, tell_count, tell_row
from pedell.outputs.layout import cells, clean, padded, wrapped
from pedell.outputs.views import Page

_WINDOW = 40
"""Characters in front of the word that are shown of a very long line."""

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_IN_LIST = re.compile(r"[^,\[\]{}]*?(?=\s*(?:[,\[\]{}]|:(?:\s|$)|\s#|$))")
_ALONE = re.compile(r".*?(?=\s*(?::(?:\s|$)|\s#|$))")
_IN_TABLE = re.compile(r"[^,;]*")


def problem_lines(problems: Sequence[Problem], texts: Mapping[str, str], page: Page) -> list[str]:
    """Show problems file by file, and at the end how many there are.

    ``texts`` maps every file that was read, as ``Source.file`` names it, to its text.
    """
    problems_by_file: dict[str, list[Problem]] = {}
    for problem in sorted(problems, key=_in_order):
        file = problem.source.file if problem.source else ""
        problems_by_file.setdefault(file, []).append(problem)
    lines: list[str] = []
    for file, found in problems_by_file.items():
        text = texts.get(file, "").splitlines()
        lines += [clean(file), ""] if file else []
        for problem in found:
            lines += [*_one(problem, text, page), ""]
    return [*lines, *wrapped(page.tongue.say(_last_line(problems, texts)), page.width)]


def word_length(line: str, column: int, file: str) -> int:
    """Count the characters of the word that begins at ``column`` (from one), 1 at least."""
    rest = line[column - 1 :]
    quoted = _QUOTED.match(rest)
    if quoted:
        return len(quoted[0])
    before = line[: column - 1]
    depth = sum(before.count(sign) for sign in "[{") - sum(before.count(sign) for sign in "]}")
    pattern = _IN_TABLE if file.endswith(".csv") else _IN_LIST if depth > 0 else _ALONE
    found = pattern.match(rest)
    return max(1, len(found[0].rstrip()) if found else 1)


def _in_order(problem: Problem) -> tuple[str, int, int, str, str]:
    source = problem.source or Source("", 0, 0)
    return (source.file, source.line, source.column, problem.code, problem.detail)


def _one(problem: Problem, text: Sequence[str], page: Page) -> Iterator[str]:
    width = min(page.width, 80)
    head = f"  {problem.code}  {page.tongue.summary(problem.code)}"
    where = f"{problem.source.line}:{problem.source.column}" if problem.source else ""
    gap = max(2, width - cells(head) - cells(where))
    yield f"{head}{' ' * gap}{where}".rstrip()
    if problem.source and 0 < problem.source.line <= len(text):
        yield from _excerpt(problem.source, text[problem.source.line - 1], page.width)
    for paragraph in page.tongue.say(problem.detail).splitlines() or [""]:
        yield from wrapped(clean(paragraph), page.width, "     ")


def _excerpt(source: Source, line: str, width: int) -> Iterator[str]:
    """Yield the line and the mark below it; of a line too long only what is around the word."""
    column = min(max(source.column, 1), len(line) + 1)
    length = word_length(line, column, source.file)
    number = f"{source.line:>7} │ "
    room = width - len(number)
    start = 0 if len(line) <= room else max(0, column - 1 - _WINDOW)
    before, word = line[start : column - 1], line[column - 1 : column - 1 + length]
    shown = clean(line[start:], room - 4).rstrip()
    lead = "…" if start else ""
    yield f"{number}{lead}{shown}".rstrip()
    marks = "^" * max(1, min(cells(clean(word)), room - cells(lead + clean(before)) - 4))
    yield f"{' ' * 8}│ {padded('', cells(lead + clean(before)))}{marks}"


def _last_line(problems: Sequence[Problem], texts: Mapping[str, str]) -> Words:
    if not problems:
        read = len(texts)
        return tell_count(read, "No problems in {count:,} file.", "No problems in {count:,} files.")
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    code = min(errors or problems, key=_in_order).code
    nothing = tell("Nothing has been changed.") if errors else tell("")
    more = tell("More: pedell help {code}", code=code)
    counts = _counts(len(errors), len(problems) - len(errors))
    found = tell("{counts}{where}.", counts=counts, where=_where(problems, texts))
    return tell_row("{first} {last}", [found, nothing, more])


def _counts(errors: int, warnings: int) -> Words:
    counts = []
    if errors:
        counts.append(tell_count(errors, "{count:,} error", "{count:,} errors"))
    if warnings:
        counts.append(tell_count(warnings, "{count:,} warning", "{count:,} warnings"))
    return tell_row("{first} and {last}", counts)


def _where(problems: Sequence[Problem], texts: Mapping[str, str]) -> Words:
    files = len({problem.source.file for problem in problems if problem.source})
    if not files:
        return tell("")
    if len(texts) <= files:
        return tell_count(files, " in {count:,} file", " in {count:,} files")
    return tell_count(
        len(texts),
        " in {files:,} of {count:,} file",
        " in {files:,} of {count:,} files",
        files=files,
    )
