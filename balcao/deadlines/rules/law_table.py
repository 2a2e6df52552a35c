"""The law table of November 2026: Brazil, Turkey, European Union, United States, and with them Britain's.

Defaults, no legal advice.
"""

from datetime import date
from typing import Any

from balcao.deadlines.rules.days import Roll, Unit
from balcao.deadlines.rules.law_table_gb import BRITAIN
from balcao.deadlines.rules.law_words import (
    Answer,
    Certainty,
    Goods,
    Jurisdiction,
    LegalRule,
    Length,
    RuleKind,
    Suspension,
    TermKind,
    Trait,
    Trigger,
)
from balcao.kit.i18n import N_

_BR: dict[str, Any] = {"jurisdiction": Jurisdiction.BR}
_TR: dict[str, Any] = {"jurisdiction": Jurisdiction.TR}
_EU: dict[str, Any] = {"jurisdiction": Jurisdiction.EU}
_US: dict[str, Any] = {"jurisdiction": Jurisdiction.US}
_S: dict[str, Any] = {"certainty": Certainty.READ}
_K: dict[str, Any] = {"certainty": Certainty.KNOWN}
_UNSURE: dict[str, Any] = {"certainty": Certainty.UNSURE}
# What the customer may do rolls on to a working day; what the shop owes never does.
_RIGHT: dict[str, Any] = {"term": TermKind.RIGHT, "roll": Roll.FORWARD}
_WITHDRAWAL: dict[str, Any] = {"kind": RuleKind.WITHDRAWAL}
_DEFECT: dict[str, Any] = {"kind": RuleKind.DEFECT}
_DELIVERY: dict[str, Any] = {"kind": RuleKind.DELIVERY}

_MADE_UP_AND_SPOILT = (Trait.PERSONALISED, Trait.PERISHABLE, Trait.HYGIENE)
_TR_EXCEPTED = (
    Trait.MARKET_PRICE,
    *_MADE_UP_AND_SPOILT,
    Trait.MIXED,
    Trait.MEDIA,
    Trait.PERIODICAL,
    Trait.DATED,
    Trait.DIGITAL,
    Trait.PERFORMED,
)

