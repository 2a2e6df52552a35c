"""The words by which shops and their systems call stages and ways of paying, in three languages."""

import re
from collections.abc import Mapping

from balcao.commerce.rules.importing.faults import BadCell
from balcao.kit.i18n import N_
from balcao.kit.searchtext import fold
from balcao.ports.commerce import InstrumentKind, OrderStage, PaymentState

_STAGES: dict[OrderStage, str] = {
    OrderStage.DRAFT: "draft | rascunho | taslak",
    OrderStage.PENDING: """pending | new | open | placed | received | created | confirmed | unfulfilled | paid
        | on hold | pending payment | awaiting payment | pendente | novo | aberto | em aberto | recebido
        | realizado | confirmado | pago | aprovado | pagamento aprovado | pagamento confirmado
        | aguardando pagamento | pagamento pendente | aguardando | beklemede | bekliyor | yeni | acik | alindi
        | siparis alindi | onaylandi | odendi | odeme alindi | odeme bekleniyor | odeme bekliyor""",
    OrderStage.PREPARING: """preparing | processing | in progress | picking | packed | ready to ship | invoiced
        | processed | em preparacao | em separacao | preparando | em andamento | processando | em processamento
        | faturado | embalado | pronto para envio | aguardando envio | em producao | hazirlaniyor | isleniyor
        | paketlendi | faturalandi | kargoya hazir | hazirlaniliyor | uretimde""",
    OrderStage.SHIPPED: """shipped | sent | dispatched | fulfilled | in transit | on its way | out for delivery
        | partially shipped | enviado | despachado | postado | em transito | em transporte | a caminho
        | saiu para entrega | em rota de entrega | parcialmente enviado | kargoda | kargolandi | kargoya verildi
        | gonderildi | yolda | dagitimda | dagitima cikti""",
    OrderStage.DELIVERED: """delivered | completed | complete | closed | entregue | concluido | finalizado
        | teslim edildi | tamamlandi | teslim alindi""",
    OrderStage.CANCELLED: """cancelled | canceled | voided | expired | failed | cancelado | cancelada | expirado
        | vencido | iptal | iptal edildi | iptal edilmis""",
}
_PAYMENTS: dict[PaymentState, str] = {
    PaymentState.PENDING: """pending | unpaid | open | awaiting payment | pending payment | pendente | em aberto
        | nao pago | aguardando pagamento | pagamento pendente | aguardando | bekliyor | beklemede | odenmedi
        | odeme bekleniyor | odeme bekliyor""",
    PaymentState.AUTHORISED: "authorised | authorized | autorizado | pre autorizado | on provizyon | yetkilendirildi",
    PaymentState.CAPTURED: """captured | paid | settled | completed | pago | paga | capturado | aprovado
        | confirmado | compensado | liquidado | odendi | tahsil edildi | onaylandi | alindi""",
    PaymentState.FAILED: "failed | declined | refused | recusado | negado | falhou | basarisiz | reddedildi",
    PaymentState.VOIDED: """voided | expired | cancelled | canceled | vencido | expirado | cancelado
        | suresi doldu | iptal""",
}
# Looked for as whole words within what the file says; the first kind that has one is it.
_KINDS: dict[InstrumentKind, str] = {
    InstrumentKind.PIX: "pix",
    InstrumentKind.BOLETO: "boleto",
    InstrumentKind.CASH: "cash | cod | on delivery | dinheiro | na entrega | nakit | kapida",
    InstrumentKind.GIFT_CARD: """gift card | gift | voucher | store credit | vale presente | vale
        | cartao presente | credito da loja | hediye karti | hediye | hediye ceki""",
    InstrumentKind.WALLET: """wallet | paypal | apple pay | google pay | mercado pago | picpay | carteira
        | cuzdan | papara | pagbank | pagseguro | masterpass | bkm""",
    InstrumentKind.CARD: """card | credit | debit | visa | mastercard | master | amex | american express | elo
        | hipercard | troy | cartao | credito | debito | kart | karti | kredi | banka karti""",
    InstrumentKind.TRANSFER: "transfer | wire | iban | ted | doc | deposito | transferencia | havale | eft | fast",
    InstrumentKind.MARKETPLACE: """marketplace | mercado livre | amazon | trendyol | hepsiburada | n11 | shopee
        | magalu""",
    InstrumentKind.OTHER: "other | outro | outros | diger | manual",
}
_PAYING = ("payment", "pagamento", "odeme")
_YES = frozenset({"yes", "y", "true", "1", "x", "sim", "s", "evet", "e", "var", "active", "ativo", "aktif"})
_NO = frozenset({"no", "n", "false", "0", "nao", "hayir", "h", "yok", "inactive", "inativo", "pasif", "esgotado"})


STAGE_ADVICE = N_("Tell in the mapping, under “stages”, what it means: %(known)s.")


def folded(text: str) -> str:
    """Return a word as these tables have it: small letters without marks, single spaces."""
    return " ".join(re.sub(r"[^0-9a-z]+", " ", fold(text)).split())


def _by_word(table: Mapping[OrderStage, str] | Mapping[PaymentState, str]) -> dict[str, str]:
    return {word.strip(): kind.value for kind, words in table.items() for word in " ".join(words.split()).split("|")}


_STAGE_OF = _by_word(_STAGES)
_PAYMENT_OF = _by_word(_PAYMENTS)


def stage(text: str, *, own: Mapping[str, str]) -> OrderStage:
    """Return the stage that a word means; `own` are the shop's own words. Raises `BadCell`."""
    word = folded(text)
    found = {folded(name): kind for name, kind in own.items()}.get(word) or _STAGE_OF.get(word)
    if found is None:
        raise BadCell(
            N_("“%(text)s” is no stage that we know."),
            STAGE_ADVICE,
            text=text,
            known=", ".join(OrderStage),
        )
    return OrderStage(found)


def is_unpaid(text: str) -> bool:
    """Tell whether the word of an order's stage says that it is not paid yet: awaiting payment."""
    word = folded(text)
    return _PAYMENT_OF.get(word) == PaymentState.PENDING and any(part in word for part in _PAYING)


def payment_state(text: str) -> PaymentState:
    """Return the payment's state that a word means; raises `BadCell`."""
    found = _PAYMENT_OF.get(folded(text))
    if found is None:
        raise BadCell(
            N_("“%(text)s” is no state of a payment that we know."),
            N_("Write one of these: %(known)s."),
            text=text,
            known=", ".join(PaymentState),
        )
    return PaymentState(found)


def instrument_kind(text: str) -> InstrumentKind:
    """Return the kind of thing that is paid with; what nobody knows is "other"."""
    words = f" {folded(text)} "
    for kind, names in _KINDS.items():
        if any(f" {name.strip()} " in words for name in " ".join(names.split()).split("|")):
            return kind
    return InstrumentKind.OTHER


def yes_or_no(text: str) -> bool:
    """Return what a yes or no says; raises `BadCell`."""
    word = folded(text)
    if word in _YES or word in _NO:
        return word in _YES
    raise BadCell(N_("“%(text)s” is neither yes nor no."), N_("Write yes or no."), text=text)
