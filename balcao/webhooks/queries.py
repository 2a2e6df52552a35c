"""Everything that reads webhooks for others."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from balcao import __version__
from balcao.kit import crypto
from balcao.kit.http import Policy
from balcao.staff.models import Agent
from balcao.webhooks.models import Delivery, Endpoint
from balcao.webhooks.rules import signing
from balcao.webhooks.types import DeliveryState, Sealed

SECRETS_PURPOSE = "webhook-secrets"
_SECONDS = 15
_READ = 4096  # bytes of an answer
_PUBLIC_PORTS = frozenset({80, 443, 8443})


def policy() -> Policy:
    """Return where webhooks may go: to https addresses of the public internet, unless the operator allows more."""
    if settings.WEBHOOKS_TO_PRIVATE:
        return Policy(allow_http=True, allow_private=True, ports=None, seconds=_SECONDS, largest=_READ, cut=True)
    return Policy(ports=_PUBLIC_PORTS, seconds=_SECONDS, largest=_READ, cut=True)


def secrets_of(endpoint: Endpoint, *, now: datetime) -> list[str]:
    """Return the secrets that are valid now, the newest first."""
    is_old_valid = endpoint.sealed_old_secret and endpoint.old_secret_until and endpoint.old_secret_until > now
    sealed = [endpoint.sealed_secret, *([endpoint.sealed_old_secret] if is_old_valid else [])]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [crypto.unseal(one, key=keys, purpose=SECRETS_PURPOSE) for one in sealed]


def sealed(delivery: Delivery, *, now: datetime) -> Sealed:
    """Return a delivery as it goes over the wire at this moment: the timestamp is new with each try."""
    body = delivery.body.encode()
    secrets = secrets_of(delivery.endpoint, now=now)
    signed = signing.headers(message_id=delivery.message_id, at=now, body=body, secrets=secrets)
    return Sealed(delivery.endpoint.url, {**plain_headers(), **signed}, body)


def plain_headers() -> Mapping[str, str]:
    """Return the headers that do not depend on the message."""
    return {"content-type": "application/json", "user-agent": f"Balcao/{__version__}"}


def endpoints_for(agent: Agent) -> "QuerySet[Endpoint]":
    """Return the endpoints that an agent may see: of their shops, and of all shops for those who work for all."""
    mine = Q(shop__in=agent.shop_ids())
    return Endpoint.objects.filter(mine | Q(shop__isnull=True) if agent.every_shop else mine)


def deliveries_of(endpoint: Endpoint, *, state: str = "", before: int | None = None) -> "QuerySet[Delivery]":
    """Return an endpoint's deliveries, the newest first."""
    rows = Delivery.objects.filter(endpoint=endpoint).order_by("-id")
    rows = rows.filter(state=state) if state else rows
    return rows.filter(pk__lt=before) if before else rows


def counts_of(endpoint: Endpoint) -> dict[str, int]:
    """Return how many deliveries of an endpoint are in each state."""
    rows = Delivery.objects.filter(endpoint=endpoint).order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in DeliveryState} | dict(rows)
