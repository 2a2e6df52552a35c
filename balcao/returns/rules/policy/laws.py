"""The law's side: the rows of the law table (`deadlines.rules.law`) as rights."""

from collections.abc import Callable, Iterable
from datetime import date

from balcao.deadlines.rules import law
from balcao.deadlines.rules.law import Jurisdiction, LegalRule, RuleKind, TermKind
from balcao.returns.rules.policy.rights import Right, Saying
from balcao.returns.types import Claim, Grounds, Outcome, Parameter, Value

_KINDS = {
    Claim.WITHDRAWAL: RuleKind.WITHDRAWAL,
    Claim.DEFECT: RuleKind.DEFECT,
    Claim.DELIVERY: RuleKind.DELIVERY,
}
_OUTCOMES = {
    "refund": Outcome.REFUND,
    "exchange": Outcome.EXCHANGE,
    "equivalent": Outcome.EXCHANGE,
    "repair": Outcome.REPAIR,
    "reduction": Outcome.REDUCTION,
}
_TERMS = {
    Parameter.REFUND_WITHIN: TermKind.REFUND,
    Parameter.SEND_BACK_WITHIN: TermKind.SEND_BACK,
    Parameter.CURE_WITHIN: TermKind.CURE,
    Parameter.REJECT_WITHIN: TermKind.REJECT,
}
_SAID: dict[Parameter, Callable[[LegalRule], Value]] = {
    Parameter.REFUND_INCLUDES: lambda row: row.refund_includes,
    Parameter.RETURN_COST: lambda row: row.return_cost_payer,
    Parameter.WITHHOLD: lambda row: row.may_withhold_until,
}


def jurisdiction_of(country: str) -> str:
    """Return whose law counts in a country; "" where we know of none."""
    found = law.jurisdiction_of(country)
    return found.value if found else ""


def rights_of_law(country: str, *, on: date) -> dict[Claim, Right]:
    """Return what the law of a country gives for an order of a day; nothing where we know of no such right."""
    jurisdiction = law.jurisdiction_of(country)
    if jurisdiction is None:
        return {}
    found = {claim: _right(claim, jurisdiction, on) for claim in Claim}
    return {claim: right for claim, right in found.items() if right}


def grounds_of(row: LegalRule) -> Grounds:
    """Return what a row is quoted by."""
    return Grounds(row.id, row.source, row.reviewed_on, row.certainty.value)


def _right(claim: Claim, jurisdiction: Jurisdiction, on: date) -> Right | None:
    rows = [row for row in law.rules(jurisdiction, on=on, kind=_KINDS[claim]) if row.is_default]
    base = next((row for row in rows if row.term in (TermKind.RIGHT, TermKind.DELIVER)), None)
    if base is None:
        return None
    outcomes, is_free, first = _choices(base, rows)
    excepted = law.exceptions(jurisdiction, on=on) if claim == Claim.WITHDRAWAL else {}
    return Right(
        claim=claim,
        grounds=grounds_of(base),
        periods=tuple(_period(row) for row in rows if row.term == base.term and row.amount),
        sayings=_sayings(rows),
        outcomes=outcomes,
        is_free_choice=is_free,
        first=first,
        rejecting=tuple(one for row in rows if row.term == TermKind.REJECT for one in _outcomes(row.consumer_choices)),
        free_for=frozenset(trait for row in rows for trait in row.free_for),
        exceptions={trait: grounds_of(row) for trait, (_, row) in excepted.items()},
        extension=base.extension_if_uninformed,
        ack=_ack(rows),
    )


def _period(row: LegalRule) -> Saying:
    return Saying(row.length, grounds_of(row), row.trigger, row.goods)


_CURES = (Outcome.REPAIR, Outcome.EXCHANGE)
_Choices = tuple[tuple[Outcome, ...], bool, tuple[Outcome, ...]]


def _choices(base: LegalRule, rows: Iterable[LegalRule]) -> _Choices:
    """Return what may be chosen, whether freely, and if not, what at once.

    Where a right only names what follows on a cure that failed, the cure is first.
    """
    if base.consumer_choices:
        found = _outcomes(base.consumer_choices)
        return found, base.is_free_choice, tuple(one for one in found if one in _CURES)
    cure = next((row for row in rows if row.term == TermKind.CURE), None)
    if cure:
        return (Outcome.REPAIR, *_outcomes(cure.consumer_choices)), False, (Outcome.REPAIR,)
    return (Outcome.REFUND,), True, ()


def _outcomes(words: Iterable[str]) -> tuple[Outcome, ...]:
    return tuple(_OUTCOMES[word] for word in words if word in _OUTCOMES)


def _sayings(rows: list[LegalRule]) -> dict[Parameter, Saying]:
    """Return what the rows say of each parameter; the later ones speak of it in particular."""
    found = {}
    for row in rows:
        for parameter, said in _SAID.items():
            if said(row):
                found[parameter] = Saying(said(row), grounds_of(row))
        for parameter, term in _TERMS.items():
            if row.term == term:
                found[parameter] = Saying(row.length, grounds_of(row), row.trigger, row.goods)
    return found


def _ack(rows: Iterable[LegalRule]) -> Grounds | None:
    required = [row for row in rows if row.ack_required]
    required.sort(key=lambda row: row.term != TermKind.ACKNOWLEDGE)
    return grounds_of(required[0]) if required else None
