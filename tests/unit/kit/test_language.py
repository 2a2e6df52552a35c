"""The language of a message is guessed among the shop's own, and only where there is enough to go by."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from balcao.kit.language import guess

SHOP = ["en", "pt-BR", "tr"]


@pytest.mark.parametrize(
    "text, language",
    [
        ("Where is my order?", "en"),
        ("I would like to return the shoes, please", "en"),
        ("thanks a lot", "en"),
        ("Onde está meu pedido?", "pt-BR"),
        ("nao recebi minha encomenda ainda", "pt-BR"),
        ("quero cancelar", "pt-BR"),
        ("Obrigado!", "pt-BR"),
        ("Siparişim nerede?", "tr"),
        ("kargom hala gelmedi", "tr"),
        ("SİPARİŞİMİ İPTAL ETMEK İSTİYORUM", "tr"),
        ("Teşekkürler", "tr"),
    ],
)
@pytest.mark.parametrize("default", SHOP)
def test_a_plain_sentence_is_recognised(text: str, language: str, default: str) -> None:
    assert guess(text, SHOP, default=default) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "Oi",
        "48102",
        "CJ-48102 / 17.11.2026",
        "🙂🙂🙂",
        "https://loja.example/where-is-my-order",
        "ana@loja.example",
        "> Where is my order?\n> I am waiting for it",
    ],
)
def test_where_there_is_too_little_the_default_stands(text: str) -> None:
    assert guess(text, SHOP, default="tr") == "tr"
    assert guess(text, SHOP, default="pt-BR") == "pt-BR"


def test_links_addresses_and_quotes_do_not_count() -> None:
    text = (
        "Kargom gelmedi, lütfen bakar mısınız?\n"
        "https://shop.example/where/is/my/order?the=parcel&that=i-have-been-waiting-for support@shop.example\n"
        "> Dear customer, your order has been shipped and will arrive within the next three days.\n"
        "> Thank you for shopping with us."
    )
    assert guess(text, SHOP, default="en") == "tr"


@pytest.mark.parametrize(
    "among, expected",
    [(["en", "pt"], "pt"), (["en", "pt_BR"], "pt_BR"), (["EN", "PT-br"], "PT-br"), (["pt-BR", "pt-PT", "en"], "pt-BR")],
)
def test_the_answer_is_spelt_as_offered(among: Sequence[str], expected: str) -> None:
    assert guess("Onde está o meu pedido?", among, default="en") == expected


@pytest.mark.parametrize("among", [[], ["en"], ["xx", "en"], ["xx", "yy"]])
def test_without_a_choice_the_default_stands(among: Sequence[str]) -> None:
    assert guess("Onde está o meu pedido?", among, default="tr") == "tr"


def test_an_endless_text_is_read_from_its_beginning() -> None:
    assert guess("Onde está o meu pedido? " * 50_000, SHOP, default="en") == "pt-BR"


def test_the_model_is_not_loaded_before_it_is_needed() -> None:
    script = "import sys, balcao.kit.language; sys.exit('numpy' in sys.modules or 'py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
