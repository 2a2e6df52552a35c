"""Webhooks for programs: how they fare, what was delivered, sending again; never a secret."""

from datetime import timedelta

import pytest
from django.utils import timezone

from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.webhooks.actions.delivering import claim, ping, settle
from balcao.webhooks.actions.endpoints import create_endpoint
from balcao.webhooks.models import Endpoint
from balcao.webhooks.types import Answer

from .conftest import Program


@pytest.fixture
def endpoint(erp: Program, shop: Shop) -> Endpoint:
    now = timezone.now()
    made, _secret = create_endpoint(
        name="ERP", url="https://erp.example.com/hooks", events=["ticket.*"], shop=shop, actor=SYSTEM, now=now
    )
    for _each in range(3):
        ping(endpoint=made, now=now)
    return made


def test_webhooks_are_listed_without_their_secret(erp: Program, endpoint: Endpoint) -> None:
    [row] = erp.get("/webhooks").json()["rows"]
    assert (row["id"], row["events"], row["is_active"]) == (endpoint.pk, ["ticket.*"], True)
    assert "secret" not in str(row)
    assert erp.get(f"/webhooks/{endpoint.pk}").json() == row


def test_deliveries_come_newest_first_in_pages(erp: Program, endpoint: Endpoint) -> None:
    first = erp.get(f"/webhooks/{endpoint.pk}/deliveries", limit=2).json()
    rest = erp.get(f"/webhooks/{endpoint.pk}/deliveries", limit=2, cursor=first["next_cursor"]).json()
    ids = [row["id"] for row in first["rows"] + rest["rows"]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest["next_cursor"]) == (3, None)


def test_one_is_sent_again(erp: Program, endpoint: Endpoint) -> None:
    now = timezone.now() + timedelta(seconds=1)
    delivery = claim(worker="test", now=now)[0]
    settle(delivery=delivery, answer=Answer(200), now=now)
    [row] = [r for r in erp.get(f"/webhooks/{endpoint.pk}/deliveries").json()["rows"] if r["id"] == delivery.pk]
    assert (row["state"], row["last_status"], row["due_at"]) == ("arrived", 200, None)
    answer = erp.post(f"/webhook-deliveries/{delivery.pk}/replay")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert answer.json()["message_id"] == row["message_id"]
