"""Which column is what: a guess from headings in English, Portuguese and Turkish."""

from collections.abc import Iterable, Mapping

from balcao.commerce.rules.importing.fields import Field
from balcao.commerce.rules.importing.vocabulary import folded

# Folded, without small words; the surest first. A heading is given away once, to whoever stands first here.
_NAMES: dict[Field, str] = {
    Field.NUMBER: """numero pedido | no pedido | n pedido | num pedido | pedido no | pedido n | pedido
        | codigo pedido | siparis no | siparis numarasi | siparis numara | siparis | siparis kodu | order number
        | order no | order | order name | order id | orderid | id pedido | siparis id | number""",
    Field.REF: "ref | order ref | external id | id externo | order id | id pedido | siparis id | id",
    Field.STAGE: """stage | status pedido | situacao pedido | situacao | siparis durumu | durum | durumu
        | order status | status | fulfillment status | etapa""",
    Field.PLACED_AT: """placed at | data pedido | data compra | data hora pedido | data criacao | siparis tarihi
        | tarih | order date | date ordered | placed on | created at | created | date created | purchase date
        | data | date""",
    Field.CHANGED_AT: """changed at | updated at | atualizado em | data atualizacao | guncelleme tarihi
        | date modified""",
    Field.PROMISED_AT: """promised at | previsao entrega | data prevista | prazo entrega | tahmini teslimat
        | tahmini teslim tarihi | estimated delivery | delivery estimate""",
    Field.CURRENCY: "currency | moeda | para birimi | doviz | currency code",
    Field.LINE_DISCOUNT: """line discount | desconto item | desconto produto | satir indirimi | urun indirimi
        | item discount""",
    Field.LINE_TAX: "line tax | imposto item | satir vergisi | item tax",
    Field.DISCOUNT: """discount | desconto | desconto total | valor desconto | indirim | indirim tutari
        | discount amount""",
    Field.FREIGHT: """freight | shipping | frete | valor frete | custo envio | kargo ucreti | kargo bedeli
        | nakliye | kargo tutari | shipping cost | shipping total | shipping amount | delivery fee""",
    Field.TAX: "tax | taxes | impostos | imposto | vergi | kdv | kdv tutari | vat | total tax",
    Field.TOTAL: """total | valor total | total pedido | toplam | toplam tutar | genel toplam | siparis tutari
        | order total | grand total""",
    Field.PAYMENT: """payment | payment method | forma pagamento | meio pagamento | metodo pagamento | pagamento
        | odeme yontemi | odeme sekli | odeme tipi | odeme""",
    Field.PAYMENT_STATE: """payment state | payment status | status pagamento | situacao pagamento
        | odeme durumu | financial status""",
    Field.PAID: "paid | valor pago | amount paid | odenen tutar | odenen",
    Field.PAID_AT: "paid at | data pagamento | pago em | odeme tarihi | date paid",
    Field.INSTALMENTS: "instalments | installments | parcelas | numero parcelas | taksit | taksit sayisi",
    Field.NOTE: "note | notes | observacao | observacoes | obs | not | notlar | siparis notu | customer note",
    Field.TAGS: "tags | etiquetas | marcadores | etiketler",
    Field.CANCEL_REASON: "cancel reason | motivo cancelamento | iptal nedeni | cancellation reason",
    Field.INVOICE_URL: "invoice url | link nota | nota fiscal url | link nf | fatura linki | invoice link",
    Field.CUSTOMER: """customer ref | customer id | id cliente | codigo cliente | musteri no | musteri id
        | musteri kodu""",
    Field.CUSTOMER_NAME: """customer name | customer | nome cliente | nome completo | cliente | comprador | nome
        | musteri adi | musteri adi soyadi | ad soyad | adi soyadi | isim | musteri | buyer name | buyer
        | full name""",
    Field.EMAIL: """email | e mail | e mail cliente | email cliente | eposta | e posta | e posta adresi | mail
        | customer email""",
    Field.PHONE: """phone | telefone | celular | fone | whatsapp | telefon | telefon numarasi | cep telefonu
        | gsm | mobile""",
    Field.TAX_ID: "tax id | cpf | cnpj | cpf cnpj | documento | tckn | tc kimlik no | vergi no | vkn | vat number",
    Field.RECIPIENT: """recipient | destinatario | nome destinatario | recebedor | alici | alici adi
        | teslim alan | shipping name""",
    Field.STREET: """street | endereco entrega | endereco | logradouro | rua | teslimat adresi | adres
        | acik adres | address | address 1 | address1 | shipping address | shipping address 1""",
    Field.HOUSE: "house | numero endereco | numero | n | kapi no | bina no | house number",
    Field.COMPLEMENT: """complement | complemento | daire | daire no | address 2 | address2 | shipping address 2
        | apartment""",
    Field.DISTRICT: "district | bairro | mahalle | semt | neighborhood | neighbourhood",
    Field.CITY: "city | cidade | municipio | ilce | sehir | town | shipping city",
    Field.REGION: "region | estado | uf | il | state | province | shipping province | shipping state",
    Field.POSTCODE: "postcode | cep | codigo postal | posta kodu | zip | zip code | postal code | shipping zip",
    Field.COUNTRY: "country | pais | ulke | shipping country",
    Field.CARRIER: """carrier | transportadora | entrega por | kargo firmasi | kargo sirketi | kargo | courier
        | shipping carrier""",
    Field.TRACKING: """tracking | codigo rastreio | codigo rastreamento | rastreio | rastreamento | takip no
        | kargo takip no | takip numarasi | kargo takip numarasi | takip kodu | tracking code | tracking number""",
    Field.TRACKING_URL: "tracking url | link rastreio | url rastreio | takip linki | tracking link",
    Field.SHIPPED_AT: """shipped at | data envio | enviado em | data postagem | kargo tarihi | gonderim tarihi
        | ship date | fulfilled at""",
    Field.DELIVERED_AT: "delivered at | data entrega | entregue em | teslim tarihi | teslimat tarihi | delivery date",
    Field.PRODUCT: "product | product id | id produto | urun id | urun no | product ref | handle",
    Field.VARIANT: "variant | variant id | id variacao | varyant id | varyant no | variation id",
    Field.SKU: """sku | codigo produto | codigo item | codigo | referencia | stok kodu | urun kodu | barkod
        | item sku | variant sku""",
    Field.NAME: """name | nome produto | produto | descricao | descricao produto | item | urun adi | urun
        | product name | item name | title | description | nome | adi | ad""",
    Field.OPTIONS: """options | variacao | opcoes | atributos | varyant | varyasyon | secenek | secenekler
        | variation | variant title""",
    Field.QUANTITY: "quantity | quantidade | qtd | qtde | quant | adet | miktar | qty | pieces",
    Field.PRICE: """unit price | preco unitario | valor unitario | preco | preco venda | birim fiyat
        | birim fiyati | satis fiyati | fiyat | fiyati | price | item price | variant price""",
    Field.CANCELLED: "cancelled | canceladas | iptal adet | quantidade cancelada",
    Field.RETURNED: "returned | devolvidas | iade adet | quantidade devolvida",
    Field.IMAGE: "image | imagem | foto | gorsel | resim | image url | image src",
    Field.STOCK: "stock | estoque | stok | stok adedi | inventory | inventory qty",
    Field.AVAILABLE: "available | disponivel | satista | is available | published",
    Field.URL: "url | link | product url | link produto | urun linki",
    Field.REST: "balcao",
}  # fmt: skip
_OPTIONS: dict[str, str] = {  # columns that say one property of what was bought; it is called as the heading calls it
    "cor": "cor", "color": "color", "colour": "colour", "renk": "renk", "tamanho": "tamanho", "size": "size",
    "beden": "beden", "voltagem": "voltagem", "material": "material", "materyal": "materyal",
}  # fmt: skip
_SMALL = frozenset(["do", "da", "de", "dos", "das", "o", "a", "the", "of"])
_LINES = frozenset(
    [
        "lines",
        "line",
        "items",
        "item",
        "lineitem",
        "products",
        "produtos",
        "itens",
        "linhas",
        "kalemler",
        "urunler",
        "satirlar",
        "order",
    ]
)