BRAZIL = (
    LegalRule(
        **_BR,
        **_WITHDRAWAL,
        **_RIGHT,
        **_S,
        id="BR-CDC-49",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(7),
        exceptions=tuple((trait, Answer.REVIEW) for trait in (*_MADE_UP_AND_SPOILT, Trait.DIGITAL)),
        consumer_choices=("refund",),
        refund_includes=("price", "freight", "return_freight"),
        return_cost_payer="shop",
        refund_instrument="original",
        may_withhold_until="not_at_all",
        ack_required=True,
        summary=N_(
            "Bought at a distance, the customer may regret within 7 days of receiving the goods, without a reason. "
            "The law lists no exceptions."
        ),
        source="Lei 8.078/1990 (CDC), art. 49; STJ, REsp 1.340.604",
    ),
    LegalRule(
        **_BR,
        **_WITHDRAWAL,
        **_S,
        id="BR-CDC-49-REFUND",
        part_of="BR-CDC-49",
        term=TermKind.REFUND,
        trigger=Trigger.NOTICE,
        refund_includes=("price", "freight", "return_freight"),
        refund_instrument="original",
        may_withhold_until="not_at_all",
        summary=N_("After a regret everything paid goes back at once, freight included and monetarily updated."),
        source="Lei 8.078/1990 (CDC), art. 49, sole §; STJ, REsp 1.340.604",
    ),
    LegalRule(
        **_BR,
        **_WITHDRAWAL,
        **_S,
        id="BR-D7962-5",
        term=TermKind.ACKNOWLEDGE,
        trigger=Trigger.NOTICE,
        ack_required=True,
        summary=N_(
            "A regret may be declared by the means used to buy. Its receipt is confirmed at once, and the card's "
            "acquirer is told at once, so that the charge is not billed or is reversed."
        ),
        source="Decreto 7.962/2013, art. 5, §§ 1-4",
    ),
    LegalRule(
        **_BR,
        **_S,
        id="BR-D7962-4-V",
        kind=RuleKind.SHOP_ANSWER,
        term=TermKind.ANSWER,
        length=Length(5),
        ack_required=True,
        summary=N_(
            "An online shop confirms at once that it received a question, complaint, suspension or cancellation, "
            "and answers within 5 days."
        ),
        source="Decreto 7.962/2013, art. 4, V, VI and sole §",
    ),
    LegalRule(
        **_BR,
        **_DEFECT,
        **_RIGHT,
        **_S,
        id="BR-CDC-26",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(90),
        goods=Goods.DURABLE,
        suspend_while=Suspension.COMPLAINT_OPEN,
        return_cost_payer="shop",
        summary=N_(
            "Visible defects of durable goods: 90 days from delivery. A proven complaint stops the time until an "
            "answer that is clearly no."
        ),
        source="Lei 8.078/1990 (CDC), art. 26, II, §§ 1-2",
    ),
    LegalRule(
        **_BR,
        **_DEFECT,
        **_RIGHT,
        **_S,
        id="BR-CDC-26-I",
        part_of="BR-CDC-26",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(30),
        goods=Goods.NON_DURABLE,
        suspend_while=Suspension.COMPLAINT_OPEN,
        return_cost_payer="shop",
        summary=N_(
            "Visible defects of goods that are used up: 30 days from delivery. A proven complaint stops the time "
            "until an answer that is clearly no."
        ),
        source="Lei 8.078/1990 (CDC), art. 26, I, §§ 1-2",
    ),
    LegalRule(
        **_BR,
        **_DEFECT,
        **_RIGHT,
        **_S,
        id="BR-CDC-26-3",
        part_of="BR-CDC-26",
        trigger=Trigger.DEFECT_SEEN,
        length=Length(90),
        goods=Goods.DURABLE,
        suspend_while=Suspension.COMPLAINT_OPEN,
        return_cost_payer="shop",
        summary=N_("Hidden defects of durable goods: 90 days from the day on which they show."),
        source="Lei 8.078/1990 (CDC), art. 26, II, § 3",
    ),
    LegalRule(
        **_BR,
        **_DEFECT,
        **_RIGHT,
        **_S,
        id="BR-CDC-26-I-3",
        part_of="BR-CDC-26",
        trigger=Trigger.DEFECT_SEEN,
        length=Length(30),
        goods=Goods.NON_DURABLE,
        suspend_while=Suspension.COMPLAINT_OPEN,
        return_cost_payer="shop",
        summary=N_("Hidden defects of goods that are used up: 30 days from the day on which they show."),
        source="Lei 8.078/1990 (CDC), art. 26, I, § 3",
    ),
    LegalRule(
        **_BR,
        **_DEFECT,
        **_S,
        id="BR-CDC-18",
        term=TermKind.CURE,
        trigger=Trigger.NOTICE,
        length=Length(30),
        may_be_agreed=(7, 180),
        consumer_choices=("exchange", "refund", "reduction"),
        free_for=(Trait.ESSENTIAL,),
        return_cost_payer="shop",
        refund_instrument="original",
        summary=N_(
            "The shop has 30 days to cure a defect; then the customer chooses replacement, refund or a lower price. "
            "Where the product is essential, or repair would spoil it, they choose at once."
        ),
        source="Lei 8.078/1990 (CDC), art. 18, §§ 1-3",
    ),
    LegalRule(
        **_BR,
        **_DELIVERY,
        **_S,
        id="BR-CDC-35",
        term=TermKind.RIGHT,
        trigger=Trigger.PROMISED,
        consumer_choices=("delivery", "equivalent", "refund"),
        refund_includes=("price", "freight"),
        refund_instrument="original",
        may_withhold_until="not_at_all",
        summary=N_(
            "Not delivered as promised, the customer chooses delivery, an equivalent, or their money back, updated."
        ),
        source="Lei 8.078/1990 (CDC), art. 35",
    ),
    LegalRule(
        **_BR,
        **_K,
        id="BR-CDC-42",
        kind=RuleKind.OVERCHARGE,
        consumer_choices=("refund",),
        summary=N_("What was wrongly charged and paid goes back twice over, unless the error is justified."),
        source="Lei 8.078/1990 (CDC), art. 42, sole §",
    ),
    LegalRule(
        **_BR,
        **_S,
        id="BR-D11034",
        kind=RuleKind.SHOP_ANSWER,
        term=TermKind.ANSWER,
        length=Length(7),
        is_default=False,
        summary=N_(
            "Services that the federal executive regulates (telephone, banks, airlines, health plans, energy) answer "
            "within 7 days of registration; ordinary shops are not bound."
        ),
        source="Decreto 11.034/2022, arts. 1, 2, 4, 13, 14",
    ),
    LegalRule(
        **_BR,
        **_S,
        id="BR-LGPD-19",
        kind=RuleKind.PRIVACY_REQUEST,
        term=TermKind.ANSWER,
        length=Length(15),
        summary=N_(
            "Whoever asks for their personal records gets the complete answer within 15 days, free of charge; "
            "small controllers have twice as long."
        ),
        source="Lei 13.709/2018 (LGPD), arts. 18-20; Res. CD/ANPD 2/2022",
    ),
    LegalRule(
        **_BR,
        **_S,
        id="BR-LGPD-19-I",
        part_of="BR-LGPD-19",
        kind=RuleKind.PRIVACY_REQUEST,
        term=TermKind.ACKNOWLEDGE,
        summary=N_("Whether personal records are kept is answered at once, in simple form."),
        source="Lei 13.709/2018 (LGPD), art. 19, I",
    ),
    LegalRule(
        **_BR,
        **_K,
        id="BR-ANPD-15",
        kind=RuleKind.INCIDENT,
        term=TermKind.NOTIFY,
        length=Length(3, Unit.WORKING_DAYS),
        summary=N_("A security incident with personal records is notified within 3 working days."),
        source="Res. CD/ANPD 15/2024",
    ),
    LegalRule(
        **_BR,
        **_K,
        id="BR-GOVBR",
        kind=RuleKind.SHOP_ANSWER,
        term=TermKind.ANSWER,
        length=Length(10),
        is_default=False,
        summary=N_("A complaint through consumidor.gov.br is answered within 10 days."),
        source="consumidor.gov.br, terms of use",
    ),
)

