"""The score of a return."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.returns.rules.fraud import MOST, RiskFacts, is_lighter, is_other_serial, risk_of
from balcao.returns.types import Finding, Risk, Signal


def test_what_is_not_known_counts_against_nobody() -> None:
    assert risk_of(RiskFacts()) == Risk()
    assert risk_of(RiskFacts(grams_found=10, serial_found="A1", orders=40, returned=40)) == Risk()


@pytest.mark.parametrize(
    "facts, signal, seen",
    [
        (RiskFacts(grams_sent=800, grams_found=320), Signal.WEIGHT, "320/800"),
        (RiskFacts(serial_sold="SN 12", serial_found="sn13"), Signal.SERIAL, "sn13/SN 12"),
        (RiskFacts(orders=5, returned=4, segment_rate=0.2), Signal.RATE, "4/5"),
        (RiskFacts(accounts_beside=2), Signal.SHARED, "2"),
        (RiskFacts(denied_receipts=2), Signal.DENIED_RECEIPT, "2"),
        (RiskFacts(is_other_payee=True), Signal.OTHER_PAYEE, "1"),
        (RiskFacts(is_first_order=True, worth=90_000, high_worth=50_000), Signal.FIRST_AND_DEAR, "90000"),
    ],
)
def test_each_signal_says_by_what_it_was_seen(facts: RiskFacts, signal: Signal, seen: str) -> None:
    (finding,) = risk_of(facts).findings

    assert (finding.signal, finding.seen) == (signal, seen)
    assert risk_of(facts).score == finding.points > 0


@pytest.mark.parametrize(
    "facts",
    [
        RiskFacts(grams_sent=800, grams_found=720),  # a tenth, no more
        RiskFacts(serial_sold="SN 12", serial_found="sn12"),
        RiskFacts(orders=4, returned=4, segment_rate=0.1),  # too few orders to tell
        RiskFacts(orders=10, returned=6, segment_rate=0.2),  # three times, no more
        RiskFacts(denied_receipts=1),
        RiskFacts(is_first_order=True, worth=90_000),
        RiskFacts(is_first_order=True, worth=49_999, high_worth=50_000),
        RiskFacts(worth=90_000, high_worth=50_000),
    ],
)
def test_what_is_usual_is_no_signal(facts: RiskFacts) -> None:
    assert risk_of(facts) == Risk()


def test_the_weightiest_stands_first_and_the_score_ends_at_a_hundred() -> None:
    risk = risk_of(RiskFacts(serial_sold="1", serial_found="2", is_other_payee=True, accounts_beside=1))

    assert [one.signal for one in risk.findings] == [Signal.SERIAL, Signal.OTHER_PAYEE, Signal.SHARED]
    assert risk.score == MOST
    assert risk.findings[0] == Finding(Signal.SERIAL, 60, "2/1")


@given(st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_parcel_as_heavy_as_it_left_is_never_light(sent: int, more: int) -> None:
    assert not is_lighter(grams_sent=sent, grams_found=sent + more)


def test_a_serial_that_nobody_knows_differs_from_none() -> None:
    assert not is_other_serial(sold="", found="12")
    assert not is_other_serial(sold="12", found=" ")
