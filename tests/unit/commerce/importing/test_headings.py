"""The guess of what a column is, in three languages; and the words for stages and ways of paying."""

import pytest

from balcao.commerce.rules.importing.faults import BadCell
from balcao.commerce.rules.importing.fields import OF_ORDERS, OF_PRODUCTS, Field
from balcao.commerce.rules.importing.headings import guessed, guessed_options
from balcao.commerce.rules.importing.vocabulary import instrument_kind, is_unpaid, payment_state, stage, yes_or_no
from balcao.ports.commerce import InstrumentKind, OrderStage, PaymentState

PORTUGUESE = {
    "Número do pedido": Field.NUMBER,
    "Data do pedido": Field.PLACED_AT,
    "Situação": Field.STAGE,
    "Cliente": Field.CUSTOMER_NAME,
    "E-mail": Field.EMAIL,
    "CPF": Field.TAX_ID,
    "Celular": Field.PHONE,
    "CEP": Field.POSTCODE,
    "Endereço": Field.STREET,
    "Número": Field.HOUSE,
    "Complemento": Field.COMPLEMENT,
    "Bairro": Field.DISTRICT,
    "Cidade": Field.CITY,
    "UF": Field.REGION,
    "SKU": Field.SKU,
    "Produto": Field.NAME,
    "Quantidade": Field.QUANTITY,
    "Preço unitário": Field.PRICE,
    "Frete": Field.FREIGHT,
    "Desconto": Field.DISCOUNT,
    "Forma de pagamento": Field.PAYMENT,
    "Transportadora": Field.CARRIER,
    "Código de rastreio": Field.TRACKING,
}
TURKISH = {
    "Sipariş No": Field.NUMBER,
    "Sipariş Tarihi": Field.PLACED_AT,
    "Sipariş Durumu": Field.STAGE,
    "Müşteri Adı": Field.CUSTOMER_NAME,
    "E-posta": Field.EMAIL,
    "Cep Telefonu": Field.PHONE,
    "Teslimat Adresi": Field.STREET,
    "İlçe": Field.CITY,
    "İl": Field.REGION,
    "Posta Kodu": Field.POSTCODE,
    "Stok Kodu": Field.SKU,
    "Ürün Adı": Field.NAME,
    "Adet": Field.QUANTITY,
    "Birim Fiyat": Field.PRICE,
    "Kargo Ücreti": Field.FREIGHT,
    "İndirim": Field.DISCOUNT,
    "Ödeme Yöntemi": Field.PAYMENT,
    "Kargo Firması": Field.CARRIER,
    "Kargo Takip No": Field.TRACKING,
}
ENGLISH = {
    "Order ID": Field.NUMBER,
    "Order Date": Field.PLACED_AT,
    "Status": Field.STAGE,
    "Customer": Field.CUSTOMER_NAME,
    "Email": Field.EMAIL,
    "Address 1": Field.STREET,
    "Zip": Field.POSTCODE,
    "items.sku": Field.SKU,
    "items.name": Field.NAME,
    "items.quantity": Field.QUANTITY,
    "items.price": Field.PRICE,
    "Shipping": Field.FREIGHT,
    "Tracking Number": Field.TRACKING,
}


@pytest.mark.parametrize("wanted", [PORTUGUESE, TURKISH, ENGLISH], ids=["pt", "tr", "en"])
def test_columns_are_recognised_by_their_headings(wanted: dict[str, Field]) -> None:
    assert guessed(wanted, OF_ORDERS) == {field: heading for heading, field in wanted.items()}


def test_what_we_write_we_recognise() -> None:
    assert guessed(list(OF_ORDERS), OF_ORDERS) == {field: field.value for field in OF_ORDERS}
    assert guessed(list(OF_PRODUCTS), OF_PRODUCTS) == {field: field.value for field in OF_PRODUCTS}


def test_colour_and_size_are_properties_of_what_was_bought() -> None:
    assert guessed_options(["Cor", "Tamanho", "Renk", "Peso"], ["Renk"]) == {"cor": "Cor", "tamanho": "Tamanho"}


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("Pago", OrderStage.PENDING),
        ("Em separação", OrderStage.PREPARING),
        ("ENVIADO", OrderStage.SHIPPED),
        ("Entregue", OrderStage.DELIVERED),
        ("cancelado", OrderStage.CANCELLED),
        ("Hazırlanıyor", OrderStage.PREPARING),
        ("Kargoda", OrderStage.SHIPPED),
        ("KARGOYA VERİLDİ", OrderStage.SHIPPED),
        ("Teslim Edildi", OrderStage.DELIVERED),
        ("İptal Edildi", OrderStage.CANCELLED),
        ("ready_to_ship", OrderStage.PREPARING),
        ("Delivered", OrderStage.DELIVERED),
        ("Voando", OrderStage.SHIPPED),
    ],
)
def test_a_stage_is_known_by_its_word(text: str, wanted: OrderStage) -> None:
    assert stage(text, own={"voando": "shipped"}) == wanted


def test_a_word_nobody_knows_is_told_with_those_that_are_known() -> None:
    with pytest.raises(BadCell) as told:
        stage("Voando", own={})
    assert "shipped" in told.value.values["known"]


@pytest.mark.parametrize(
    "text, kind",
    [
        ("Pix", InstrumentKind.PIX),
        ("Boleto bancário", InstrumentKind.BOLETO),
        ("Cartão de crédito em 3x", InstrumentKind.CARD),
        ("Visa final 9212", InstrumentKind.CARD),
        ("Kredi Kartı", InstrumentKind.CARD),
        ("Kapıda kredi kartı ile ödeme", InstrumentKind.CASH),
        ("Kapıda Ödeme", InstrumentKind.CASH),
        ("Havale/EFT", InstrumentKind.TRANSFER),
        ("Hediye kartı", InstrumentKind.GIFT_CARD),
        ("vale-presente", InstrumentKind.GIFT_CARD),
        ("PayPal", InstrumentKind.WALLET),
        ("Trendyol", InstrumentKind.MARKETPLACE),
        ("escambo", InstrumentKind.OTHER),
        ("pixel art", InstrumentKind.OTHER),
    ],
)
def test_what_is_paid_with_is_known_by_its_words(text: str, kind: InstrumentKind) -> None:
    assert instrument_kind(text) == kind


def test_every_word_of_ours_is_understood() -> None:
    assert [stage(one, own={}) for one in OrderStage] == list(OrderStage)
    assert [payment_state(one) for one in PaymentState] == list(PaymentState)
    assert [instrument_kind(one) for one in InstrumentKind] == list(InstrumentKind)


def test_an_order_that_awaits_payment_says_so_by_its_stage() -> None:
    assert is_unpaid("Aguardando pagamento")
    assert is_unpaid("Ödeme bekleniyor")
    assert not is_unpaid("Pago")
    assert not is_unpaid("pending")
    with pytest.raises(BadCell):
        payment_state("talvez")


def test_yes_and_no_are_understood() -> None:
    assert [yes_or_no(word) for word in ("Sim", "evet", "não", "Yok")] == [True, True, False, False]
    with pytest.raises(BadCell):
        yes_or_no("maybe")