TURKEY = (
    LegalRule(
        **_TR,
        **_WITHDRAWAL,
        **_RIGHT,
        **_S,
        id="TR-MSY-9",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(14),
        extension_if_uninformed=Length(1, Unit.YEARS),
        consumer_choices=("refund",),
        return_cost_payer="shop",
        refund_instrument="original",
        ack_required=True,
        summary=N_(
            "The customer may withdraw within 14 days of delivery, or any time before it; a year longer if they were "
            "not properly informed. Receipt of the notice is confirmed at once."
        ),
        source="6502 s. Kanun m. 48; Mesafeli Sözleşmeler Yönetmeliği m. 9-11",
    ),
    LegalRule(
        **_TR,
        **_WITHDRAWAL,
        **_UNSURE,
        id="TR-MSY-12",
        term=TermKind.REFUND,
        trigger=Trigger.NOTICE,
        length=Length(14),
        refund_includes=("price", "freight"),
        refund_instrument="original",
        may_withhold_until="not_at_all",
        summary=N_(
            "After a withdrawal everything goes back within 14 days, delivery included, in one payment by the means "
            "that were used to pay. Counted from the notice, the strictest reading of a rule that was changed often."
        ),
        source="Mesafeli Sözleşmeler Yönetmeliği m. 12; amended 2022, put off, partly withdrawn on 24.5.2025",
    ),
    LegalRule(
        **_TR,
        **_WITHDRAWAL,
        **_S,
        id="TR-MSY-13",
        term=TermKind.SEND_BACK,
        roll=Roll.FORWARD,
        trigger=Trigger.NOTICE,
        length=Length(10),
        summary=N_("The customer sends the goods back within 10 days of the notice."),
        source="Mesafeli Sözleşmeler Yönetmeliği m. 13",
    ),
    LegalRule(
        **_TR,
        **_WITHDRAWAL,
        **_S,
        id="TR-RETCOST",
        return_cost_payer="shop",
        effective_from=date(2025, 5, 24),
        summary=N_("The shop pays for the way back by the carrier that it named; for defective goods it always pays."),
        source="Mesafeli Sözleşmeler Yönetmeliği, amendment of 24.5.2025",
    ),
    LegalRule(
        **_TR,
        **_WITHDRAWAL,
        **_S,
        id="TR-ELEC",
        exceptions=((Trait.ELECTRONICS, Answer.ALLOW),),
        effective_from=date(2025, 5, 24),
        summary=N_("Phones, smart watches, tablets and computers may be withdrawn from like other goods."),
        source="Mesafeli Sözleşmeler Yönetmeliği, amendment of 24.5.2025",
    ),
    LegalRule(
        **_TR,
        **_WITHDRAWAL,
        **_K,
        id="TR-MSY-15",
        exceptions=tuple((trait, Answer.REFUSE) for trait in _TR_EXCEPTED),
        summary=N_(
            "There is no right of withdrawal from personalised or perishable goods, opened hygiene goods, books and "
            "recordings, periodicals, market prices, bookings for a date, and services or digital content begun with "
            "consent."
        ),
        source="Mesafeli Sözleşmeler Yönetmeliği m. 15",
    ),
    LegalRule(
        **_TR,
        **_DELIVERY,
        **_K,
        id="TR-MSY-16",
        term=TermKind.DELIVER,
        trigger=Trigger.ORDER,
        length=Length(30),
        consumer_choices=("refund",),
        summary=N_("Goods are delivered within 30 days of the order."),
        source="Mesafeli Sözleşmeler Yönetmeliği m. 16",
    ),
    LegalRule(
        **_TR,
        **_DELIVERY,
        **_K,
        id="TR-MSY-16-NOTICE",
        part_of="TR-MSY-16",
        term=TermKind.NOTIFY,
        trigger=Trigger.NOTICE,
        length=Length(3),
        summary=N_("That an order cannot be fulfilled is told within 3 days of knowing it."),
        source="Mesafeli Sözleşmeler Yönetmeliği m. 16",
    ),
    LegalRule(
        **_TR,
        **_DELIVERY,
        **_K,
        id="TR-MSY-16-REFUND",
        part_of="TR-MSY-16",
        term=TermKind.REFUND,
        trigger=Trigger.NOTICE,
        length=Length(14),
        refund_includes=("price", "freight"),
        refund_instrument="original",
        may_withhold_until="not_at_all",
        summary=N_("What was paid for an order that cannot be fulfilled goes back within 14 days."),
        source="Mesafeli Sözleşmeler Yönetmeliği m. 16",
    ),
    LegalRule(
        **_TR,
        **_DEFECT,
        **_RIGHT,
        **_S,
        id="TR-6502-11",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(2, Unit.YEARS),
        consumer_choices=("refund", "reduction", "repair", "exchange"),
        return_cost_payer="shop",
        refund_instrument="original",
        summary=N_(
            "For 2 years from delivery the customer of defective goods freely chooses refund, a lower price, free "
            "repair or replacement; within 6 months the defect is presumed to have been there."
        ),
        source="6502 s. Kanun m. 8-12",
    ),
    LegalRule(
        **_TR,
        **_DEFECT,
        **_RIGHT,
        **_S,
        id="TR-6502-11-USED",
        part_of="TR-6502-11",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(1, Unit.YEARS),
        goods=Goods.USED,
        consumer_choices=("refund", "reduction", "repair", "exchange"),
        return_cost_payer="shop",
        refund_instrument="original",
        summary=N_("For second-hand goods the time for claims is 1 year from delivery."),
        source="6502 s. Kanun m. 12",
    ),
    LegalRule(
        **_TR,
        **_DEFECT,
        **_S,
        id="TR-6502-11-CURE",
        part_of="TR-6502-11",
        term=TermKind.CURE,
        trigger=Trigger.NOTICE,
        length=Length(30, Unit.WORKING_DAYS),
        consumer_choices=("refund", "reduction", "repair", "exchange"),
        summary=N_(
            "Repair or replacement takes 30 working days at most (goods listed for after-sales service mostly 20); "
            "then the customer chooses anew."
        ),
        source="6502 s. Kanun m. 11; Satış Sonrası Hizmetler Yönetmeliği",
    ),
    LegalRule(
        **_TR,
        **_K,
        id="TR-KVKK-13",
        kind=RuleKind.PRIVACY_REQUEST,
        term=TermKind.ANSWER,
        length=Length(30),
        summary=N_("Whoever asks about their personal records is answered within 30 days, free of charge."),
        source="6698 s. Kanun (KVKK) m. 13",
    ),
    LegalRule(
        **_TR,
        **_S,
        id="TR-IYS",
        kind=RuleKind.OPT_OUT,
        term=TermKind.STOP,
        length=Length(3, Unit.WORKING_DAYS),
        summary=N_(
            "Advertising by e-mail, SMS or call needs a consent kept in İYS; a refusal takes effect within 3 working "
            "days. Messages about delivery, invoice or debt need none."
        ),
        source="6563 s. Kanun m. 6; Ticari İletişim Yönetmeliği",
    ),
    LegalRule(
        **_TR,
        **_K,
        id="TR-IYS-REPORT",
        part_of="TR-IYS",
        kind=RuleKind.OPT_OUT,
        term=TermKind.NOTIFY,
        length=Length(3, Unit.WORKING_DAYS),
        summary=N_("A consent taken elsewhere is entered in İYS within 3 working days."),
        source="Ticari İletişim Yönetmeliği",
    ),
)

