"""The words of the law table: what a row says, and how sure it is of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from balcao.deadlines.rules.days import Roll, Unit

REVIEWED = date(2026, 11, 1)  # when the table was last read against its sources


class Jurisdiction(StrEnum):
    """Whose law: that of the place where the customer has things delivered."""

    BR = "BR"
    TR = "TR"
    EU = "EU"  # and the European Economic Area
    GB = "GB"  # the United Kingdom
    US = "US"


class RuleKind(StrEnum):
    """What a rule is about."""

    WITHDRAWAL = "withdrawal"
    DEFECT = "defect"
    DELIVERY = "delivery"
    SHOP_ANSWER = "service_answer"
    PRIVACY_REQUEST = "data_request"
    OPT_OUT = "opt_out"
    OVERCHARGE = "overcharge"
    DISCLOSURE = "disclosure"
    INCIDENT = "incident"


class TermKind(StrEnum):
    """What the length of time in a rule is."""

    RIGHT = "right"  # so long the customer may claim
    EXTENSION = "extension"  # so much longer after what `consumer_choices` names
    SEND_BACK = "send_back"  # so long they may take to send goods back
    REFUND = "refund"  # from here on, by when the shop owes it
    REJECT = "reject"  # so long goods may be given back for the money, before any cure
    CURE = "cure"  # repair or replace
    ANSWER = "answer"
    ACKNOWLEDGE = "acknowledge"
    DELIVER = "deliver"
    NOTIFY = "notify"
    STOP = "stop"  # writing to somebody who does not want it
    NONE = "none"  # the rule speaks of no time


class Trigger(StrEnum):
    """From what a time counts."""

    ORDER = "order"
    PROMISED = "promised"  # the day for which delivery was promised
    DELIVERY_LAST = "delivery_last_item"
    NOTICE = "notice"
    CARRIER_HANDOVER = "carrier_handover"
    GOODS_RECEIVED = "goods_received"
    SENT_BACK = "sent_back"  # the goods are back, or it was shown that they were sent: what came first
    DEFECT_SEEN = "defect_seen"
    REQUEST_RECEIVED = "request_received"


class Trait(StrEnum):
    """What a product may be that a rule excepts, or asks for."""

    PERSONALISED = "personalised"
    PERISHABLE = "perishable"
    HYGIENE = "hygiene"  # its seal opened
    MEDIA = "media"  # sealed recordings, software, books: opened
    DIGITAL = "digital"  # performed at once, or consumed
    PERFORMED = "service"  # performed with consent
    MIXED = "mixed"  # inseparably, with other things
    MARKET_PRICE = "market_price"
    PERIODICAL = "periodical"
    DATED = "dated"  # lodging, transport, leisure for a certain day
    URGENT_REPAIR = "urgent_repair"
    AUCTION = "auction"
    ELECTRONICS = "electronics"  # phones, watches, tablets, computers
    ESSENTIAL = "essential"  # the customer cannot wait for a repair


class Answer(StrEnum):
    """What an exception allows; the desk refuses nothing by itself, whatever stands here."""

    REFUSE = "refuse"
    REVIEW = "review"
    ALLOW = "allow"


class Goods(StrEnum):
    """Which goods a row speaks of, where there is one for each."""

    ANY = ""
    DURABLE = "durable"
    NON_DURABLE = "non_durable"
    USED = "used"


class Suspension(StrEnum):
    """While what a time stands still."""

    NEVER = ""
    COMPLAINT_OPEN = "complaint_open"  # until an answer that is clearly no


class Certainty(StrEnum):
    """How sure the table is of a row."""

    READ = "S"  # its wording, or a lawyer's summary, was read again for the table
    KNOWN = "K"  # well known, not read again
    UNSURE = "?"  # sources disagree, or the final text was not seen


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time; of nothing: at once."""

    amount: int
    unit: Unit = Unit.CALENDAR_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalRule:
    """One row: a default that a shop may better for its customers. No legal advice."""

    id: str
    part_of: str = ""  # the id of the row that it belongs to
    jurisdiction: Jurisdiction
    kind: RuleKind
    term: TermKind = TermKind.NONE
    trigger: Trigger = Trigger.REQUEST_RECEIVED
    length: Length = Length(0)
    roll: Roll = Roll.NONE
    extension_if_uninformed: Length | None = None  # after the end of the length
    extendable_by: Length | None = None  # by the shop, with notice within the length
    may_be_agreed: tuple[int, int] | None = None  # least and most, in the length's unit
    goods: Goods = Goods.ANY
    suspend_while: Suspension = Suspension.NEVER
    exceptions: tuple[tuple[Trait, Answer], ...] = ()
    consumer_choices: tuple[str, ...] = ()  # refund, exchange, repair, reduction, delivery, equivalent
    is_free_choice: bool = True  # else in the order given
    free_for: tuple[Trait, ...] = ()  # chosen at once, without waiting for the cure
    refund_includes: tuple[str, ...] = ()  # price, freight, standard_freight, return_freight
    return_cost_payer: str = ""  # shop, customer
    refund_instrument: str = ""  # original
    may_withhold_until: str = ""  # not_at_all, proof_of_posting, goods
    ack_required: bool = False
    is_default: bool = True  # else it binds only shops that say so
    effective_from: date | None = None
    effective_until: date | None = None
    summary: str  # our own words, marked for translation
    source: str
    reviewed_on: date = REVIEWED
    certainty: Certainty

    @property
    def amount(self) -> int:
        """Return the number of units of its length."""
        return self.length.amount

    @property
    def unit(self) -> Unit:
        """Return what its length is counted in."""
        return self.length.unit

    def holds_on(self, day: date) -> bool:
        """Tell whether it is in force on a day."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_until is None or day <= self.effective_until
        )
