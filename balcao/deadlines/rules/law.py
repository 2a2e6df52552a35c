"""The law as defaults for promises: which rules hold where and when, and which day each of them means."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from balcao.deadlines.rules.days import Roll, counted, is_free, last_day
from balcao.deadlines.rules.law_table import TABLE
from balcao.deadlines.rules.law_words import (
    REVIEWED,
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

__all__ = [
    "REVIEWED",
    "TABLE",
    "Answer",
    "Certainty",
    "Goods",
    "Jurisdiction",
    "LegalRule",
    "Length",
    "RuleKind",
    "Suspension",
    "TermKind",
    "Trait",
    "Trigger",
    "exceptions",
    "jurisdiction_of",
    "last_day_of",
    "parts_of",
    "rule",
    "rules",
]

_BY_ID = {row.id: row for row in TABLE}
# The European Union, and Iceland, Liechtenstein and Norway, where the same directives hold.
_EUROPE = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split()  # noqa: SIM905
)
_DAY = timedelta(days=1)


def jurisdiction_of(country: str) -> Jurisdiction | None:
    """Return whose law is in the table for a country (ISO 3166) to which things are delivered; None: nobody's."""
    if country in _EUROPE:
        return Jurisdiction.EU
    return Jurisdiction(country) if country in set(Jurisdiction) - {Jurisdiction.EU} else None


def rule(id_: str) -> LegalRule | None:
    """Return the row of an id; None when there is none."""
    return _BY_ID.get(id_)


def rules(
    jurisdiction: Jurisdiction,
    *,
    on: date,
    kind: RuleKind | None = None,
    term: TermKind | None = None,
    goods: Goods = Goods.ANY,
) -> tuple[LegalRule, ...]:
    """Return the rows of a jurisdiction that hold for an order of a day; of goods of a sort those that fit them."""
    return tuple(
        row
        for row in TABLE
        if row.jurisdiction == jurisdiction
        and row.holds_on(on)
        and kind in (None, row.kind)
        and term in (None, row.term)
        and (Goods.ANY in (goods, row.goods) or row.goods == goods)
    )


def parts_of(id_: str) -> tuple[LegalRule, ...]:
    """Return a row with those that belong to it."""
    return tuple(row for row in TABLE if id_ in (row.id, row.part_of))


def exceptions(jurisdiction: Jurisdiction, *, on: date) -> dict[Trait, tuple[Answer, LegalRule]]:
    """Return what withdrawal excepts, each with the row that says so; what is allowed again is none of them."""
    found: dict[Trait, tuple[Answer, LegalRule]] = {}
    for row in rules(jurisdiction, on=on, kind=RuleKind.WITHDRAWAL):
        found.update({trait: (answer, row) for trait, answer in row.exceptions})
    return {trait: said for trait, said in found.items() if said[0] != Answer.ALLOW}


def last_day_of(
    row: LegalRule,
    *,
    start: datetime,
    zone: str,
    holidays: Collection[date] = (),
    is_informed: bool = True,
    suspended_days: int = 0,
) -> date:
    """Return the last local day of a row's time, which ends at 24:00; raises ValueError for a bad zone.

    Rights roll on to a working day, duties do not. `suspended_days` are those in which the time stood still.
    """
    day = last_day(start=start, amount=row.amount, unit=row.unit, zone=zone, holidays=holidays)
    if not is_informed and row.extension_if_uninformed:
        extension = row.extension_if_uninformed
        day = counted(day, extension.amount, extension.unit, holidays)
    if row.suspend_while:
        day += suspended_days * _DAY
    while row.roll == Roll.FORWARD and is_free(day, holidays):
        day += _DAY
    return day