_EU_EXCEPTED = (*_TR_EXCEPTED, Trait.URGENT_REPAIR, Trait.AUCTION)

EUROPE = (
    LegalRule(
        **_EU,
        **_WITHDRAWAL,
        **_RIGHT,
        **_K,
        id="EU-CRD-9",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(14),
        extension_if_uninformed=Length(12, Unit.MONTHS),
        consumer_choices=("refund",),
        return_cost_payer="customer",
        refund_instrument="original",
        summary=N_(
            "The customer may withdraw within 14 days of receiving the last goods; 12 months longer if they were not "
            "informed. They pay for the way back, unless the shop bears it or failed to say so."
        ),
        source="2011/83/EU, arts. 9-14",
    ),
    LegalRule(
        **_EU,
        **_WITHDRAWAL,
        **_K,
        id="EU-CRD-9-REFUND",
        part_of="EU-CRD-9",
        term=TermKind.REFUND,
        trigger=Trigger.NOTICE,
        length=Length(14),
        refund_includes=("price", "standard_freight"),
        refund_instrument="original",
        may_withhold_until="proof_of_posting",
        summary=N_(
            "After a withdrawal everything goes back within 14 days of the notice, with the cost of standard delivery, "
            "by the same means; the shop may wait for the goods or a proof that they were sent."
        ),
        source="2011/83/EU, art. 13",
    ),
    LegalRule(
        **_EU,
        **_WITHDRAWAL,
        **_K,
        id="EU-CRD-9-SEND",
        part_of="EU-CRD-9",
        term=TermKind.SEND_BACK,
        roll=Roll.FORWARD,
        trigger=Trigger.NOTICE,
        length=Length(14),
        return_cost_payer="customer",
        summary=N_("The customer sends the goods back within 14 days of the notice."),
        source="2011/83/EU, art. 14",
    ),
    LegalRule(
        **_EU,
        **_WITHDRAWAL,
        **_S,
        id="EU-CRD-11a",
        term=TermKind.ACKNOWLEDGE,
        trigger=Trigger.NOTICE,
        ack_required=True,
        effective_from=date(2026, 6, 19),
        summary=N_(
            "A visible function to withdraw, in two steps, is there for the whole time; its use is acknowledged with "
            "content, date and time on a durable medium."
        ),
        source="2011/83/EU, art. 11a, by 2023/2673",
    ),
    LegalRule(
        **_EU,
        **_WITHDRAWAL,
        **_S,
        id="EU-CRD-16",
        exceptions=tuple((trait, Answer.REFUSE) for trait in _EU_EXCEPTED),
        summary=N_(
            "There is no right of withdrawal from personalised or perishable goods, unsealed hygiene goods, recordings "
            "and software, newspapers, market prices, auctions, urgent repairs, bookings for a date, and services or "
            "digital content begun with consent."
        ),
        source="2011/83/EU, art. 16",
    ),
    LegalRule(
        **_EU,
        **_DEFECT,
        **_RIGHT,
        **_K,
        id="EU-SGD",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(2, Unit.YEARS),
        consumer_choices=("repair", "exchange", "reduction", "refund"),
        is_free_choice=False,
        return_cost_payer="shop",
        refund_instrument="original",
        summary=N_(
            "For 2 years from delivery (longer in some states) defective goods are repaired or replaced first, then "
            "there is a lower price or the money back; for 1 year the defect is presumed to have been there."
        ),
        source="2019/771/EU",
    ),
    LegalRule(
        **_EU,
        **_DEFECT,
        **_S,
        id="EU-SGD-REPAIR",
        part_of="EU-SGD",
        term=TermKind.EXTENSION,
        trigger=Trigger.DELIVERY_LAST,
        length=Length(12, Unit.MONTHS),
        consumer_choices=("repair",),
        effective_from=date(2026, 7, 31),
        summary=N_("Who chooses repair has 12 months more for claims, in contracts since 31 July 2026."),
        source="2024/1799/EU",
    ),
    LegalRule(
        **_EU,
        **_K,
        id="EU-GDPR-12-3",
        kind=RuleKind.PRIVACY_REQUEST,
        term=TermKind.ANSWER,
        length=Length(1, Unit.MONTHS),
        extendable_by=Length(2, Unit.MONTHS),
        summary=N_(
            "Whoever asks about their personal records is answered within one month; two more with notice inside the "
            "first."
        ),
        source="GDPR (2016/679/EU), art. 12(3)",
    ),
    LegalRule(
        **_EU,
        **_S,
        id="EU-AI-50",
        kind=RuleKind.DISCLOSURE,
        effective_from=date(2026, 8, 2),
        summary=N_("A person must be told that they are speaking with an AI system."),
        source="2024/1689/EU, art. 50",
    ),
)

