from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balcao.jobs import actions

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def hold(worker: str, *, after: int = 0) -> bool:
    return actions.hold(duty="clock", worker=worker, now=NOON + timedelta(seconds=after), lasting=MINUTE)


def test_one_worker_has_a_duty_until_its_lease_is_over() -> None:
    assert hold("ana")
    assert not hold("bruno", after=59)
    assert hold("bruno", after=60)
    assert not hold("ana", after=61)


def test_who_has_it_keeps_it() -> None:
    assert all(hold("ana", after=after) for after in (0, 31, 62, 93))
    assert not hold("bruno", after=120)


def test_two_duties_do_not_know_each_other() -> None:
    assert hold("ana")
    assert actions.hold(duty="sweep", worker="bruno", now=NOON, lasting=MINUTE)


def test_a_worker_that_stops_leaves_its_duties_at_once() -> None:
    hold("ana")
    actions.drop_duties(worker="ana")
    assert hold("bruno")


def test_keeping_a_fresh_lease_writes_nothing(django_assert_num_queries: Any) -> None:
    hold("ana")
    with django_assert_num_queries(1):
        hold("ana", after=10)
