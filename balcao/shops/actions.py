"""Setting shops up."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, Subject, SubjectKind
from balcao.shops.models import Shop

EDITABLE = (
    "name",
    "languages",
    "region",
    "time_zone",
    "currency",
    "colour",
    "website",
    "signatures",
    "close_after_days",
)


class UnknownTimeZone(ValueError):
    """The name is not in the time zone database."""


def _check(facts: dict[str, Any]) -> None:
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise TypeError(f"A shop has no {', '.join(sorted(unknown))}.")
    if facts.get("time_zone", "UTC") not in available_timezones():
        raise UnknownTimeZone(facts["time_zone"])


@transaction.atomic
def create_shop(*, slug: str, actor: Actor, now: datetime, **facts: Any) -> Shop:
    """Open a shop; `facts` are the editable fields."""
    _check(facts)
    is_first = not Shop.objects.exists()
    shop = Shop.objects.create(slug=slug, created_at=now, **facts)
    _announce("shop.created", shop, actor, now, sorted(facts), is_first=is_first)
    return shop


@transaction.atomic
def edit_shop(*, shop: Shop, actor: Actor, now: datetime, **facts: Any) -> Shop:
    """Change a shop; only what is given changes."""
    _check(facts)
    changed = [name for name, value in facts.items() if getattr(shop, name) != value]
    for name in changed:
        setattr(shop, name, facts[name])
    if changed:
        shop.save(update_fields=changed)
        _announce("shop.changed", shop, actor, now, sorted(changed))
    return shop


def first_shop(*, now: datetime) -> Shop:
    """Return the first shop, opened on the spot in an empty installation."""
    found = Shop.objects.first()
    return found or create_shop(slug="shop", name="Shop", languages=["en", "pt-BR", "tr"], actor=SYSTEM, now=now)


def _announce(name: str, shop: Shop, actor: Actor, now: datetime, fields: list[str], **more: bool) -> None:
    about = [Subject(SubjectKind.SHOP, shop.pk)]
    facts = {"shop": shop.pk, "fields": fields, **more}
    record(name=name, at=now, actor=actor, about=about, shop_id=shop.pk, facts=facts)