UNITED_STATES = (
    LegalRule(
        **_US,
        **_DELIVERY,
        **_S,
        id="US-MITOR",
        term=TermKind.DELIVER,
        trigger=Trigger.ORDER,
        length=Length(30),
        consumer_choices=("delivery", "refund"),
        summary=N_(
            "Goods are shipped in the time promised, else within 30 days; of a delay the customer is told, with the "
            "right to cancel. There is no federal right of return."
        ),
        source="16 CFR 435",
    ),
    LegalRule(
        **_US,
        **_DELIVERY,
        **_S,
        id="US-MITOR-REFUND",
        part_of="US-MITOR",
        term=TermKind.REFUND,
        trigger=Trigger.NOTICE,
        length=Length(7, Unit.WORKING_DAYS),
        refund_includes=("price", "freight"),
        refund_instrument="original",
        summary=N_(
            "After such a cancellation the money goes back within 7 working days, or one billing cycle where the "
            "seller is the creditor."
        ),
        source="16 CFR 435",
    ),
    LegalRule(
        **_US,
        **_K,
        id="US-CANSPAM",
        kind=RuleKind.OPT_OUT,
        term=TermKind.STOP,
        length=Length(10, Unit.WORKING_DAYS),
        summary=N_("Whoever opts out of advertising gets none after 10 working days."),
        source="15 USC 7704",
    ),
    LegalRule(
        **_US,
        **_K,
        id="US-CCPA",
        kind=RuleKind.PRIVACY_REQUEST,
        term=TermKind.ANSWER,
        length=Length(45),
        extendable_by=Length(45),
        summary=N_("In California a request about personal records is answered within 45 days; 45 more with notice."),
        source="Cal. Civ. Code 1798.130",
    ),
    LegalRule(
        **_US,
        **_K,
        id="US-CCPA-CONFIRM",
        part_of="US-CCPA",
        kind=RuleKind.PRIVACY_REQUEST,
        term=TermKind.ACKNOWLEDGE,
        length=Length(10, Unit.WORKING_DAYS),
        summary=N_("In California the receipt of such a request is confirmed within 10 working days."),
        source="Cal. Civ. Code 1798.130",
    ),
)

TABLE = (*BRAZIL, *TURKEY, *EUROPE, *BRITAIN, *UNITED_STATES)
