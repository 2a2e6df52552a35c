"""The law table of the United Kingdom. Defaults, no legal advice.

Consumer Contracts (Information, Cancellation and Additional Charges) Regulations 2013 (SI 2013/3134), and Consumer
Rights Act 2015 (c. 15), both on legislation.gov.uk.
"""

from typing import Any

from balcao.deadlines.rules.days import Roll, Unit
from balcao.deadlines.rules.law_words import (
    Answer,
    Certainty,
    Goods,
    Jurisdiction,
    LegalRule,
    Length,
    RuleKind,
    TermKind,
    Trait,
    Trigger,
)
from balcao.kit.i18n import N_

_GB: dict[str, Any] = {"jurisdiction": Jurisdiction.GB, "certainty": Certainty.KNOWN}
_WITHDRAWAL: dict[str, Any] = {"kind": RuleKind.WITHDRAWAL}
_DEFECT: dict[str, Any] = {"kind": RuleKind.DEFECT}
_DELIVERY: dict[str, Any] = {"kind": RuleKind.DELIVERY}
_RIGHT: dict[str, Any] = {"term": TermKind.RIGHT, "roll": Roll.FORWARD}
_CCR, _CRA = "SI 2013/3134 (legislation.gov.uk/uksi/2013/3134)", "2015 c. 15 (legislation.gov.uk/ukpga/2015/15)"
_EXCEPTED = (
    Trait.MARKET_PRICE,
    Trait.PERSONALISED,
    Trait.PERISHABLE,
    Trait.HYGIENE,
    Trait.MIXED,
    Trait.MEDIA,
    Trait.PERIODICAL,
    Trait.DATED,
    Trait.DIGITAL,
    Trait.PERFORMED,
    Trait.URGENT_REPAIR,
    Trait.AUCTION,
)

BRITAIN = (
    LegalRule(
        **_GB,
        **_WITHDRAWAL,
        **_RIGHT,
        id="GB-CCR-30",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(14),
        extension_if_uninformed=Length(12, Unit.MONTHS),
        consumer_choices=("refund",),
        return_cost_payer="customer",
        refund_instrument="original",
        summary=N_(
            "The customer may cancel within 14 days of receiving the last goods, without giving a reason; 12 months "
            "longer if they were not informed. They pay for the way back, unless the shop bears it or failed to say so."
        ),
        source=f"{_CCR}, regs. 29-31, 35",
    ),
    LegalRule(
        **_GB,
        **_WITHDRAWAL,
        id="GB-CCR-34",
        part_of="GB-CCR-30",
        term=TermKind.REFUND,
        trigger=Trigger.SENT_BACK,
        length=Length(14),
        refund_includes=("price", "standard_freight"),
        refund_instrument="original",
        may_withhold_until="proof_of_posting",
        summary=N_(
            "After a cancellation everything goes back within 14 days of the day on which the goods are back, or "
            "earlier of the proof that they were sent, with the cost of standard delivery and by the same means. Worn "
            "goods may lessen it."
        ),
        source=f"{_CCR}, reg. 34",
    ),
    LegalRule(
        **_GB,
        **_WITHDRAWAL,
        id="GB-CCR-35",
        part_of="GB-CCR-30",
        term=TermKind.SEND_BACK,
        roll=Roll.FORWARD,
        trigger=Trigger.NOTICE,
        length=Length(14),
        return_cost_payer="customer",
        summary=N_("The customer sends the goods back within 14 days of telling the shop."),
        source=f"{_CCR}, reg. 35",
    ),
    LegalRule(
        **_GB,
        **_WITHDRAWAL,
        id="GB-CCR-32",
        term=TermKind.ACKNOWLEDGE,
        trigger=Trigger.NOTICE,
        ack_required=True,
        summary=N_(
            "Any clear statement cancels. Where it can be made on the shop's website, its receipt is acknowledged "
            "without delay on a durable medium."
        ),
        source=f"{_CCR}, reg. 32",
    ),
    LegalRule(
        **_GB,
        **_WITHDRAWAL,
        id="GB-CCR-28",
        exceptions=tuple((trait, Answer.REFUSE) for trait in _EXCEPTED),
        summary=N_(
            "There is no right to cancel personalised or perishable goods, unsealed hygiene goods, recordings and "
            "software, goods mixed with others, newspapers, market prices, auctions, urgent repairs, bookings for a "
            "date, and services or digital content begun with consent."
        ),
        source=f"{_CCR}, regs. 28, 36, 37",
    ),
    LegalRule(
        **_GB,
        **_DEFECT,
        **_RIGHT,
        id="GB-CRA-19",
        trigger=Trigger.DELIVERY_LAST,
        length=Length(6, Unit.YEARS),
        consumer_choices=("repair", "exchange", "reduction", "refund"),
        is_free_choice=False,
        return_cost_payer="shop",
        refund_instrument="original",
        summary=N_(
            "Defective goods are repaired or replaced within a reasonable time and at the shop's cost; if one try does "
            "not help, there is a lower price or the money back. A defect within 6 months is presumed to have been "
            "there. Claims end after 6 years (5 in Scotland)."
        ),
        source=f"{_CRA}, ss. 9-11, 19, 23, 24; Limitation Act 1980, s. 5",
    ),
    LegalRule(
        **_GB,
        **_DEFECT,
        id="GB-CRA-22",
        part_of="GB-CRA-19",
        term=TermKind.REJECT,
        roll=Roll.FORWARD,
        trigger=Trigger.DELIVERY_LAST,
        length=Length(30),
        goods=Goods.DURABLE,
        consumer_choices=("refund", "exchange", "repair"),
        return_cost_payer="shop",
        summary=N_(
            "Within 30 days of receiving defective goods the customer may reject them and have the money back, within "
            "14 days of the shop agreeing; perishable goods only for as long as they would have kept."
        ),
        source=f"{_CRA}, ss. 20, 22",
    ),
    LegalRule(
        **_GB,
        **_DELIVERY,
        id="GB-CRA-28",
        term=TermKind.DELIVER,
        trigger=Trigger.ORDER,
        length=Length(30),
        consumer_choices=("delivery", "refund"),
        summary=N_(
            "Goods are delivered without undue delay, within 30 days of the order unless something else was agreed; "
            "after a further fitting time without them the customer may have everything back."
        ),
        source=f"{_CRA}, s. 28",
    ),
)
