"""How people look without a picture, and how words compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.web.components.looks import channel_colour, channel_icon, fold, initials, tint


@pytest.mark.parametrize(
    "name,language,expected",
    [
        ("Marina Albuquerque", "pt-br", "MA"),
        ("Luiz Fernando Prado", "pt-br", "LF"),
        ("marina.souza@example.com", "en", "MS"),
        ("ışıl irem", "tr", "Iİ"),
        ("irem", "en", "I"),
        ("+55 81 98842-2210", "en", "?"),
        ("", "en", "?"),
    ],
)
def test_initials(name: str, language: str, expected: str) -> None:
    assert initials(name, language) == expected


@given(st.text())
def test_a_tint_is_one_of_six_and_forgets_case(name: str) -> None:
    assert 1 <= tint(name) <= 6
    assert tint(f" {name} ") == tint(name)


@pytest.mark.parametrize("one,other", [("Işıl", "isil"), ("İREM", "irem"), ("João", "joao"), ("ÇAĞRI", "cagri")])
def test_folding_takes_for_one_what_people_take_for_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_channel_nobody_drew_has_an_icon_all_the_same() -> None:
    assert (channel_icon("pigeon"), channel_colour("pigeon")) == ("chats-circle", "chat")
