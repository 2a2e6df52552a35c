"""Connecting shop systems: typed settings, secrets sealed, and the shop's policy."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings as project
from django.db import transaction

from balcao.commerce.models import Backend
from balcao.commerce.queries import SECRETS_PURPOSE
from balcao.commerce.rules import documents
from balcao.commerce.types import Policy
from balcao.journal.actions import record
from balcao.journal.types import Actor, Subject, SubjectKind
from balcao.kit import crypto
from balcao.ports import registry
from balcao.ports.config import secret_names
from balcao.shops.models import Shop


@transaction.atomic
def create_backend(
    *, shop: Shop, kind: str, name: str, config: Any, actor: Actor, now: datetime, policy: Policy | None = None
) -> Backend:
    """Connect a shop system; `config` is an instance of its adapter's `Config`."""
    values = asdict(config)
    hidden = secret_names(registry.commerce(kind).Config)
    secrets = {name: value for name, value in values.items() if name in hidden and value}
    backend = Backend.objects.create(
        shop=shop,
        kind=kind,
        name=name,
        settings={name: value for name, value in values.items() if name not in hidden},
        sealed_secrets=_sealed(secrets),
        policy=documents.plain(policy or Policy()),
        public_key=crypto.random_token(12),
        created_at=now,
    )
    _tell("connected", backend, actor, {"kind": kind}, now=now)
    return backend


@transaction.atomic
def set_policy(*, backend: Backend, policy: Policy, actor: Actor, now: datetime) -> None:
    """Change what the shop behind a backend allows."""
    before, backend.policy = backend.policy, documents.plain(policy)
    if before == backend.policy:
        return
    backend.save(update_fields=["policy"])
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
