"""Connecting shop systems: typed settings, secrets sealed, and the shop's policy."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings as project
from django.db import transaction

from balcao.commerce.models import Backend, Order
from balcao.commerce.queries import SECRETS_PURPOSE, secret_keys
from balcao.commerce.rules import documents
from balcao.commerce.types import Policy
from balcao.journal.actions import record
from balcao.journal.types import Actor, Subject, SubjectKind
from balcao.kit import crypto, wake
from balcao.ports import registry
from balcao.ports.config import secret_names
from balcao.shops.models import Shop


@transaction.atomic
def create_backend(
    *, shop: Shop, kind: str, name: str, config: Any, actor: Actor, now: datetime, policy: Policy | None = None
) -> Backend:
    """Connect a shop system; `config` is an instance of its adapter's `Config`."""
    opened, secrets = _split(kind, config)
    backend = Backend.objects.create(
        shop=shop,
        kind=kind,
        name=name,
        settings=opened,
        sealed_secrets=_sealed(secrets),
        policy=documents.plain(policy or Policy()),
        public_key=crypto.random_token(12),
        created_at=now,
    )
    _tell("connected", backend, actor, {"kind": kind}, now=now)
    return backend


@transaction.atomic
def configure_backend(
    *, backend: Backend, name: str, config: Any, is_active: bool, actor: Actor, now: datetime
) -> Backend:
    """Change a shop system's settings; a secret left empty keeps its old value.

    With other settings it may be another shop: everything is asked for anew. Whoever reads it now stops.
    """
    opened, secrets = _split(backend.kind, config)
    kept = {}
    if backend.sealed_secrets:
        kept = json.loads(crypto.unseal(backend.sealed_secrets, key=secret_keys(), purpose=SECRETS_PURPOSE))
    if backend.settings != opened:
        backend.cursor = {}
    backend.name, backend.settings, backend.is_active = name, opened, is_active
    backend.sealed_secrets = _sealed(kept | secrets)
    backend.next_try_at = backend.leased_until = None
    backend.leased_by = backend.last_error = backend.last_error_code = ""
    backend.save(update_fields=["name", "settings", "is_active", "sealed_secrets", "cursor", "next_try_at", *_FREE])
    _tell("changed", backend, actor, {"kind": backend.kind, "in_use": is_active}, now=now)
    wake.notify(wake.Topic.WORK)
    return backend


_FREE = ["leased_by", "leased_until", "last_error", "last_error_code"]


def _split(kind: str, config: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a config's open settings and its secrets, as plain values."""
    values = json.loads(json.dumps(asdict(config)))
    hidden = secret_names(registry.commerce(kind).Config)
    return {k: v for k, v in values.items() if k not in hidden}, {k: v for k, v in values.items() if k in hidden and v}


@transaction.atomic
def set_policy(*, backend: Backend, policy: Policy, actor: Actor, now: datetime) -> None:
    """Change what the shop behind a backend allows."""
    before, backend.policy = backend.policy, documents.plain(policy)
    if before == backend.policy:
        return
    backend.save(update_fields=["policy"])
    if policy.watch.is_on:  # with another patience they may be due sooner
        Order.objects.filter(backend=backend, watch_at__gt=now).update(watch_at=now)
    _tell("policy.changed", backend, actor, {"before": before, "after": backend.policy}, now=now)


def _sealed(secrets: dict[str, Any]) -> str:
    return crypto.seal(json.dumps(secrets), key=project.SECRET_KEY, purpose=SECRETS_PURPOSE) if secrets else ""


def _tell(what: str, backend: Backend, actor: Actor, facts: dict[str, Any], *, now: datetime) -> None:
    record(
        name=f"backend.{what}",
        at=now,
        actor=actor,
        about=[Subject(SubjectKind.SHOP, backend.shop_id)],
        shop_id=backend.shop_id,
        facts={"backend": backend.pk, "name": backend.name, **facts},
    )
