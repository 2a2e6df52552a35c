"""A template is filled with values and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.placeholders import BadTemplate, Filled, Placeholder, Problem, Text, escape, fill, parse, problems_in

VALUES = {"customer.first_name": "Ana", "ticket.number": "48102", "agent.name": "Mehmet", "shop.name": None}


def test_names_are_replaced_by_values() -> None:
    filled = fill("Olá {customer.first_name}, chamado { ticket.number }. {agent.name}", VALUES)
    assert filled == Filled("Olá Ana, chamado 48102. Mehmet", [])


def test_a_missing_value_leaves_nothing_and_is_named_once() -> None:
    assert fill("{shop.name}-{shop.name}-{customer.name}", VALUES) == Filled("--", ["shop.name", "customer.name"])


def test_the_pieces_say_where_they_stand() -> None:
    assert parse("Olá {agent.name}!") == [Text("Olá "), Placeholder("agent.name", 4), Text("!")]
    assert parse("") == []


@pytest.mark.parametrize(
    "template, problems",
    [
        ("Olá {customer.nome}", [Problem("customer.nome", 4)]),
        ("{customer.password} {x}", [Problem("customer.password", 0), Problem("x", 20)]),
        ("{}", [Problem("", 0)]),
        ("a { b", [Problem("{", 2)]),
        ("a } b", [Problem("}", 2)]),
        ("{customer.\nname}", [Problem("{", 0), Problem("}", 15)]),
        ("{customer.__class__}", [Problem("customer.__class__", 0)]),
        ("{customer.name!r}", [Problem("customer.name!r", 0)]),
        ("{{{x}}}", [Problem("x", 2)]),
        ("Olá {agent.name}", []),
    ],
)
def test_what_is_wrong_is_told_with_its_position(template: str, problems: list[Problem]) -> None:
    assert problems_in(template) == problems
    if problems:
        with pytest.raises(BadTemplate, match=f"position {problems[0].position}") as raised:
            fill(template, VALUES)
        assert raised.value.problems == problems


@pytest.mark.parametrize(
    "template, text",
    [("{{agent.name}}", "{agent.name}"), ("{{{agent.name}}}", "{Mehmet}"), ("a {{ b }} c", "a { b } c")],
)
def test_doubled_braces_are_braces(template: str, text: str) -> None:
    assert fill(template, VALUES).text == text


def test_other_languages_of_templates_mean_nothing() -> None:
    assert fill("%s %(x)s $x ${{x}} {{% if x %}} <b>", VALUES).text == "%s %(x)s $x ${x} {% if x %} <b>"


@given(st.text(), st.text())
def test_values_are_never_read_as_templates(before: str, value: str) -> None:
    assert fill(escape(before) + "{agent.name}", {"agent.name": value}).text == before + value


@given(st.text(alphabet="{}a. \nç", max_size=50))
def test_any_template_is_filled_or_refused(template: str) -> None:
    problems = problems_in(template, known={"a"})
    if not problems:
        assert isinstance(fill(template, {"a": "x"}, known={"a"}), Filled)
