"""Connected shop systems: their adapters, their settings, what their shops allow."""

import json
from dataclasses import fields

from django.conf import settings

from balcao.commerce.models import Backend
from balcao.commerce.rules import documents
from balcao.commerce.types import Policy
from balcao.kit import crypto
from balcao.ports import commerce as port
from balcao.ports import registry
from balcao.ports.commerce import Link

SECRETS_PURPOSE = "backend-secrets"


def secret_keys() -> list[str]:
    """Return the keys that open sealed secrets, the current one first."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def adapter_of(backend: Backend) -> port.Commerce:
    """Return what talks to a backend."""
    return registry.commerce(backend.kind)


def link_of(backend: Backend) -> Link:
    """Return a backend as its adapter sees it."""
    config = adapter_of(backend).Config
    values = dict(backend.settings)
    if backend.sealed_secrets:
        values |= json.loads(crypto.unseal(backend.sealed_secrets, key=secret_keys(), purpose=SECRETS_PURPOSE))
    known = {f.name for f in fields(config)}
    return Link(
        config=config(**{name: value for name, value in values.items() if name in known}),
        key=str(backend.pk),
        currency=backend.shop.currency,
        region=backend.shop.region,
    )


def policy_of(backend: Backend) -> Policy:
    """Return what the shop behind a backend allows."""
    return documents.policy_from(backend.policy)


def backends_of(*, shop_id: int) -> list[Backend]:
    """Return the shop systems in use of a shop."""
    return list(Backend.objects.filter(shop=shop_id, is_active=True).select_related("shop"))
