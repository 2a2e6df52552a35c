"""Setting channels up: typed settings, secrets sealed."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings as project
from django.db import transaction

from balcao.channels.models import Channel, FetchState
from balcao.channels.queries import SECRETS_PURPOSE, secret_keys
from balcao.journal.actions import record
from balcao.journal.types import Actor, Subject, SubjectKind
from balcao.kit import crypto
from balcao.kit.placeholders import parse
from balcao.ports import registry
from balcao.ports.channel import Fetching
from balcao.ports.config import secret_names
from balcao.shops.models import Shop


def _split(kind: str, config: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a config's open settings and its secrets."""
    values = asdict(config)
    hidden = secret_names(registry.channel(kind).Config)
    return {k: v for k, v in values.items() if k not in hidden}, {k: v for k, v in values.items() if k in hidden and v}


def _seal(secrets: dict[str, Any]) -> str:
    return crypto.seal(json.dumps(secrets), key=project.SECRET_KEY, purpose=SECRETS_PURPOSE) if secrets else ""


@transaction.atomic
def create_channel(
    *,
    shop: Shop,
    kind: str,
    name: str,
    address: str,
    config: Any,
    actor: Actor,
    now: datetime,
    is_fetched: bool = False,
) -> Channel:
    """Set up a channel; `config` is an instance of its adapter's `Config`."""
    opened, secrets = _split(kind, config)
    channel = Channel.objects.create(
        shop=shop,
        kind=kind,
        name=name,
        address=address,
        settings=opened,
        sealed_secrets=_seal(secrets),
        is_fetched=is_fetched and isinstance(registry.channel(kind), Fetching),
        public_key=crypto.random_token(12),
        created_at=now,
    )
    if channel.is_fetched:
        FetchState.objects.create(channel=channel)
    _announce("channel.created", channel, actor, now)
    return channel


@transaction.atomic
def configure_channel(
    *,
    channel: Channel,
    name: str,
    address: str,
    config: Any,
    actor: Actor,
    now: datetime,
    is_active: bool = True,
    is_fetched: bool = False,
) -> Channel:
    """Change a channel's settings; a secret left empty keeps its old value."""
    opened, secrets = _split(channel.kind, config)
    kept = {}
    if channel.sealed_secrets:
        kept = json.loads(crypto.unseal(channel.sealed_secrets, key=secret_keys(), purpose=SECRETS_PURPOSE))
    channel.name, channel.address, channel.settings, channel.is_active = name, address, opened, is_active
    channel.is_fetched = is_fetched and isinstance(registry.channel(channel.kind), Fetching)
    channel.sealed_secrets = _seal(kept | secrets)
    channel.save(update_fields=["name", "address", "settings", "is_active", "is_fetched", "sealed_secrets"])
    if channel.is_fetched:
        FetchState.objects.get_or_create(channel=channel)
        FetchState.objects.filter(channel=channel).update(next_try_at=None, last_error="", last_error_code="")
    _announce("channel.changed", channel, actor, now)
    return channel


@transaction.atomic
def set_first_answers(*, channel: Channel, texts: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Say what first messages are answered with, by language; raises `BadTemplate` for unknown placeholders."""
    kept = {language: text.strip() for language, text in texts.items() if text.strip()}
    for text in kept.values():
        parse(text)
    if channel.first_answers != kept:
        channel.first_answers = kept
        channel.save(update_fields=["first_answers"])
        _announce("channel.changed", channel, actor, now)


@transaction.atomic
def renew_secrets(*, channel: Channel, secrets: dict[str, str]) -> None:
    """Store secrets that the channel itself renewed (a refreshed token); no person did it, so no journal entry."""
    fresh = Channel.objects.get(pk=channel.pk)
    kept = {}
    if fresh.sealed_secrets:
        kept = json.loads(crypto.unseal(fresh.sealed_secrets, key=secret_keys(), purpose=SECRETS_PURPOSE))
    channel.sealed_secrets = _seal(kept | secrets)
    Channel.objects.filter(pk=channel.pk).update(sealed_secrets=channel.sealed_secrets)


def _announce(name: str, channel: Channel, actor: Actor, now: datetime) -> None:
    about = [Subject(SubjectKind.CHANNEL, channel.pk)]
    record(name=name, at=now, actor=actor, about=about, shop_id=channel.shop_id, facts={"channel": channel.pk})
