"""A shop in São Paulo with office hours, an agent and a supervisor."""

from datetime import UTC, datetime

import pytest

from balcao.deadlines.actions.calendars import create_calendar
from balcao.deadlines.models import Calendar
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop
from balcao.testing.hours import office_hours


@pytest.fixture
def now() -> datetime:
    """Monday, ten o'clock in São Paulo."""
    return datetime(2026, 8, 3, 13, 0, tzinfo=UTC)


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def hours(shop: Shop, now: datetime) -> Calendar:
    return create_calendar(key="office", name="Office", spec=office_hours(), shop=shop, now=now)


@pytest.fixture
def sofia(shop: Shop) -> Agent:
    return make_agent("Sofia", shop=shop, role=Role.SUPERVISOR)


@pytest.fixture
def bia(shop: Shop) -> Agent:
    return make_agent("Bia", shop=shop)
