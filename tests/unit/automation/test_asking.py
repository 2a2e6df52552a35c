"""Asking where an order is, and everything that only sounds like it."""

import pytest

from balcao.automation.rules.asking import asks_where


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order?",
        "Hi, where’s my package? It should have been here on Monday.",
        "When will my order CM-20431 arrive?",
        "When can I expect the delivery? Thanks, Maggie",
        "I still haven't received my parcel.",
        "My order hasn't arrived yet, could you check the status?",
        "Could you send me the tracking number for order 20419?",
        "Is my order on its way?",
        "Has my order been delivered?",
        "any news about my order?",
        "What's the status of order #20419",
        "Still waiting for my delivery...",
        "Cadê meu pedido?",
        "Oi, onde está o meu pedido CM-20431?",
        "Bom dia! Quando chega a minha encomenda?",
        "Meu pedido ainda não chegou e já passou do prazo.",
        "não recebi nada até agora",
        "Qual a previsão de entrega do pedido 20419?",
        "Gostaria de saber o status do meu pedido",
        "Podem me passar o código de rastreio?",
        "minha entrega está atrasada",
        "Alguma novidade sobre o meu pedido?",
        "Estou aguardando a encomenda há duas semanas",
        "o pedido já saiu?",
        "Siparişim nerede?",
        "Merhaba, kargom ne zaman gelir?",
        "Siparişim hâlâ gelmedi.",
        "SİPARİŞİM NE DURUMDA",
        "Kargo takip numarasını alabilir miyim?",
        "Ürünler hala elime ulaşmadı, bilgi verir misiniz?",
        "Paketim gecikti, ne zaman teslim edilecek?",
        "Siparişim kargoya verildi mi?",
        "20431 numaralı siparişi bekliyorum",
    ],
)
def test_the_question_is_heard(text: str) -> None:
    assert asks_where(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please cancel my order, it has not arrived.",
        "Where is my order? If it is not here by Friday I want a refund.",
        "My order arrived with two broken plates.",
        "When will my refund arrive?",
        "Where do I send the plate back?",
        "Can you change the address of my order before it is shipped?",
        "The wrong item arrived, when will you replace it?",
        "Do you ship to Portugal, and when would it arrive?",
        "Where can I find the invoice of my order?",
        "If I order today, when will it arrive?",
        "Thank you, everything arrived and it is lovely.",
        "What is the status of my refund?",
        "Quero cancelar o pedido, ainda não chegou.",
        "Cadê o meu reembolso?",
        "Onde está meu pedido? Quero meu dinheiro de volta.",
        "O prato chegou quebrado, quando chega o novo?",
        "Quando o boleto vence?",
        "Troquei de endereço, o pedido já saiu?",
        "Vocês entregam em Recife? Quando chega?",
        "Cadê a nota fiscal do pedido?",
        "Obrigada, chegou tudo certinho!",
        "Siparişimi iptal etmek istiyorum, hala gelmedi.",
        "İadem ne zaman yatar?",
        "Kargo kırık geldi.",
        "Adresimi değiştirmek istiyorum, siparişim nerede?",
        "Siparişimin faturası nerede?",
        "Sipariş versem ne zaman gelir?",
        "Yanlış ürün geldi, doğrusu ne zaman gelir?",
        "Teşekkürler, çok güzel.",
        "",
    ],
)
def test_another_matter_is_left_alone(text: str) -> None:
    assert not asks_where(text)


def test_the_subject_counts_as_well() -> None:
    assert asks_where("Faz duas semanas.", subject="Cadê meu pedido?")
    assert not asks_where("Cadê meu pedido?", subject="Cancelamento: quero cancelar")
    assert not asks_where("Chegou, obrigada!", subject="Re: Cadê meu pedido?")
    assert not asks_where("Geldi, teşekkürler!", subject="Ynt: Kargom nerede?")


def test_a_long_letter_holds_more_than_one_question() -> None:
    assert not asks_where("Where is my order? " + "And another thing. " * 100)
