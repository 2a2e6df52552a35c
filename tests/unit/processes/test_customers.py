"""What customers may do by the link alone, what needs the code, and what is expected until when."""

from datetime import UTC, datetime, timedelta

import pytest

from balcao.processes.rules import customers
from balcao.processes.rules.defaults import DEFAULTS, default_blueprint
from balcao.processes.types import (
    ROUND_THE_CLOCK,
    Actor,
    Blueprint,
    FieldType,
    Hours,
    Opening,
    Refusal,
    RefusalCode,
)

MONDAY = datetime(2026, 3, 16, 9, tzinfo=UTC)
HOURS = Hours(ROUND_THE_CLOCK)
BLUEPRINTS = {key: default_blueprint(key) for key in DEFAULTS}


def blueprint(key: str) -> Blueprint:
    return BLUEPRINTS[key]


@pytest.mark.parametrize(
    "key, way",
    [
        ("damaged_in_transport", "send_photos"),
        ("damaged_in_transport", "without_photos"),
        ("return", "posted"),
        ("return", "reopen"),
        ("late_or_lost_parcel", "got_it"),  # and "It is still missing" takes it back
        ("complaint", "reject"),
    ],
)
def test_what_customers_tell_us_needs_the_link_alone(key: str, way: str) -> None:
    found = blueprint(key)

    assert not customers.needs_code(found, found.transition(way))


@pytest.mark.parametrize(
    "key, way",
    [
        ("return", "choose"),
        ("return", "cancel"),
        ("exchange", "money_instead"),
        ("exchange", "choose"),
        ("refund", "give_account"),
        ("cancel", "keep"),
        ("late_or_lost_parcel", "declare"),
        ("privacy_request", "confirmed"),
    ],
)
def test_what_decides_or_ends_needs_the_code(key: str, way: str) -> None:
    found = blueprint(key)

    assert customers.needs_code(found, found.transition(way))


def test_every_way_of_a_customer_has_fields_that_a_customer_can_fill() -> None:
    for found in BLUEPRINTS.values():
        for way in found.transitions:
            if way.actor is Actor.CUSTOMER:
                for source in way.sources:
                    assert customers.can_fill(customers.own_fields(found, source, way)), (found.key, way.key)


def test_an_end_with_a_way_of_the_customers_is_not_final() -> None:
    parcel = blueprint("late_or_lost_parcel")

    assert not customers.is_final(parcel, parcel.transition("got_it"))
    assert customers.is_final(blueprint("return"), blueprint("return").transition("cancel"))


def test_only_fields_that_alone_stand_in_the_way_are_asked_for() -> None:
    found = blueprint("cancel")
    way = next(one for one in found.ways_from("asked") if one.actor is not Actor.CUSTOMER)
    missing, guard = Refusal(RefusalCode.FIELD, "reason"), Refusal(RefusalCode.GUARD, "before_cut_off")

    alone = customers.awaited_fields(found, [Opening(way, (missing,))])
    among_others = customers.awaited_fields(found, [Opening(way, (missing, guard))])

    assert [one.key for one in alone] == ["reason"]
    assert among_others == []


def test_photos_have_their_place_where_customers_may_send_them() -> None:
    place = customers.photo_field(blueprint("return"))

    assert place
    assert place.type is FieldType.PHOTO
    assert customers.photo_field(blueprint("cancel")) is None


def test_days_are_expected_up_to_where_the_customer_is_waited_for() -> None:
    found = blueprint("return")
    stages = ["requested", "approved", "label_sent", "in_transit"]
    first = MONDAY + timedelta(hours=2)

    expected = customers.expected_leavings(found, stages, leaves_first_at=first, hours=HOURS)

    assert expected["requested"] == first
    assert expected["approved"] == first + timedelta(seconds=found.stage("approved").limit_seconds)
    assert set(expected) == {"requested", "approved"}
