"""The words by which products are found."""

from balcao.commerce.rules.searching import terms_of, words_of
from balcao.testing.orders import a_product


def test_a_product_is_found_by_name_code_and_what_its_variants_are_called() -> None:
    words = words_of(a_product())

    assert {"caneca", "moringa", "can", "az", "canaz", "azul", "vermelha"} <= words


def test_a_question_is_folded_and_its_longest_word_comes_first() -> None:
    assert terms_of("Sürahi, ÇİNİ") == ["surahi", "cini"]
    assert terms_of("xícara de AÇÃO") == ["xicara", "acao", "de"]
    assert terms_of(" ?! ") == []
