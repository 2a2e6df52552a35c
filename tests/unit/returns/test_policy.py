"""Law and shop, side by side: the worked cases of each rule."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.returns.rules import documents
from balcao.returns.rules.owing import owed_by_law
from balcao.returns.rules.policy import decide, freight_rule
from balcao.returns.types import (
    SHOP,
    Answer,
    Case,
    Cause,
    Claim,
    Decision,
    DutyKind,
    FreightBack,
    Length,
    LineCase,
    Outcome,
    Parameter,
    Payer,
    Reason,
    RefundPart,
    ReturnsPolicy,
    Side,
    Told,
    Trait,
    Until,
)

ZONES = {
    "BR": "America/Sao_Paulo",
    "TR": "Europe/Istanbul",
    "DE": "Europe/Berlin",
    "US": "America/New_York",
    "GB": "Europe/London",
}
ORDERED = datetime(2026, 3, 2, 12, tzinfo=UTC)
DELIVERED = datetime(2026, 3, 10, 15, tzinfo=UTC)  # a Tuesday
NOTICE = datetime(2026, 3, 12, 12, tzinfo=UTC)
ALL = frozenset(Outcome)


def a_case(country: str = "BR", *lines: LineCase, **facts: Any) -> Case:
    """Return a case of one mug that came on a Tuesday, unless told otherwise."""
    return Case(
        **{
            "country": country,
            "zone": ZONES.get(country, "UTC"),
            "ordered_at": ORDERED,
            "deliveries": {"1": DELIVERED},
            "lines": lines or (LineCase("1", Reason.CHANGED_MIND),),
            "notice_at": NOTICE,
            "now": facts.get("notice_at", NOTICE),
            **facts,
        }
    )


def decided(case: Case, **policy: Any) -> Decision:
    return decide(case, ReturnsPolicy(**policy))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def doubts(decision: Decision) -> set[Cause]:
    return {doubt.cause for line in decision.lines for doubt in line.doubts}


def rules(decision: Decision) -> set[str]:
    told = {one.rule for one in decision.explanations} | {one.grounds.rule for one in decision.terms}
    told |= {one.grounds.rule for one in decision.duties}
    return told | {one.grounds.rule for line in decision.lines for one in line.entitlements}


# --- Brazil -----------------------------------------------------------------------------------------------------------


def test_br_cdc_49_seven_days_from_receipt() -> None:
    decision = decided(a_case(notice_at=at("2026-03-17T23:59:59-03:00")))

    assert decision.answer == Answer.GRANT
    (line,) = decision.lines
    assert line.last_day == date(2026, 3, 17)
    assert line.entitlements[0].days_left == 0
    assert line.entitlements[0].grounds.rule == "BR-CDC-49"


def test_br_cdc_49_a_day_late_is_for_a_person() -> None:
    decision = decided(a_case(notice_at=at("2026-03-18T00:00:00-03:00")))

    assert decision.answer == Answer.REVIEW
    assert doubts(decision) == {Cause.LATE}
    assert Told.PERSON in {one.told for one in decision.explanations}


def test_br_cdc_49_the_local_day_counts() -> None:
    delivered = at("2026-03-11T01:30:00+00:00")  # still the 10th in São Paulo

    assert decided(a_case(deliveries={"1": delivered})).lines[0].last_day == date(2026, 3, 17)


def test_br_cdc_49_a_last_day_on_a_weekend_goes_on() -> None:
    decision = decided(a_case(deliveries={"1": at("2026-03-14T12:00:00-03:00")}))  # a Saturday

    assert decision.lines[0].last_day == date(2026, 3, 23)
    assert Told.ROLLED in {one.told for one in decision.explanations}


def test_br_cdc_49_a_last_day_on_a_holiday_goes_on() -> None:
    good_friday = date(2026, 4, 3)
    case = a_case(
        deliveries={"1": at("2026-03-27T12:00:00-03:00")},
        holidays=frozenset({good_friday}),
        now=at("2026-03-28T12:00Z"),
    )

    assert decided(case).lines[0].last_day == date(2026, 4, 6)


def test_br_cdc_49_gives_all_back_at_once() -> None:
    decision = decided(a_case())

    includes = decision.term(Claim.WITHDRAWAL, Parameter.REFUND_INCLUDES)
    assert includes
    assert {RefundPart.PRICE, RefundPart.FREIGHT} <= set(includes.holds or ())
    cost = decision.term(Claim.WITHDRAWAL, Parameter.RETURN_COST)
    assert cost
    assert cost.holds == Payer.SHOP
    assert decision.due(DutyKind.REFUND) == decision.notice_on


@pytest.mark.parametrize("trait", [Trait.PERSONALISED, Trait.PERISHABLE, Trait.DIGITAL])
def test_br_cdc_49_has_no_list_of_exceptions_so_a_person_looks(trait: Trait) -> None:
    decision = decided(a_case("BR", LineCase("1", Reason.CHANGED_MIND, frozenset({trait}))))

    assert decision.answer == Answer.REVIEW
    assert doubts(decision) == {Cause.EXCEPTION}
    assert decision.lines[0].doubts[0].grounds
    assert decision.lines[0].doubts[0].grounds.rule == "BR-CDC-49"


def test_br_d7962_receipt_is_confirmed_at_once() -> None:
    decision = decided(a_case())

    assert decision.is_ack_required
    assert decision.due(DutyKind.ACKNOWLEDGE) == decision.notice_on


def test_br_cdc_26_a_defect_is_told_of_within_ninety_days() -> None:
    broken = LineCase("1", Reason.BROKEN)
    in_time = decided(a_case("BR", broken, notice_at=at("2026-06-08T12:00:00-03:00")))
    late = decided(a_case("BR", broken, notice_at=at("2026-06-09T12:00:00-03:00")))

    assert (in_time.answer, in_time.lines[0].last_day) == (Answer.GRANT, date(2026, 6, 8))
    assert (late.answer, doubts(late)) == (Answer.REVIEW, {Cause.LATE})
    assert "BR-CDC-26" in rules(in_time)


def test_br_cdc_26_what_perishes_is_told_of_within_thirty() -> None:
    rotten = LineCase("1", Reason.BROKEN, frozenset({Trait.PERISHABLE}))

    assert decided(a_case("BR", rotten)).lines[0].entitlements[0].last_day == date(2026, 4, 9)


def test_br_cdc_26_a_hidden_defect_counts_from_when_it_shows() -> None:
    hidden = LineCase("1", Reason.STOPPED_WORKING, defect_seen_on=date(2027, 1, 4))
    decision = decided(a_case("BR", hidden, notice_at=at("2027-03-01T12:00:00-03:00")))

    assert decision.answer == Answer.GRANT
    assert decision.lines[0].last_day == date(2027, 4, 5)  # the 4th is a Sunday


def test_br_cdc_18_the_shop_has_thirty_days_to_cure_and_then_the_choice_is_free() -> None:
    decision = decided(a_case("BR", LineCase("1", Reason.NOT_WORKING), notice_at=at("2026-04-20T12:00:00-03:00")))

    (claim,) = [one for one in decision.lines[0].entitlements if one.claim == Claim.DEFECT]
    assert not claim.is_free_choice
    assert decision.due(DutyKind.CURE) == date(2026, 5, 20)
    assert "BR-CDC-18" in rules(decision)


def test_br_cdc_18_nobody_waits_for_the_repair_of_what_is_essential() -> None:
    fridge = LineCase("1", Reason.NOT_WORKING, frozenset({Trait.ESSENTIAL}))
    decision = decided(a_case("BR", fridge, notice_at=at("2026-04-20T12:00:00-03:00")))

    (claim,) = [one for one in decision.lines[0].entitlements if one.claim == Claim.DEFECT]
    assert claim.is_free_choice
    assert {Outcome.REFUND, Outcome.EXCHANGE} <= set(claim.outcomes)


def test_br_cdc_35_what_does_not_come_in_time_may_be_called_off() -> None:
    late = LineCase("1", Reason.CAME_TOO_LATE)
    decision = decided(a_case("BR", late, deliveries={"1": None}, promised_at=at("2026-03-11T12:00:00-03:00")))

    (claim,) = [one for one in decision.lines[0].entitlements if one.claim == Claim.DELIVERY]
    assert claim.is_free_choice
    assert Outcome.REFUND in claim.outcomes
    assert "BR-CDC-35" in rules(decision)


def test_br_cdc_35_what_came_in_time_was_not_late() -> None:
    late = LineCase("1", Reason.CAME_TOO_LATE)
    decision = decided(a_case("BR", late, promised_at=at("2026-03-11T12:00:00-03:00")))

    assert [one.claim for one in decision.lines[0].entitlements] == [Claim.WITHDRAWAL]


# --- Turkey -----------------------------------------------------------------------------------------------------------


def test_tr_msy_9_fourteen_days_from_delivery() -> None:
    decision = decided(a_case("TR", notice_at=at("2026-03-24T23:30:00+03:00")))

    assert (decision.answer, decision.lines[0].last_day) == (Answer.GRANT, date(2026, 3, 24))
    assert "TR-MSY-9" in rules(decision)


def test_tr_msy_9_also_before_delivery() -> None:
    decision = decided(a_case("TR", deliveries={"1": None}))

    assert (decision.answer, decision.lines[0].last_day) == (Answer.GRANT, None)
    assert Told.NOT_BEGUN in {one.told for one in decision.explanations}


def test_tr_msy_9_a_year_longer_for_who_was_not_told() -> None:
    decision = decided(a_case("TR", notice_at=at("2027-03-20T12:00:00+03:00"), is_informed=False))

    assert (decision.answer, decision.lines[0].last_day) == (Answer.GRANT, date(2027, 3, 24))
    assert Told.UNINFORMED in {one.told for one in decision.explanations}


def test_tr_msy_12_the_money_is_due_fourteen_days_after_the_notice_and_never_rolls() -> None:
    decision = decided(a_case("TR", notice_at=at("2026-03-14T12:00:00+03:00")))

    assert decision.due(DutyKind.REFUND) == date(2026, 3, 28)  # a Saturday
    assert "TR-MSY-12" in rules(decision)


def test_tr_msy_13_ten_days_to_send_it_back() -> None:
    decision = decided(a_case("TR", notice_at=at("2026-03-11T12:00:00+03:00")))

    assert decision.due(DutyKind.SEND_BACK) == date(2026, 3, 23)  # the 21st is a Saturday: a right of theirs goes on
    assert "TR-MSY-13" in rules(decision)


def test_tr_retcost_the_way_back_is_the_sellers() -> None:
    decision = decided(a_case("TR"), return_cost=Payer.CUSTOMER)

    cost = decision.term(Claim.WITHDRAWAL, Parameter.RETURN_COST)
    assert cost
    assert (cost.law, cost.shop, cost.holds, cost.side) == (Payer.SHOP, Payer.CUSTOMER, Payer.SHOP, Side.LAW)
    assert cost.grounds.rule == "TR-RETCOST"


@pytest.mark.parametrize(
    "trait, is_opened, answer",
    [
        (Trait.PERSONALISED, None, Answer.REVIEW),
        (Trait.PERIODICAL, None, Answer.REVIEW),
        (Trait.HYGIENE, True, Answer.REVIEW),
        (Trait.HYGIENE, False, Answer.GRANT),
        (Trait.MEDIA, None, Answer.GRANT),  # nobody said that it was opened
    ],
)
def test_tr_msy_15_and_eu_crd_16_exceptions_are_looked_at(trait: Trait, is_opened: bool | None, answer: Answer) -> None:
    for country, rule in (("TR", "TR-MSY-15"), ("DE", "EU-CRD-16")):
        line = LineCase("1", Reason.CHANGED_MIND, frozenset({trait}), is_opened)
        decision = decided(a_case(country, line))

        assert decision.answer == answer
        if answer == Answer.REVIEW:
            assert {doubt.grounds.rule for doubt in decision.lines[0].doubts if doubt.grounds} == {rule}


def test_tr_6502_11_the_customer_chooses_freely_for_two_years() -> None:
    decision = decided(a_case("TR", LineCase("1", Reason.NOT_WORKING), notice_at=at("2028-03-09T12:00:00+03:00")))

    (claim,) = [one for one in decision.lines[0].entitlements if one.claim == Claim.DEFECT]
    assert (decision.answer, claim.last_day) == (Answer.GRANT, date(2028, 3, 10))
    assert claim.is_free_choice
    assert {Outcome.REFUND, Outcome.REDUCTION, Outcome.REPAIR, Outcome.EXCHANGE} <= set(claim.outcomes)


@pytest.mark.parametrize("country, zone, rule", [("TR", "+03:00", "TR-MSY-16"), ("US", "-05:00", "US-MITOR")])
def test_tr_msy_16_and_us_mitor_thirty_days_to_deliver(country: str, zone: str, rule: str) -> None:
    line = LineCase("1", Reason.CAME_TOO_LATE)
    facts = {"ordered_at": at(f"2026-03-02T12:00:00{zone}"), "deliveries": {"1": None}}
    in_time = decided(a_case(country, line, **facts, notice_at=at(f"2026-04-01T12:00:00{zone}")))
    late = decided(a_case(country, line, **facts, notice_at=at(f"2026-04-02T12:00:00{zone}")))

    assert Claim.DELIVERY not in {one.claim for one in in_time.lines[0].entitlements}
    (claim,) = [one for one in late.lines[0].entitlements if one.claim == Claim.DELIVERY]
    assert (late.answer, claim.grounds.rule) == (Answer.GRANT, rule)
    assert Outcome.REFUND in claim.outcomes


def test_us_mitor_the_money_is_due_in_seven_working_days() -> None:
    line = LineCase("1", Reason.CAME_TOO_LATE)
    decision = decided(a_case("US", line, deliveries={"1": None}, notice_at=at("2026-05-01T12:00-04:00")))

    assert decision.due(DutyKind.REFUND) == date(2026, 5, 12)


# --- European Union ---------------------------------------------------------------------------------------------------


def test_eu_crd_9_fourteen_days_from_the_last_good() -> None:
    lines = {"1": at("2026-03-10T10:00:00+01:00"), "2": at("2026-03-16T10:00:00+01:00")}
    decision = decided(a_case("DE", deliveries=lines, notice_at=at("2026-03-30T23:59:00+02:00")))

    assert (decision.answer, decision.lines[0].last_day) == (Answer.GRANT, date(2026, 3, 30))
    assert "EU-CRD-9" in rules(decision)


def test_eu_crd_9_begins_when_all_has_come() -> None:
    decision = decided(a_case("DE", deliveries={"1": DELIVERED, "2": None}, notice_at=at("2026-09-01T12:00:00+02:00")))

    assert (decision.answer, decision.lines[0].last_day) == (Answer.GRANT, None)


def test_eu_crd_9_the_customer_pays_the_way_back_unless_the_shop_does() -> None:
    held = {
        payer: decided(a_case("DE"), return_cost=payer).term(Claim.WITHDRAWAL, Parameter.RETURN_COST) for payer in Payer
    }

    assert {payer: term.holds for payer, term in held.items() if term} == {
        Payer.SHOP: Payer.SHOP,
        Payer.CUSTOMER: Payer.CUSTOMER,
    }
    assert held[Payer.SHOP]
    assert held[Payer.SHOP].side == Side.SHOP


def test_eu_crd_9_standard_freight_within_fourteen_days_of_the_notice_kept_back_until_posted() -> None:
    decision = decided(a_case("DE"))

    includes = decision.term(Claim.WITHDRAWAL, Parameter.REFUND_INCLUDES)
    withhold = decision.term(Claim.WITHDRAWAL, Parameter.WITHHOLD)
    assert includes
    assert RefundPart.STANDARD_FREIGHT in (includes.law or ())
    assert withhold
    assert withhold.holds == Until.PROOF_OF_POSTING
    assert decision.due(DutyKind.REFUND) == date(2026, 3, 26)
    assert decision.due(DutyKind.SEND_BACK) == date(2026, 3, 26)


def test_eu_crd_9_twelve_months_longer_for_who_was_not_told() -> None:
    decision = decided(a_case("DE", is_informed=False))

    assert decision.lines[0].last_day == date(2027, 3, 24)


def test_eu_crd_11a_is_acknowledged() -> None:
    assert decided(a_case("DE", ordered_at=at("2026-07-01T12:00:00+02:00"))).is_ack_required


def test_eu_sgd_repair_or_replacement_first() -> None:
    decision = decided(a_case("DE", LineCase("1", Reason.NOT_WORKING), notice_at=at("2028-03-09T12:00:00+01:00")))

    (claim,) = [one for one in decision.lines[0].entitlements if one.claim == Claim.DEFECT]
    assert (decision.answer, claim.last_day) == (Answer.GRANT, date(2028, 3, 10))
    assert not claim.is_free_choice
    assert set(claim.outcomes[:2]) == {Outcome.REPAIR, Outcome.EXCHANGE}


def test_a_defect_does_not_take_away_the_right_to_withdraw() -> None:
    decision = decided(a_case("DE", LineCase("1", Reason.NOT_WORKING)))

    claims = {one.claim: one for one in decision.lines[0].entitlements}
    assert Outcome.REFUND in claims[Claim.WITHDRAWAL].outcomes
    assert claims[Claim.WITHDRAWAL].is_in_time


# --- Elsewhere --------------------------------------------------------------------------------------------------------


def test_where_there_is_no_right_a_person_looks() -> None:
    decision = decided(a_case("US"))

    assert decision.answer == Answer.REVIEW
    assert doubts(decision) == {Cause.NO_RIGHT}
    assert Told.NO_LAW in {one.told for one in decision.explanations}


def test_where_there_is_no_right_the_shops_own_days_count() -> None:
    decision = decided(a_case("US"), withdrawal_days=30)

    assert (decision.answer, decision.lines[0].last_day) == (Answer.GRANT, date(2026, 4, 9))
    assert decision.lines[0].entitlements[0].grounds.rule == SHOP


def test_an_unknown_country_has_the_shops_policy() -> None:
    assert decided(a_case("XK")).answer == Answer.REVIEW
    assert decided(a_case("XK"), withdrawal_days=10).answer == Answer.GRANT


# --- The better of two ------------------------------------------------------------------------------------------------


def test_a_shop_may_give_more_days() -> None:
    decision = decided(a_case("BR", notice_at=at("2026-04-09T12:00:00-03:00")), withdrawal_days=30)

    period = decision.term(Claim.WITHDRAWAL, Parameter.PERIOD)
    assert decision.answer == Answer.GRANT
    assert period
    assert (period.law, period.shop, period.holds) == (Length(7), Length(30), Length(30))
    assert (period.side, period.grounds.rule) == (Side.SHOP, SHOP)
    assert Told.SHOP_IS_BETTER in {one.told for one in decision.explanations}


def test_a_shop_cannot_give_fewer_days() -> None:
    decision = decided(a_case("DE", notice_at=at("2026-03-24T12:00:00+01:00")), withdrawal_days=3)

    period = decision.term(Claim.WITHDRAWAL, Parameter.PERIOD)
    assert decision.answer == Answer.GRANT
    assert period
    assert (period.holds, period.side) == (Length(14), Side.LAW)


def test_a_shop_may_take_back_what_the_law_leaves_out() -> None:
    cut = LineCase("1", Reason.CHANGED_MIND, frozenset({Trait.PERSONALISED}))
    decision = decided(a_case("TR", cut), allowed=frozenset({Trait.PERSONALISED}))

    assert decision.answer == Answer.GRANT
    assert Told.ALLOWED in {one.told for one in decision.explanations}


def test_a_shop_may_pay_sooner_and_need_not_wait() -> None:
    case = a_case("DE", received_at=at("2026-03-16T12:00:00+01:00"))
    decision = decided(case, refund_days=2, waits_for=False)

    withhold = decision.term(Claim.WITHDRAWAL, Parameter.WITHHOLD)
    within = decision.term(Claim.WITHDRAWAL, Parameter.REFUND_WITHIN)
    assert decision.due(DutyKind.REFUND) == date(2026, 3, 18)
    assert withhold
    assert withhold.holds == Until.NOT_AT_ALL
    assert within
    assert (within.holds, within.side) == (Length(2), Side.SHOP)


def test_outcomes_of_both_sides_are_offered() -> None:
    decision = decided(a_case("DE"), outcomes=frozenset({Outcome.CREDIT}))

    assert decision.lines[0].entitlements[0].outcomes == (Outcome.REFUND, Outcome.CREDIT)


def test_risk_and_worth_are_looked_at_and_refuse_nothing() -> None:
    risky = decided(a_case(risk_score=80))
    dear = decided(a_case(worth=90_000), review_worth=50_000)

    assert (risky.answer, [one.cause for one in risky.doubts]) == (Answer.REVIEW, [Cause.RISK])
    assert (dear.answer, [one.cause for one in dear.doubts]) == (Answer.REVIEW, [Cause.WORTH])
    assert all(line.answer == Answer.GRANT for line in (*risky.lines, *dear.lines))


def test_one_line_to_look_at_holds_the_others() -> None:
    lines = (LineCase("1", Reason.CHANGED_MIND), LineCase("2", Reason.CHANGED_MIND, frozenset({Trait.PERISHABLE})))
    decision = decided(a_case("TR", *lines, deliveries={"1": DELIVERED, "2": DELIVERED}))

    assert decision.answer == Answer.REVIEW
    assert [line.answer for line in decision.lines] == [Answer.GRANT, Answer.REVIEW]


def test_the_freight_goes_back_where_the_law_says_so() -> None:
    brazil = decided(a_case(), freight_back=FreightBack.NONE)
    germany = decided(a_case("DE"), standard_freight=490)
    states = decided(a_case("US"), withdrawal_days=30, freight_back=FreightBack.NONE)

    kept = ReturnsPolicy(freight_back=FreightBack.NONE)
    assert freight_rule(brazil, kept) == (FreightBack.ALL_WITH_ALL, None)
    assert freight_rule(germany, ReturnsPolicy(standard_freight=490)) == (FreightBack.SHARE, 490)
    assert freight_rule(states, kept) == (FreightBack.NONE, None)


def test_every_part_names_its_rule_and_source() -> None:
    for country in ("BR", "TR", "DE"):
        decision = decided(a_case(country), withdrawal_days=30)

        for grounds in [one.grounds for one in (*decision.terms, *decision.duties)]:
            assert grounds.rule
            assert grounds.rule == SHOP or (grounds.source and grounds.reviewed_on and grounds.certainty)


# --- Whatever the case ------------------------------------------------------------------------------------------------

_MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_LINES = st.builds(
    LineCase,
    line=st.just("1"),
    reason=st.sampled_from(Reason),
    traits=st.frozensets(st.sampled_from(Trait), max_size=3),
    is_opened=st.sampled_from([None, True, False]),
)
_CASES = st.builds(
    Case,
    country=st.sampled_from(["BR", "TR", "DE", "NO", "US", "XK"]),
    zone=st.sampled_from(sorted(ZONES.values())),
    ordered_at=_MOMENTS,
    deliveries=st.dictionaries(st.sampled_from(["1", "2"]), st.none() | _MOMENTS, min_size=1),
    lines=st.tuples(_LINES),
    notice_at=_MOMENTS,
    now=_MOMENTS,
    is_informed=st.booleans(),
    promised_at=st.none() | _MOMENTS,
    received_at=st.none() | _MOMENTS,
    risk_score=st.integers(0, 100),
)
_POLICIES = st.builds(
    ReturnsPolicy,
    withdrawal_days=st.none() | st.integers(0, 400),
    defect_days=st.none() | st.integers(0, 1_000),
    allowed=st.frozensets(st.sampled_from(Trait)),
    return_cost=st.sampled_from(Payer),
    freight_back=st.sampled_from(FreightBack),
    refund_days=st.none() | st.integers(0, 60),
    waits_for=st.booleans(),
    outcomes=st.frozensets(st.sampled_from(Outcome)),
)
_LEAST = ReturnsPolicy(
    return_cost=Payer.CUSTOMER, freight_back=FreightBack.NONE, outcomes=frozenset(), review_score=0
)  # what the law alone gives


@given(_CASES, _POLICIES)
def test_a_shop_can_only_be_more_generous(case: Case, policy: ReturnsPolicy) -> None:
    alone, together = decide(case, _LEAST), decide(case, policy)

    for law, both in zip(alone.lines, together.lines, strict=True):
        assert both.answer == Answer.GRANT or law.answer == Answer.REVIEW
        offered = {(one.claim, outcome) for one in both.entitlements for outcome in one.outcomes}
        assert {(one.claim, outcome) for one in law.entitlements for outcome in one.outcomes} <= offered
        if law.entitlements:
            assert both.last_day is None or (law.last_day is not None and both.last_day >= law.last_day)
    for kind in (DutyKind.REFUND, DutyKind.CURE, DutyKind.ACKNOWLEDGE):
        due = alone.due(kind)
        assert due is None or (together.due(kind) or date.max) <= due


@given(_CASES, _POLICIES)
def test_each_parameter_is_the_better_one(case: Case, policy: ReturnsPolicy) -> None:
    for term in decide(case, policy).terms:
        assert term.holds in (term.law, term.shop) or isinstance(term.holds, tuple)
        if term.parameter == Parameter.RETURN_COST and Payer.SHOP in (term.law, term.shop):
            assert term.holds == Payer.SHOP
        if term.parameter == Parameter.REFUND_INCLUDES:
            said = {*(term.law or ()), *(term.shop or ())}
            assert said - set(term.holds or ()) <= {RefundPart.STANDARD_FREIGHT}
        if term.parameter == Parameter.WITHHOLD and Until.NOT_AT_ALL in (term.law, term.shop):
            assert term.holds == Until.NOT_AT_ALL


@given(_CASES, _POLICIES)
def test_nothing_is_refused_and_what_waits_says_why(case: Case, policy: ReturnsPolicy) -> None:
    decision = decide(case, policy)

    assert set(Answer) == {Answer.GRANT, Answer.REVIEW}
    if decision.answer == Answer.REVIEW:
        assert decision.doubts or any(line.doubts for line in decision.lines)
    for line in decision.lines:
        assert (line.answer == Answer.REVIEW) == bool(line.doubts)


@given(_CASES, _POLICIES)
def test_a_notice_before_the_end_is_never_late(case: Case, policy: ReturnsPolicy) -> None:
    day = case.notice_at.astimezone(ZoneInfo(case.zone)).date()

    for one in decide(case, policy).lines[0].entitlements:
        assert one.is_in_time == (one.last_day is None or day <= one.last_day)


@given(_CASES, _POLICIES)
def test_a_decision_stands_as_it_was(case: Case, policy: ReturnsPolicy) -> None:
    decision = decide(case, policy)

    assert documents.decision_from(json.loads(json.dumps(documents.plain(decision)))) == decision
    assert documents.policy_from(json.loads(json.dumps(documents.plain(policy)))) == policy


# --- United Kingdom ---------------------------------------------------------------------------------------------------


def test_in_britain_a_customer_cancels_within_14_days_and_is_paid_14_days_after_they_sent_it() -> None:
    open_case = decided(a_case("GB"))
    assert open_case.lines[0].last_day == date(2026, 3, 24)
    assert open_case.lines[0].entitlements[0].grounds.rule == "GB-CCR-30"
    assert open_case.due(DutyKind.REFUND) is None  # nobody knows yet when it is sent

    sent = decided(a_case("GB", posted_at=at("2026-03-16T10:00+00:00"), received_at=at("2026-03-19T10:00+00:00")))
    assert sent.due(DutyKind.REFUND) == date(2026, 3, 30)
    back = decided(a_case("GB", received_at=at("2026-03-19T10:00+00:00")))
    assert back.due(DutyKind.REFUND) == date(2026, 4, 2)
    assert owed_by_law(sent, zone="Europe/London")[0].is_from_sending


def test_in_britain_defective_goods_are_rejected_within_30_days_and_repaired_after() -> None:
    line = LineCase("1", Reason.NOT_WORKING)
    early = decided(a_case("GB", line, notice_at=at("2026-04-09T12:00+00:00"))).lines[0].entitlements[0]
    assert (early.grounds.rule, early.is_free_choice) == ("GB-CRA-19", True)
    assert early.outcomes[0] == Outcome.REFUND
    late = decided(a_case("GB", line, notice_at=at("2026-04-10T12:00+00:00")), outcomes=frozenset()).lines[0]
    assert not late.entitlements[0].is_free_choice
    assert late.entitlements[0].outcomes == (Outcome.REPAIR, Outcome.EXCHANGE)


def test_in_britain_perishable_goods_are_not_rejected_for_30_days() -> None:
    line = LineCase("1", Reason.NOT_WORKING, frozenset({Trait.PERISHABLE}))
    assert not decided(a_case("GB", line)).lines[0].entitlements[0].is_free_choice
