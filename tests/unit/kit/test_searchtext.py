"""The same word finds itself: inflected, with or without accents, with any Turkish i."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.searchtext import document_terms, fold, holds_phrase, lower, query_phrases, query_terms, sort_key

SHOP = ("en", "pt-BR", "tr")


def finds(query: str, text: str, language: str, languages: tuple[str, ...] = SHOP) -> bool:
    terms = set(document_terms(text, language).split())
    wanted = query_terms(query, languages)
    return bool(wanted) and all(word & terms for word in wanted)


@pytest.mark.parametrize(
    "query, text, language",
    [
        ("order", "Where are my orders?", "en"),
        ("shipping", "It was shipped yesterday", "en"),
        ("pedido", "Onde estão meus pedidos?", "pt"),
        ("devoluções", "Quero fazer uma devolução", "pt"),
        ("devolucao", "Quero fazer uma devolução", "pt"),
        ("DEVOLUÇÃO", "quero uma devolucao", "pt"),
        ("entregue", "A entrega não chegou", "pt"),
        ("sipariş", "Siparişim nerede?", "tr"),
        ("siparis", "Siparişimi iptal edin", "tr"),
        ("siparişim", "siparisimi iptal edin", "tr"),
        ("kargo", "Kargom gelmedi", "tr"),
        ("KARGO", "kargonun durumu", "tr"),
    ],
)
def test_an_inflected_word_is_found(query: str, text: str, language: str) -> None:
    assert finds(query, text, language)


ISPARTA = ["Isparta", "ısparta", "isparta", "ISPARTA", "İSPARTA", "İsparta", "I\u0307sparta"]


@pytest.mark.parametrize("query", ISPARTA)
@pytest.mark.parametrize("text", ISPARTA)
@pytest.mark.parametrize("language", ["tr", "en", "pt_BR"])
def test_every_i_meets_every_other(query: str, text: str, language: str) -> None:
    assert finds(query, text, language)
    assert finds(query, text, language, languages=("en",))


@pytest.mark.parametrize(
    "query", ["CJ-48102", "cj-48102", "cj48102", "48102", "#48102", "CJ 48102", "CJ-48102.", "(CJ-48102)"]
)
@pytest.mark.parametrize("text", ["pedido CJ-48102!", "pedido cj48102", "Sipariş #CJ-48102", "CJ–48102 CJ-48102"])
def test_an_order_code_is_found_whole_and_in_parts(query: str, text: str) -> None:
    assert finds(query, text, "pt")


def test_an_order_code_finds_its_bare_number_and_no_other_code() -> None:
    assert finds("CJ-48102", "meu pedido 48102", "pt")
    assert not finds("CJ-48102", "meu pedido CJ-48103", "pt")
    assert not finds("4810", "meu pedido CJ-48102", "pt")
    assert not finds("17/11/2026", "em 18/12/2026", "pt")
    assert finds("17/11/2026", "em 17/11/2026.", "pt")


@pytest.mark.parametrize("query", ["ana.souza@loja.com.br", "ANA.SOUZA@LOJA.COM.BR", "souza", "loja", "ana.souza"])
def test_an_address_is_found_whole_and_in_parts(query: str) -> None:
    assert finds(query, "escreva para ana.souza@loja.com.br", "pt")


def test_another_address_of_the_same_domain_is_not_found() -> None:
    assert not finds("ana@loja.com.br", "bruno@loja.com.br", "pt")


@pytest.mark.parametrize(
    "query, text, language",
    [
        ("istanbul", "İstanbul'da oturuyorum", "tr"),
        ("İstanbul’da", "istanbul", "tr"),
        ("customer", "the customer's parcel", "en"),
        ("guarda-chuva", "meu guarda chuva quebrou", "pt"),
        ("guarda chuva", "meu guarda-chuva quebrou", "pt"),
        ("e-mail", "mandei um email", "pt"),
        ("email", "mandei um e-mail", "pt"),
        ("tênis azul", "https://loja.example/p/tenis-azul?x=1", "pt"),
        ("４８１０２", "pedido 48102", "pt"),
        ("ﬁlm", "film", "en"),
        ("Größe", "groesse und grosse", "de"),
        ("заказ", "мой заказ", "ru"),
        ("注文", "注文", "ja"),
    ],
)
def test_spellings_meet(query: str, text: str, language: str) -> None:
    assert finds(query, text, language)


def test_all_words_are_asked_for_and_no_word_twice() -> None:
    assert not finds("pedido atrasado", "meu pedido", "pt")
    assert len(query_terms("pedido PEDIDO pedido", SHOP)) == 1
    assert query_terms(" \"' -- ", SHOP) == []
    assert query_terms("pedido", ()) == [{"pedido"}]


def test_phrases_keep_their_order() -> None:
    [phrase] = query_phrases('atraso "Meu Pédido" “x” "nao')
    assert phrase == "meu pedido"
    assert holds_phrase("Onde está meu pedido?", phrase)
    assert not holds_phrase("pedido meu", phrase)
    assert not holds_phrase("meu pedidos", phrase)
    assert query_phrases("“meu pedido” «sua caixa»") == ["meu pedido", "sua caixa"]
    assert finds('"meu pedido"', "onde está meu pedido", "pt")


@given(st.text(max_size=200), st.sampled_from(["en", "pt", "tr", "xx", ""]))
def test_terms_are_plain_words_that_a_query_of_the_same_text_meets(text: str, language: str) -> None:
    terms = document_terms(text, language)
    assert re.fullmatch(r"(?:[^\W_]{1,64}(?: |\Z))*", terms)
    assert terms == fold(terms)
    assert all(word & set(terms.split()) for word in query_terms(text, [language]))


@given(st.text(alphabet="aãçğıİIişöü", min_size=1, max_size=12))
def test_a_word_and_its_capitals_and_its_plain_letters_meet(word: str) -> None:
    for written in (word.upper(), word.lower(), fold(word)):
        assert finds(written, word, "tr")
        assert finds(word, written, "tr")


def test_endless_words_are_cut() -> None:
    assert max(map(len, document_terms("x" * 10_000, "en").split())) == 64


def test_threads_do_not_disturb_each_other() -> None:
    texts = [f"siparişlerim{number} pedidos{number} orders{number}" for number in range(300)]
    expected = [document_terms(text, "tr") for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: document_terms(text + " ", "tr"), texts)) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Ana Souza", "ana souza"),
        ("Şükrü ÇIĞIR", "sukru cigir"),
        ("İpek IŞIK", "ipek isik"),
        ("João", "joao"),
        ("Jo\u0061\u0303o", "joao"),
        ("Łukasz Straße", "lukasz strasse"),
        ("ＡＢＣ", "abc"),
    ],
)
def test_folding(text: str, expected: str) -> None:
    assert fold(text) == expected
    assert fold(fold(text)) == expected


def test_lower_case_follows_the_language() -> None:
    assert lower("IİSPARTA", "tr-TR") == "ıisparta"
    assert lower("IİSPARTA", "pt-BR") == "iisparta"


@pytest.mark.parametrize(
    "language, names",
    [
        ("tr", "Cansu Cem Çağla Deniz Gül Ğ Hasan Irmak İpek Jale Oya Ömer Sema Şule Umut Ümit Zeki"),
        ("pt_BR", "Álvaro Ana Ângela Bruno Célia César Cida Zé Zeca"),
        ("en", "ana Bob carol"),
    ],
)
def test_names_stand_in_the_order_of_the_alphabet(language: str, names: str) -> None:
    mixed = sorted(names.split(), key=len)
    assert sorted(mixed, key=lambda name: sort_key(name, language)) == names.split()