def guessed(headings: Iterable[str], fields: Iterable[Field]) -> dict[Field, str]:
    """Return for each field the heading that most likely stands for it; those that no heading fits are left out."""
    free = _normal(headings)
    found = {}
    for field in (one for one in _NAMES if one in set(fields)):
        name = next((name for name in _names(field) if name in free), None)
        if name is not None:
            found[field] = free.pop(name)
    return found


def guessed_options(headings: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return the properties of what was bought that have columns of their own: name -> heading."""
    free = {name: heading for name, heading in _normal(headings).items() if heading not in set(taken)}
    return {option: free[name] for name, option in _OPTIONS.items() if name in free}


def _names(field: Field) -> list[str]:
    return [name.strip() for name in " ".join(_NAMES[field].split()).split("|")]


def _normal(headings: Iterable[str]) -> dict[str, str]:
    """Return headings by what they say, in full and without the list they stand in: `items.sku` is `sku`."""
    found: dict[str, str] = {}
    for heading in headings:
        found.setdefault(_said(heading), heading)
    for heading in headings:
        before, _, last = heading.rpartition(".")
        if before and folded(before.split(".")[-1]) in _LINES:
            found.setdefault(_said(last), heading)
    return found


def _said(heading: str) -> str:
    return " ".join(word for word in folded(heading.replace("º", "o").replace("°", "o")).split() if word not in _SMALL)


def unused(headings: Iterable[str], mapping: Mapping[Field, str], options: Mapping[str, str]) -> list[str]:
    """Return the headings that nothing is read from."""
    return [heading for heading in headings if heading not in {*mapping.values(), *options.values()}]
