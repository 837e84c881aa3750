"""Templates: the authority's text, the school's values as plain data, secrets as marks."""

import pytest

from pedell.language.templates import Templates
from pedell.model import Rejected, Source

SOURCE = Source("playbooks/roles/x/role.yml", 1, 1)


def render(text, values=None, **others):
    texts = {"main.j2": text, **{f"{name}.j2": body for name, body in others.items()}}
    return Templates("x", texts, SOURCE).render("main.j2", values or {})


def fault(text, values=None, **others):
    with pytest.raises(Rejected) as caught:
        render(text, values, **others)
    (found,) = caught.value.problems
    assert found.code == "E0250"
    return str(found.source), found.detail


def test_values_are_filled_in_and_lines_stay():
    assert render("a {{ x }}\n", {"x": 1}) == ("a 1\n", frozenset())


def test_a_secret_comes_in_as_a_mark():
    text = "{{ secret('a') }} {{ secret(x) }} {{ secret('a') }}"
    assert render(text, {"x": "b"}) == (
        "⟦secret:a⟧ ⟦secret:b⟧ ⟦secret:a⟧",
        frozenset({"a", "b"}),
    )


def test_a_mark_says_in_which_writing_its_secret_stands():
    assert render("{{ secret('a', 'octal') }}") == ("⟦secret:a|octal⟧", frozenset({"a"}))
    with pytest.raises(Rejected, match="knows the writings octal, freeradius"):
        render("{{ secret('a', 'braille') }}")


def test_what_a_school_wrote_is_never_rendered():
    assert render("{{ x }}", {"x": "{{ secret('a') }}{% raw %}"}) == (
        "{{ secret('a') }}{% raw %}",
        frozenset(),
    )


@pytest.mark.parametrize("values", [{"x": "⟦secret:a⟧"}, {"x": {"y": ["⟧"]}}, {"x": {"⟦": 1}}])
def test_what_a_school_wrote_cannot_forge_a_mark(values):
    place, detail = fault("{{ secret('a') }}", values)
    assert place == "playbooks/roles/x/templates/main.j2:1:1"
    assert "mark the place of a secret" in detail


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a\n{{ x.y }}\n", 2, "'x' is undefined"),
        ("a\n\n{% if %}\n", 3, "Expected an expression"),
        ("a\n{{ 1 / 0 }}\n", 2, "division by zero"),
        ("a\n{{ 'x' + 1 }}\n", 2, "can only concatenate"),
        ("a\n{{ '{}'.format() }}\n", 2, "index"),
        ("a\n{{ ''.__class__.__mro__ }}\n", 2, "unsafe"),
        ("a\n{% set y = [].append(1) %}\n", 2, "is unsafe"),
        ("a\n{% for i in range(10**9) %}{% endfor %}\n", 2, "Range too big"),
        ("a\n{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", 2, "recursion"),
        ("a\n{% include 'none.j2' %}\n", 2, "none.j2"),
        ("a\n{{ secret(x) }}\n", 2, "'x' is undefined"),
    ],
)
def test_a_fault_names_file_and_line(text, line, said):
    place, detail = fault(text)
    assert place == f"playbooks/roles/x/templates/main.j2:{line}:1"
    assert said in detail


def test_a_fault_in_an_included_file_names_that_file():
    place, _ = fault("{% include 'part.j2' %}", part="\n\n{{ x }}")
    assert place == "playbooks/roles/x/templates/part.j2:3:1"
    place, _ = fault("{% include 'part.j2' %}", part="\n{% if %}")
    assert place == "playbooks/roles/x/templates/part.j2:2:1"


def test_a_template_that_says_the_same_everywhere_is_taken_as_it_is():
    assert render("plain { text } # %\n", {"x": "⟦"}) == ("plain { text } # %\n", frozenset())


def test_a_template_may_refuse_what_was_declared():
    with pytest.raises(Rejected) as caught:
        render('{% if x %}{{ refuse("That cannot be.", x) }}{% endif %}', {"x": "vlan 3"})
    (found,) = caught.value.problems
    assert (found.code, str(found.source), found.detail) == (
        "E0113",
        str(SOURCE),
        "vlan 3: That cannot be.",
    )
