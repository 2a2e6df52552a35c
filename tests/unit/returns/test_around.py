"""What a case is made of: where somebody lives, when lines came, what a product is, who pays, what fields say."""

from datetime import UTC, date, datetime

import pytest

from balcao.ports.commerce import Shipment, ShipmentState
from balcao.processes.rules.defaults import default_blueprint
from balcao.returns.rules import fields, paying
from balcao.returns.rules.delivering import deliveries
from balcao.returns.rules.inspecting import Inspected
from balcao.returns.rules.marking import traits_of
from balcao.returns.rules.places import country_of, zone_of
from balcao.returns.rules.policy import exceptions_of, terms_beside
from balcao.returns.types import (
    Answer,
    Claim,
    Decision,
    Disposition,
    Fault,
    Grade,
    Outcome,
    Parameter,
    Payer,
    Reason,
    ReturnsPolicy,
    Trait,
)
from balcao.testing.orders import a_line, an_order

MON, TUE = (datetime(2026, 3, day, 12, tzinfo=UTC) for day in (9, 10))


def a_decision(jurisdiction: str = "") -> Decision:
    return Decision("XK", jurisdiction, date(2026, 3, 10), Answer.GRANT, (), (), ())


@pytest.mark.parametrize(
    "told, code",
    [("BR", "BR"), ("br", "BR"), ("", "TR"), ("Brasil", "BR"), ("Türkiye", "TR"), ("TÜRKİYE", "TR"),
     ("Deutschland", "DE"), (" germany ", "DE"), ("Narnia", "NARNIA")],
)  # fmt: skip
def test_countries_are_known_however_they_are_written(told: str, code: str) -> None:
    assert country_of(told, home="TR") == code


@pytest.mark.parametrize(
    "country, region, zone",
    [
        ("BR", "SP", "America/Sao_Paulo"),
        ("BR", "am", "America/Manaus"),
        ("TR", "", "Europe/Istanbul"),
        ("FR", "", "Europe/Paris"),
        ("DE", "", "Europe/Berlin"),
        ("US", "NY", "America/Recife"),  # it has many: the shop's own
        ("NARNIA", "", "America/Recife"),
    ],
)
def test_days_are_counted_where_the_customer_lives(country: str, region: str, zone: str) -> None:
    assert zone_of(country, region, home="PT", home_zone="America/Recife") == zone


def test_at_home_the_shops_own_zone_counts() -> None:
    assert zone_of("AR", "", home="AR", home_zone="America/Cordoba") == "America/Cordoba"


def parcel(state: ShipmentState = ShipmentState.DELIVERED, at: datetime | None = MON, *lines: str) -> Shipment:
    return Shipment(f"s{at}{lines}", state, delivered_at=at, pieces=tuple((line, 1) for line in lines))


@pytest.mark.parametrize(
    "parcels, came",
    [
        ((parcel(),), MON),
        ((), None),
        ((parcel(at=None),), None),
        ((parcel(ShipmentState.DELIVERED, MON, "1"), parcel(ShipmentState.DELIVERED, TUE, "1")), TUE),
        ((parcel(ShipmentState.DELIVERED, MON, "1"),), None),  # one of two pieces
        ((parcel(ShipmentState.DELIVERED, MON, "1"), parcel(ShipmentState.IN_TRANSIT, None, "1")), None),
        ((parcel(ShipmentState.LOST, None, "1"), parcel()), MON),  # sent again
        ((parcel(ShipmentState.DELIVERED, MON, "2"),), None),
    ],
)
def test_a_line_came_when_its_last_piece_came(parcels: tuple[Shipment, ...], came: datetime | None) -> None:
    order = an_order(a_line("1", quantity=2), shipments=parcels)

    assert deliveries(order) == {"1": came}


def test_what_was_cancelled_is_not_waited_for() -> None:
    order = an_order(a_line("1", quantity=1), a_line("2", quantity=2, cancelled=2), shipments=(parcel(),))

    assert deliveries(order) == {"1": MON}


