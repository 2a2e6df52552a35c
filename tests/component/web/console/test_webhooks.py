"""Setting a webhook up in the console, its secret shown once, and what was delivered."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.webhooks.actions.delivering import claim, ping, settle
from balcao.webhooks.actions.endpoints import create_endpoint
from balcao.webhooks.models import Delivery, Endpoint
from balcao.webhooks.types import Answer, DeliveryState

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
GIVEN = {
    "name": "ERP",
    "url": "https://erp.example.com/hooks",
    "families": ["ticket.*"],
    "events": ["order.action.done"],
}


@pytest.fixture
def visitor(helena: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(helena)


@pytest.fixture
def endpoint(moringa: Shop) -> Endpoint:
    return create_endpoint(
        name="ERP", url="https://erp.example.com/hooks", events=["*"], shop=moringa, actor=SYSTEM, now=NOW
    )[0]


def test_the_secret_is_shown_once(visitor: Client, moringa: Shop) -> None:
    answer = visitor.post(reverse("console:webhook_new"), GIVEN | {"shop": moringa.pk})
    [secret] = set(re.findall(r"whsec_[A-Za-z0-9+/=]{44}", answer.content.decode()))
    endpoint = Endpoint.objects.get()
    assert endpoint.events == ["ticket.*", "order.action.done"]
    for page in ("webhook", "webhook_edit"):
        assert secret not in visitor.get(reverse(f"console:{page}", args=[endpoint.pk])).content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("url", ["http://erp.example.com/", "https://10.0.0.7/", "erp", "https://localhost/"])
def test_an_address_that_cannot_be_used_is_refused_in_words(visitor: Client, moringa: Shop, url: str) -> None:
    answer = visitor.post(reverse("console:webhook_new"), GIVEN | {"shop": moringa.pk, "url": url})
    assert answer.status_code == 422
    assert "This address cannot be used" in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_an_admin_of_one_shop_makes_none_for_all(visitor: Client) -> None:
    assert visitor.post(reverse("console:webhook_new"), GIVEN | {"shop": ""}).status_code == 422


def test_a_new_secret_is_shown_and_the_old_one_signs_on(visitor: Client, endpoint: Endpoint) -> None:
    answer = visitor.post(reverse("console:webhook_rotate", args=[endpoint.pk]))
    assert "whsec_" in answer.content.decode()
    endpoint.refresh_from_db()
    assert endpoint.old_secret_until is not None


def test_it_is_paused_switched_on_tried_and_deleted(visitor: Client, endpoint: Endpoint) -> None:
    address = reverse("console:webhook_do", args=[endpoint.pk])
    visitor.post(address, {"deed": "pause"})
    assert not Endpoint.objects.get().is_active
    visitor.post(address, {"deed": "resume"})
    assert Endpoint.objects.get().is_active
    answer = visitor.post(address, {"deed": "ping"}, follow=True)
    assert "webhook.ping" in answer.content.decode()
    visitor.post(address, {"deed": "delete"})
    assert not Endpoint.objects.exists()


def test_deliveries_are_listed_by_state_and_shown_with_their_answer(visitor: Client, endpoint: Endpoint) -> None:
    for _each in range(2):
        ping(endpoint=endpoint, now=NOW)
    gone, waits = claim(worker="test", now=NOW)
    settle(delivery=gone, answer=Answer(410, text="<script>alert(1)</script> gone"), now=NOW)
    listed = visitor.get(reverse("console:webhook", args=[endpoint.pk]), {"state": "failed"}).content.decode()
    assert reverse("console:webhook_delivery", args=[endpoint.pk, gone.pk]) in listed
    assert reverse("console:webhook_delivery", args=[endpoint.pk, waits.pk]) not in listed
    shown = visitor.get(reverse("console:webhook_delivery", args=[endpoint.pk, gone.pk])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; gone" in shown
    visitor.post(reverse("console:webhook_again", args=[endpoint.pk, gone.pk]))
    assert Delivery.objects.get(pk=gone.pk).state == DeliveryState.QUEUED


def test_all_of_a_span_is_sent_again_by_a_job(visitor: Client, endpoint: Endpoint) -> None:
    answer = visitor.post(reverse("console:webhook_replay", args=[endpoint.pk]), {"hours": "24"}, follow=True)
    assert "being sent again" in answer.content.decode()
