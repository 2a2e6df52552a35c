"""The law table: what holds where, when, and until which day."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

import pytest

from balcao.deadlines.rules import law
from balcao.deadlines.rules.days import Roll, Unit
from balcao.deadlines.rules.law import (
    Answer,
    Certainty,
    Goods,
    Jurisdiction,
    LegalRule,
    Length,
    RuleKind,
    TermKind,
    Trait,
)

NOW = date(2026, 11, 22)
# Every row of the table that the law was read into.
IDS = """
BR-CDC-49 BR-D7962-4-V BR-D7962-5 BR-CDC-26 BR-CDC-18 BR-CDC-35 BR-CDC-42 BR-D11034 BR-LGPD-19 BR-GOVBR
TR-MSY-9 TR-MSY-12 TR-MSY-13 TR-RETCOST TR-ELEC TR-MSY-15 TR-MSY-16 TR-6502-11 TR-KVKK-13 TR-IYS
EU-CRD-9 EU-CRD-11a EU-CRD-16 EU-SGD EU-GDPR-12-3 EU-AI-50 US-MITOR US-CANSPAM US-CCPA
GB-CCR-30 GB-CCR-34 GB-CCR-35 GB-CCR-32 GB-CCR-28 GB-CRA-19 GB-CRA-22 GB-CRA-28
"""


def row(id_: str) -> LegalRule:
    found = law.rule(id_)
    assert found is not None
    return found


def ids(rows: tuple[LegalRule, ...]) -> set[str]:
    return {one.id for one in rows}


def test_every_rule_is_there_once() -> None:
    assert set(IDS.split()) <= ids(law.TABLE)
    assert max(Counter(one.id for one in law.TABLE).values()) == 1
    assert {one.part_of for one in law.TABLE} - {""} <= ids(law.TABLE)
    assert law.rule("XX-1") is None


@pytest.mark.parametrize("one", law.TABLE, ids=lambda one: one.id)
def test_a_rule_says_what_it_is_from_and_how_sure_it_is(one: LegalRule) -> None:
    assert one.id.startswith(f"{one.jurisdiction}-")
    assert one.source
    assert one.summary.endswith(".")
    assert one.reviewed_on == date(2026, 11, 1)
    assert one.certainty in Certainty


@pytest.mark.parametrize("one", law.TABLE, ids=lambda one: one.id)
def test_what_the_customer_may_do_rolls_on_and_what_the_shop_owes_does_not(one: LegalRule) -> None:
    is_theirs = one.term in {TermKind.RIGHT, TermKind.SEND_BACK, TermKind.REJECT} and one.amount > 0
    assert one.roll == (Roll.FORWARD if is_theirs else Roll.NONE)


@pytest.mark.parametrize(
    "country, expected",
    [("BR", Jurisdiction.BR), ("TR", Jurisdiction.TR), ("US", Jurisdiction.US), ("DE", Jurisdiction.EU),
     ("NO", Jurisdiction.EU), ("EU", None), ("GB", Jurisdiction.GB), ("CH", None), ("", None)],
)  # fmt: skip
def test_a_country_is_under_a_law_or_under_none_of_ours(country: str, expected: Jurisdiction | None) -> None:
    assert law.jurisdiction_of(country) == expected


def test_rules_are_found_by_place_kind_term_and_day() -> None:
    turkish = law.rules(Jurisdiction.TR, on=NOW, kind=RuleKind.WITHDRAWAL)
    assert ids(turkish) == {"TR-MSY-9", "TR-MSY-12", "TR-MSY-13", "TR-RETCOST", "TR-ELEC", "TR-MSY-15"}
    before = law.rules(Jurisdiction.TR, on=date(2025, 5, 23), kind=RuleKind.WITHDRAWAL)
    assert ids(turkish) - ids(before) == {"TR-RETCOST", "TR-ELEC"}
    assert ids(law.rules(Jurisdiction.EU, on=NOW, term=TermKind.REFUND)) == {"EU-CRD-9-REFUND"}
    durable = law.rules(Jurisdiction.BR, on=NOW, kind=RuleKind.DEFECT, term=TermKind.RIGHT, goods=Goods.DURABLE)
    assert ids(durable) == {"BR-CDC-26", "BR-CDC-26-3"}
    assert ids(law.parts_of("EU-CRD-9")) == {"EU-CRD-9", "EU-CRD-9-REFUND", "EU-CRD-9-SEND"}


def test_a_rule_with_an_end_holds_until_then() -> None:
    ended = replace(row("EU-CRD-11a"), effective_until=date(2026, 12, 31))
    assert [ended.holds_on(date(2026, *day)) for day in ((6, 18), (6, 19), (12, 31))] == [False, True, True]
    assert not ended.holds_on(date(2027, 1, 1))


def test_brazil_excepts_nothing_without_a_person_and_turkey_keeps_electronics() -> None:
    brazil = law.exceptions(Jurisdiction.BR, on=NOW)
    assert {answer for answer, _ in brazil.values()} == {Answer.REVIEW}
    turkey = law.exceptions(Jurisdiction.TR, on=NOW)
    assert Trait.ELECTRONICS not in turkey
    assert turkey[Trait.PERISHABLE][1].id == "TR-MSY-15"
    assert Trait.AUCTION in law.exceptions(Jurisdiction.EU, on=NOW)
    assert law.exceptions(Jurisdiction.US, on=NOW) == {}


def test_what_it_costs_the_customer() -> None:
    assert row("BR-CDC-49").return_cost_payer == row("TR-MSY-9").return_cost_payer == "shop"
    assert (row("EU-CRD-9").return_cost_payer, row("EU-CRD-9-REFUND").refund_includes[1]) == (
        "customer",
        "standard_freight",
    )
    assert row("TR-MSY-12").may_withhold_until == "not_at_all"


def start(text: str) -> datetime:
    return datetime.fromisoformat(text)


SEVENTH_OF_SEPTEMBER = {date(2026, 9, 7)}


@pytest.mark.parametrize(
    "id_, begun, zone, expected",
    [
        ("BR-CDC-49", "2026-08-31T11:00:00-03:00", "America/Sao_Paulo", "2026-09-08"),
        ("BR-D7962-4-V", "2026-08-03T10:00:00-03:00", "America/Sao_Paulo", "2026-08-08"),
        ("BR-CDC-49-REFUND", "2026-08-08T10:00:00-03:00", "America/Sao_Paulo", "2026-08-08"),
        ("TR-MSY-9", "2026-08-03T20:30:00+00:00", "Europe/Istanbul", "2026-08-17"),
        ("TR-6502-11", "2026-08-03T20:30:00+00:00", "Europe/Istanbul", "2028-08-03"),
        ("TR-IYS", "2026-08-07T10:00:00+03:00", "Europe/Istanbul", "2026-08-12"),
        ("EU-GDPR-12-3", "2026-01-31T09:00:00+01:00", "Europe/Berlin", "2026-02-28"),
    ],
)
def test_a_rule_ends_on_a_local_day(id_: str, begun: str, zone: str, expected: str) -> None:
    found = law.last_day_of(row(id_), start=start(begun), zone=zone, holidays=SEVENTH_OF_SEPTEMBER)
    assert found == date.fromisoformat(expected)


def test_who_was_not_informed_has_longer() -> None:
    begun = start("2026-08-03T10:00:00+03:00")
    assert row("TR-MSY-9").extension_if_uninformed == Length(1, Unit.YEARS)
    late = law.last_day_of(row("TR-MSY-9"), start=begun, zone="Europe/Istanbul", is_informed=False)
    assert late == date(2027, 8, 17)
    assert law.last_day_of(row("BR-CDC-49"), start=begun, zone="UTC", is_informed=False) == date(2026, 8, 10)


def test_a_complaint_stops_the_time_only_where_the_law_says_so() -> None:
    begun = start("2026-08-03T10:00:00-03:00")
    stopped = law.last_day_of(row("BR-CDC-26-I"), start=begun, zone="America/Sao_Paulo", suspended_days=10)
    assert stopped == date(2026, 9, 14)  # Saturday the 12th rolls on
    assert law.last_day_of(row("BR-CDC-18"), start=begun, zone="UTC", suspended_days=10) == date(2026, 9, 2)
