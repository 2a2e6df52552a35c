"""What the law asks of a shop whenever somebody writes to it."""

from dataclasses import dataclass
from datetime import datetime

from balcao.deadlines.rules.days import ends_at
from balcao.deadlines.rules.law import RuleKind, TermKind, jurisdiction_of, last_day_of, rules
from balcao.shops.models import Shop


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the law: its row in the table, and when it ends."""

    rule: str
    due_at: datetime


def legal_terms(shop: Shop, *, at: datetime, also: str = "") -> list[Term]:
    """Return the terms within which the law of a shop's country wants an answer; most countries set none.

    `also`: a rule that does not hold by itself.
    """
    jurisdiction = jurisdiction_of(shop.region)
    if jurisdiction is None:
        return []
    zone = shop.time_zone or "UTC"
    rows = rules(jurisdiction, on=at.date(), kind=RuleKind.SHOP_ANSWER, term=TermKind.ANSWER)
    held = [row for row in rows if row.is_default or row.id == also]
    return [Term(row.id, ends_at(last_day_of(row, start=at, zone=zone), zone=zone)) for row in held]
