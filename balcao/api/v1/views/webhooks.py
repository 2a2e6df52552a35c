"""Webhooks: how they fare, what was delivered, sending again. They are set up in the console, for their secrets."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path as Named
from ninja import Query, Router, Status

from balcao.api.v1.access import Bearer, Caller, caller_of
from balcao.api.v1.paging import Paged, after_id, next_cursor
from balcao.api.v1.problems import not_found
from balcao.api.v1.schemas.webhooks import (
    DeliveryOut,
    DeliveryPage,
    WebhookOut,
    WebhookPage,
    delivery_out,
    webhook_out,
)
from balcao.api.v1.words import Id
from balcao.journal.types import Actor, ActorKind
from balcao.staff.types import Scope
from balcao.webhooks import queries
from balcao.webhooks.actions.replaying import replay
from balcao.webhooks.models import Delivery, Endpoint

router = Router(tags=["Webhooks"])
READ = Bearer(Scope.WEBHOOKS_READ)
WRITE = Bearer(Scope.WEBHOOKS_WRITE)


def _endpoint(caller: Caller, pk: int) -> Endpoint:
    found = queries.endpoints_for(caller.eyes).filter(pk=pk).first()
    if found is None:
        raise not_found(f"Webhook {pk}")
    return found


@router.get("/webhooks", auth=READ, response=WebhookPage, operation_id="listWebhooks", summary="List webhooks")
def list_webhooks(request: HttpRequest, query: Query[Paged]) -> WebhookPage:
    """Return the webhooks that this token may see."""
    rows = queries.endpoints_for(caller_of(request).eyes).filter(pk__gt=after_id(query.cursor, order="webhooks"))
    found = list(rows.order_by("pk")[: query.limit + 1])
    more = len(found) > query.limit
    cursor = next_cursor(found[query.limit - 1].pk, order="webhooks") if more else None
    return WebhookPage(rows=[webhook_out(row) for row in found[: query.limit]], next_cursor=cursor)


@router.get("/webhooks/{id}", auth=READ, response=WebhookOut, operation_id="getWebhook", summary="Get a webhook")
def get_webhook(request: HttpRequest, id: Named[Id]) -> WebhookOut:  # noqa: A002 - the name in the address
    """Return one webhook."""
    return webhook_out(_endpoint(caller_of(request), id))


@router.get(
    "/webhooks/{id}/deliveries",
    auth=READ,
    response=DeliveryPage,
    operation_id="listWebhookDeliveries",
    summary="List what was delivered",
)
def list_deliveries(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    query: Query[Paged],
) -> DeliveryPage:
    """Return a webhook's deliveries, the newest first."""
    endpoint = _endpoint(caller_of(request), id)
    before = after_id(query.cursor, order="deliveries") or None
    found = list(queries.deliveries_of(endpoint, before=before)[: query.limit + 1])
    more = len(found) > query.limit
    cursor = next_cursor(found[query.limit - 1].pk, order="deliveries") if more else None
    return DeliveryPage(rows=[delivery_out(row) for row in found[: query.limit]], next_cursor=cursor)


@router.post(
    "/webhook-deliveries/{id}/replay",
    auth=WRITE,
    response={202: DeliveryOut},
    operation_id="replayWebhookDelivery",
    summary="Send a delivery again",
)
def replay_delivery(request: HttpRequest, id: Named[Id]) -> Status[DeliveryOut]:  # noqa: A002 - the name in the address
    """Send a delivery again under its old id; one that is still to be sent stays as it is."""
    caller = caller_of(request)
    rows = Delivery.objects.filter(endpoint__in=queries.endpoints_for(caller.eyes)).select_related("endpoint")
    found = rows.filter(pk=id).first()
    if found is None:
        raise not_found(f"Delivery {id}")
    token = caller.token
    actor = Actor(ActorKind.AGENT, token.agent_id) if token.agent_id else Actor(ActorKind.TOKEN, token.pk)
    replay(delivery=found, actor=actor, now=timezone.now())
    found.refresh_from_db()
    return Status(202, delivery_out(found))