@pytest.mark.parametrize(
    "mark, fits",
    [("CAN", True), ("can-az", True), ("caneca", True), ("moringa", True), ("Caneca Moringa", True), ("cane", False),
     ("AZ", False), ("c", False), ("", False)],
)  # fmt: skip
def test_a_mark_is_the_beginning_of_a_code_or_whole_words(mark: str, fits: bool) -> None:
    found = traits_of(sku="CAN-AZ", name="Caneca Moringa", marks={Trait.PERSONALISED: (mark,)})

    assert found == (frozenset({Trait.PERSONALISED}) if fits else frozenset())


def test_the_shop_pays_for_what_is_nobodys_regret() -> None:
    assert paying.payer_of(a_decision(), [Reason.CHANGED_MIND, Reason.BROKEN]) == Payer.SHOP
    assert paying.payer_of(a_decision(), [Reason.CHANGED_MIND]) == Payer.SHOP


@pytest.mark.parametrize(
    "jurisdiction, reason, grade, rule",
    [
        ("EU", Reason.CHANGED_MIND, Grade.C, "EU-CRD-9"),
        ("EU", Reason.CHANGED_MIND, Grade.B, None),
        ("EU", Reason.BROKEN, Grade.D, None),
        ("BR", Reason.CHANGED_MIND, Grade.C, None),
        ("TR", Reason.CHANGED_MIND, Grade.C, None),
        ("", Reason.CHANGED_MIND, Grade.C, ""),
    ],
)
def test_something_is_taken_off_only_where_a_rule_allows_it(
    jurisdiction: str, reason: Reason, grade: Grade, rule: str | None
) -> None:
    assert paying.lessening_rule(a_decision(jurisdiction), reason, [grade]) == rule


def test_every_wish_and_finding_has_its_field() -> None:
    blueprint = default_blueprint("return")
    for reason in Reason:
        values = fields.of_wish([reason], [Fault.CUSTOMER, Fault.SHOP], Outcome.CREDIT)
        known = fields.known_to(blueprint, values)
        assert known == values
        assert (known["fault"], known["credit_consent"]) == ("shop", True)
    for grade in Grade:
        for disposition in Disposition:
            values = fields.of_inspection([Inspected("1", 1, grade)], [disposition], differs=False)
            assert fields.known_to(blueprint, values) == values


def test_of_several_reasons_the_graver_one_leads() -> None:
    values = fields.of_wish([Reason.CHANGED_MIND, Reason.BROKEN], [Fault.CUSTOMER], Outcome.REFUND)

    assert values["reason"] == "defective_arrival"


def test_the_worst_state_leads() -> None:
    found = [Inspected("1", 1, Grade.A), Inspected("1", 1, Grade.D, missing=("lid",)), Inspected("1", 1, Grade.B)]
    values = fields.of_inspection(found, [Disposition.RECYCLE], differs=True)

    assert (values["grade"], values["parts_complete"], values["serial_matches"]) == ("d", False, False)


def test_a_path_without_a_field_is_told_nothing() -> None:
    blueprint = default_blueprint("privacy_request")

    assert fields.known_to(blueprint, {"grade": "a", "remedy": "nonsense"}) == {}


def test_an_owner_sees_law_and_shop_before_anything_came_back() -> None:
    policy = ReturnsPolicy(withdrawal_days=30, allowed=frozenset({Trait.PERSONALISED}))
    terms = {(one.claim, one.parameter): one for one in terms_beside("TR", policy, now=MON)}
    excepted = {one.trait: one for one in exceptions_of("TR", policy, now=MON)}

    period = terms[Claim.WITHDRAWAL, Parameter.PERIOD]
    assert period.law_grounds
    assert (period.law_grounds.rule, period.grounds.rule) == ("TR-MSY-9", "SHOP")
    assert excepted[Trait.PERSONALISED].is_allowed
    assert not excepted[Trait.PERISHABLE].is_allowed
    assert exceptions_of("US", policy, now=MON) == ()
