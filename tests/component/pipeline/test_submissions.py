"""Forms filled in on a page of ours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel, Envelope
from balcao.channels.types import Outcome
from balcao.journal.types import SYSTEM
from balcao.pipeline import inbound, submissions
from balcao.plugins.channels.form.config import FormConfig
from balcao.ports.channel import Incomplete
from balcao.shops.models import Shop
from balcao.tickets.models import Ticket

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ANA = {"name": "Ana", "email": "Ana@example.com", "message": "Cadê meu pedido?", "subject": "Pedido"}


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def form(db: None) -> Channel:
    shop = Shop.objects.create(name="Loja", slug="loja", languages=["pt-br"], created_at=NOW)
    return create_channel(
        shop=shop, kind="form", name="Fale", address="", config=FormConfig(per_address=2), actor=SYSTEM, now=NOW
    )


def submit(
    form: Channel, *, unseen: dict[str, str] | None = None, network: str = "198.51.100.7", **more: str
) -> Envelope:
    hidden = dict(submissions.unseen(form, now=NOW - timedelta(minutes=1))) if unseen is None else unseen
    return submissions.submit(channel=form, answers={**ANA, **hidden, **more}, files=[], network=network, now=NOW)


def statuses() -> list[str]:
    inbound.run_due(worker="w", now=NOW, clock=lambda: NOW)
    return list(Ticket.objects.order_by("id").values_list("status", flat=True))


def test_a_submission_becomes_a_ticket(form: Channel) -> None:
    submit(form)
    assert statuses() == ["new"]
    assert Envelope.objects.get().outcome == Outcome.NEW


def test_a_double_click_is_one_submission(form: Channel) -> None:
    hidden = dict(submissions.unseen(form, now=NOW - timedelta(minutes=1)))
    assert submit(form, unseen=hidden) == submit(form, unseen=hidden)


def test_what_is_missing_is_not_kept(form: Channel) -> None:
    with pytest.raises(Incomplete):
        submit(form, message="")
    assert not Envelope.objects.exists()


def test_the_form_of_another_channel_is_not_ours(form: Channel) -> None:
    other = create_channel(
        shop=form.shop, kind="form", name="Outro", address="", config=FormConfig(), actor=SYSTEM, now=NOW
    )
    submit(form, unseen=dict(submissions.unseen(other, now=NOW - timedelta(minutes=1))))
    assert statuses() == ["spam"]


def test_many_of_one_address_are_kept_as_spam(form: Channel) -> None:
    for number in range(3):
        submit(form, message=f"Cadê? {number}", network=f"198.51.100.{number}")
    submit(form, message="Oi", email="bruno@example.com")
    assert sorted(statuses()) == ["new", "new", "new", "spam"]


@pytest.mark.parametrize(
    "address,network",
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_household_is_one_network(address: str, network: str) -> None:
    assert submissions.network_of(address) == network
