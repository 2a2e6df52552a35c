"""Order numbers and parcels' codes in a text, whatever their form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.commerce.rules import keys, matching
from balcao.ports.commerce import KeyKind


@pytest.mark.parametrize(
    "text, number",
    [
        ("Where is my order #1001?", "1001"),
        ("pedido nº CJ-48102, chegou quebrado", "CJ-48102"),
        ("Siparişim TR2026/00418 nerede", "TR2026/00418"),
        ("order 100-2345-77.", "100-2345-77"),
        ("o rastreio QP123456789BR não anda", "QP123456789BR"),
        ("o rastreio QP 123 456 789 BR não anda", "QP 123 456 789 BR"),
    ],
)
def test_numbers_are_found_as_people_write_them(text: str, number: str) -> None:
    wanted = keys.spelt(KeyKind.NUMBER, number, region="", secret="")

    found = {keys.spelt(kind, value, region="", secret="") for kind, value in matching.named_in(text)}

    assert wanted in found


def test_words_without_digits_are_no_numbers() -> None:
    assert matching.named_in("Bom dia, tudo bem? Chegou em 2 dias, obrigada!") == []


@given(st.text(max_size=500))
def test_no_text_leads_to_more_than_a_few_questions(text: str) -> None:
    assert len(matching.named_in(text * 20)) <= 80
