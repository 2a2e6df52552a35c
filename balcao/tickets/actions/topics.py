"""Arranging the tree of topics."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor
from balcao.kit.db import locked
from balcao.kit.searchtext import fold
from balcao.shops.models import Shop
from balcao.tickets.models import Ticket, Topic
from balcao.tickets.queries.topics import every_topic
from balcao.tickets.rules.topics import DefaultTopic, said_in, topics_from, with_all_below
from balcao.tickets.types import Kind, Refusal, TicketRefused

DEFAULTS = Path(__file__).parents[1] / "defaults" / "topics.json"
_LONGEST = 120  # characters of a name
_LONGEST_HINT = 300


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """What can be said of a topic."""

    names: Mapping[str, str]
    kind: Kind
    parent: Topic | None = None
    shop: Shop | None = None
    hints: Mapping[str, str] = field(default_factory=dict)
    blueprint: str = ""
    deed: str = ""
    for_customers: bool = False
    is_active: bool = True


@transaction.atomic
def save_topic(*, topic: Topic | None, facts: TopicFacts, actor: Actor, now: datetime) -> Topic:
    """Create a topic at the end of its siblings, or change one; its key stays what it was."""
    _take_turns()
    row = topic or Topic(key=_free_key(facts.names, facts.shop))
    before = _told(topic) if topic else None
    _check(row, facts)
    if topic is None or row.parent_id != (facts.parent.pk if facts.parent else None):
        row.place = _last_place(facts.parent) + 1
    for name in ("kind", "parent", "shop", "blueprint", "deed", "for_customers", "is_active"):
        setattr(row, name, getattr(facts, name))
    row.names = _cleaned(facts.names, _LONGEST)
    row.hints = _cleaned(facts.hints, _LONGEST_HINT)
    if before == _told(row):
        return row
    row.save()
    _record("topic.saved", row, actor, now=now, before=before, after=_told(row))
    return row


@transaction.atomic
def move_topic(*, topic: Topic, by: int, actor: Actor, now: datetime) -> bool:
    """Move a topic up (below 0) or down among its siblings; False when it stands at that end already."""
    _take_turns()
    rows = list(Topic.objects.filter(parent=topic.parent_id).order_by("place", "id"))
    place = [row.pk for row in rows].index(topic.pk)
    to = min(max(place + by, 0), len(rows) - 1)
    if to == place:
        return False
    rows.insert(to, rows.pop(place))
    for number, row in enumerate(rows):
        if row.place != number:
            row.place = number
            row.save(update_fields=["place"])
    topic.place = to
    _record("topic.moved", topic, actor, now=now, before=place, after=to)
    return True


@transaction.atomic
def delete_topic(*, topic: Topic, actor: Actor, now: datetime) -> None:
    """Delete a topic that no ticket has and below which none stands; others can only be retired."""
    _take_turns()
    if Topic.objects.filter(parent=topic).exists() or Ticket.objects.filter(topic=topic).exists():
        raise TicketRefused(Refusal.TOPIC_IN_USE)
    _record("topic.deleted", topic, actor, now=now, before=_told(topic))
    topic.delete()


def bring_default_topics(*, now: datetime) -> int:
    """Add the default topics that are not there; return how many were."""
    with transaction.atomic():
        _take_turns()
        made = plant(Topic, default_topics())
        if made:
            record(name="topic.defaults.brought", at=now, actor=SYSTEM, about=[], facts={"count": made})
    return made


def default_topics() -> tuple[DefaultTopic, ...]:
    """Read the topics that every installation begins with."""
    return topics_from(json.loads(DEFAULTS.read_text(encoding="utf-8")))


def plant(model: Any, topics: Iterable[DefaultTopic], parent: Any = None) -> int:
    """Create those of these topics that are not there; `model` is the table, as a migration sees it, too."""
    made = 0
    for place, topic in enumerate(topics):
        row, is_new = model.objects.get_or_create(
            key=topic.key,
            shop=None,
            defaults={
                "parent": parent,
                "place": place,
                "kind": topic.kind.value,
                "names": dict(topic.names),
                "hints": dict(topic.hints),
                "blueprint": topic.blueprint,
                "deed": topic.deed,
            },
        )
        made += is_new + plant(model, topic.topics, row)
    return made


def _take_turns() -> None:
    """Let one change of the tree at a time go on: no topic may come to stand below itself."""
    list(locked(Topic.objects.filter(parent__isnull=True)).values_list("pk", flat=True))


def _check(row: Topic, facts: TopicFacts) -> None:
    if not any(name.strip() for name in facts.names.values()):
        raise TicketRefused(Refusal.EMPTY)
    parent = facts.parent
    if parent and row.pk and parent.pk in with_all_below([row.pk], every_topic()):
        raise TicketRefused(Refusal.TOPIC_INSIDE_ITSELF)
    if parent and parent.shop_id not in (None, facts.shop.pk if facts.shop else None):
        raise TicketRefused(Refusal.NOT_FOR_SHOP)


def _free_key(names: Mapping[str, str], shop: Shop | None) -> str:
    """Return a key made of the name that no other topic has."""
    base = slugify(fold(said_in(names, ["en"])))[:50].strip("-") or "topic"
    taken = set(Topic.objects.filter(key__startswith=base).values_list("key", flat=True))
    return next(key for key in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if key not in taken)


def _cleaned(texts: Mapping[str, str], longest: int) -> dict[str, str]:
    said = {language: " ".join(text.split())[:longest] for language, text in texts.items()}
    return {language: text for language, text in sorted(said.items()) if text}


def _last_place(parent: Topic | None) -> int:
    rows = Topic.objects.filter(parent=parent).order_by("-place")
    last = rows.values_list("place", flat=True).first()
    return -1 if last is None else last


def _told(topic: Topic) -> dict[str, Any]:
    names = ("kind", "parent_id", "shop_id", "names", "hints", "blueprint", "deed", "for_customers", "is_active")
    return {name: getattr(topic, name) for name in names} | {"kind": str(topic.kind)}


def _record(name: str, topic: Topic, actor: Actor, *, now: datetime, **facts: Any) -> None:
    record(
        name=name,
        at=now,
        actor=actor,
        about=[],
        shop_id=topic.shop_id or 0,
        facts={"topic": topic.pk, "key": topic.key, **facts},
    )
