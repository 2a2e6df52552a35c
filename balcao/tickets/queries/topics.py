"""The tree of topics, as agents choose from it and owners arrange it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from balcao.kit.prepared import Prepared
from balcao.tickets.models import Ticket, Topic
from balcao.tickets.rules.topics import in_order, is_called, said_in, with_all_below


@dataclass(frozen=True, slots=True)
class Branch:
    """One topic in its place, named in a language."""

    topic: Topic
    name: str
    hint: str
    path: tuple[str, ...]  # the names of those above it
    depth: int


_ALL = Prepared(Topic.objects.all)


def every_topic() -> list[Topic]:
    """Return all topics, siblings in their order."""
    return _ALL()


def branches(topics: Sequence[Topic], *, language: str) -> list[Branch]:
    """Return topics as a tree from the top, named in a language."""
    paths: dict[int, tuple[str, ...]] = {}
    found = []
    for topic, depth in in_order(topics):
        name = said_in(topic.names, [language]) or topic.key
        above = paths.get(topic.parent_id or 0, ())
        paths[topic.pk] = (*above, name)
        found.append(Branch(topic, name, said_in(topic.hints, [language]), above, depth))
    return found


def offered_topics(*, shop_id: int, language: str) -> list[Branch]:
    """Return the topics that tickets of a shop can be given, in one query."""
    rows = [row for row in every_topic() if row.is_active and row.shop_id in (None, shop_id)]
    return branches(rows, language=language)


def topics_for_customers(*, shop_id: int, languages: Sequence[str]) -> list[tuple[str, str]]:
    """Return key and name of the topics that customers of a shop choose from: those marked, else the first level.

    A shop's own topic hides one of every shop with the same key.
    """
    rows = [row for row in every_topic() if row.is_active and row.shop_id in (None, shop_id)]
    own = {row.key for row in rows if row.shop_id}
    tree = [row for row, depth in in_order(rows) if row.shop_id or row.key not in own]
    marked = [row for row in tree if row.for_customers] or [row for row in tree if row.parent_id is None]
    return [(row.key, said_in(row.names, languages) or row.key) for row in marked]


def topic_of_key(key: str, *, shop_id: int) -> Topic | None:
    """Return the topic in use that a key means in a shop: its own before that of every shop."""
    rows = Topic.objects.filter(Q(shop=None) | Q(shop=shop_id), key=key, is_active=True)
    return rows.order_by(F("shop").desc(nulls_last=True)).first()


def topic_names(ids: Collection[int], *, language: str) -> dict[int, str]:
    """Return what topics are called in a language, by id."""
    return {row.pk: said_in(row.names, [language]) or row.key for row in Topic.objects.filter(pk__in=ids)}


def topics_named(text: str) -> set[int]:
    """Return the ids of the topics that a search means, with all below them."""
    rows = every_topic()
    named = {row.pk for row in rows if is_called(text, key=row.key, names=row.names)}
    return with_all_below(named, rows)


def topics_below(ids: Collection[int]) -> set[int]:
    """Return the ids of these topics and of all below them."""
    return with_all_below(ids, every_topic())


def used_topics() -> set[int]:
    """Return the ids of the topics that tickets have."""
    rows = Topic.objects.filter(Exists(Ticket.objects.filter(topic=OuterRef("pk"))))
    return set(rows.values_list("pk", flat=True))
