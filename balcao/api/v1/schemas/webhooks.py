"""Endpoints of webhooks and their deliveries as programs see them; never a secret."""

from datetime import datetime

from ninja import Field, Schema

from balcao.webhooks.models import Delivery, Endpoint
from balcao.webhooks.types import DeliveryState


class WebhookOut(Schema):
    """An address that is told of events."""

    id: int
    name: str = Field(examples=["ERP"])
    url: str
    shop_id: int | None = Field(description="null: every shop.")
    events: list[str] = Field(examples=[["ticket.*"]])
    is_active: bool
    disabled_reason: str = Field(description='"failing", "gone", or "": it works, or a person paused it.')
    failures: int = Field(description="Tries in a row that failed.")
    failing_since: datetime | None
    last_ok_at: datetime | None
    created_at: datetime


class WebhookPage(Schema):
    """One page of webhooks."""

    rows: list[WebhookOut]
    next_cursor: str | None


class DeliveryOut(Schema):
    """One event on its way to one address."""

    id: int
    webhook_id: int
    message_id: str = Field(description="The header `webhook-id` of every try.")
    type: str = Field(examples=["ticket.opened"])
    position: int | None = Field(description="Of the journal entry that it tells of.")
    state: DeliveryState
    tries: int
    due_at: datetime | None = Field(description="When it is sent next; null: it is not.")
    last_tried_at: datetime | None
    last_status: int | None
    last_answer: str
    last_fault: str = Field(description="Why there was no answer.")
    created_at: datetime


class DeliveryPage(Schema):
    """One page of deliveries, the newest first."""

    rows: list[DeliveryOut]
    next_cursor: str | None


def webhook_out(row: Endpoint) -> WebhookOut:
    """Return an endpoint."""
    return WebhookOut(**{name: getattr(row, name) for name in WebhookOut.model_fields})


def delivery_out(row: Delivery) -> DeliveryOut:
    """Return a delivery."""
    named = {"webhook_id", "type", "due_at"}
    return DeliveryOut(
        webhook_id=row.endpoint_id,
        type=row.name,
        due_at=row.due_at if row.state == DeliveryState.QUEUED else None,
        **{name: getattr(row, name) for name in DeliveryOut.model_fields if name not in named},
    )
