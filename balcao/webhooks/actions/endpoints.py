"""Setting endpoints up, switching them on and off, and giving them secrets."""

import secrets as chance
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.queries import head_position
from balcao.journal.types import Actor, Subject, SubjectKind
from balcao.kit import crypto, wake
from balcao.kit.http import Policy, Refused, check
from balcao.shops.models import Shop
from balcao.webhooks.models import Endpoint
from balcao.webhooks.queries import SECRETS_PURPOSE, policy
from balcao.webhooks.rules.matching import unknown
from balcao.webhooks.rules.signing import SECRET_BYTES, secret_of
from balcao.webhooks.types import Disabled

OLD_SECRET_LASTS = timedelta(hours=24)


class BadEndpoint(ValueError):
    """An endpoint cannot be kept as it is: its address is not allowed, or an event is not known."""


@transaction.atomic
def create_endpoint(
    *, name: str, url: str, events: Sequence[str], shop: Shop | None, actor: Actor, now: datetime
) -> tuple[Endpoint, str]:
    """Set an endpoint up; return it with its secret, which is shown to nobody again."""
    _check(url, events, policy())
    secret = _new_secret()
    endpoint = Endpoint.objects.create(
        name=name,
        url=url,
        events=list(events),
        shop=shop,
        sealed_secret=_seal(secret),
        since_position=head_position(),
        created_at=now,
    )
    _announce("created", endpoint, actor, now)
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *, endpoint: Endpoint, name: str, url: str, events: Sequence[str], shop: Shop | None, actor: Actor, now: datetime
) -> None:
    """Change where an endpoint is and what it is told; another address gets a fresh start."""
    _check(url, events, policy())
    is_moved = endpoint.url != url
    endpoint.name, endpoint.url, endpoint.events, endpoint.shop = name, url, list(events), shop
    if is_moved:
        _forgive(endpoint)
    endpoint.save(update_fields=["name", "url", "events", "shop", *_FARING])
    _announce("changed", endpoint, actor, now)


_FARING = ["failures", "failing_since", "resting_until"]


def _forgive(endpoint: Endpoint) -> None:
    endpoint.failures, endpoint.failing_since, endpoint.resting_until = 0, None, None


@transaction.atomic
def pause(*, endpoint: Endpoint, actor: Actor, now: datetime) -> None:
    """Let deliveries wait until the endpoint is switched on again."""
    endpoint.is_active, endpoint.disabled_reason = False, ""
    endpoint.save(update_fields=["is_active", "disabled_reason"])
    _announce("paused", endpoint, actor, now)


@transaction.atomic
def resume(*, endpoint: Endpoint, actor: Actor, now: datetime) -> None:
    """Switch an endpoint on; what waited for it leaves now."""
    endpoint.is_active, endpoint.disabled_reason = True, ""
    _forgive(endpoint)
    endpoint.save(update_fields=["is_active", "disabled_reason", *_FARING])
    _announce("resumed", endpoint, actor, now)
    wake.notify(wake.Topic.WORK)


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint, actor: Actor, now: datetime) -> str:
    """Give an endpoint a new secret and return it; for a day both sign, so that nothing is refused meanwhile."""
    secret = _new_secret()
    endpoint.sealed_old_secret, endpoint.old_secret_until = endpoint.sealed_secret, now + OLD_SECRET_LASTS
    endpoint.sealed_secret = _seal(secret)
    endpoint.save(update_fields=["sealed_secret", "sealed_old_secret", "old_secret_until"])
    _announce("secret.rotated", endpoint, actor, now)
    return secret


@transaction.atomic
def delete_endpoint(*, endpoint: Endpoint, actor: Actor, now: datetime) -> None:
    """Forget an endpoint and its deliveries."""
    _announce("deleted", endpoint, actor, now, name=endpoint.name)
    endpoint.delete()


def switch_off(*, endpoint: Endpoint, why: Disabled, actor: Actor, now: datetime) -> None:
    """Switch an endpoint off because of how it fares, in the caller's transaction."""
    endpoint.is_active, endpoint.disabled_reason = False, why
    _announce("disabled", endpoint, actor, now, why=why.value)


def _check(url: str, events: Sequence[str], rules: Policy) -> None:
    try:
        check(url, policy=rules)
    except Refused as error:
        raise BadEndpoint(str(error)) from error
    if wrong := unknown(events):
        raise BadEndpoint(f"There is no event {wrong[0]}.")


def _new_secret() -> str:
    return secret_of(chance.token_bytes(SECRET_BYTES))


def _seal(secret: str) -> str:
    return crypto.seal(secret, key=settings.SECRET_KEY, purpose=SECRETS_PURPOSE)


def _announce(what: str, endpoint: Endpoint, actor: Actor, now: datetime, **facts: Any) -> None:
    about = [Subject(SubjectKind.ENDPOINT, endpoint.pk)]
    told = {"endpoint": endpoint.pk, **facts}
    record(name=f"webhook.endpoint.{what}", at=now, actor=actor, about=about, shop_id=endpoint.shop_id or 0, facts=told)
