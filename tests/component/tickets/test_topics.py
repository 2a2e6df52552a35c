"""The tree of topics: the default one, and arranging it."""

from datetime import datetime

import pytest
from django.db.models import ProtectedError

from balcao.channels.models import Channel
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.factories import make_shop, receive
from balcao.tickets.actions import classifying
from balcao.tickets.actions.topics import TopicFacts, bring_default_topics, delete_topic, move_topic, save_topic
from balcao.tickets.models import Topic
from balcao.tickets.queries.topics import branches, every_topic, offered_topics, topics_below, topics_named, used_topics
from balcao.tickets.types import Kind, Refusal, TicketRefused

BLUEPRINTS = {
    "return",
    "exchange",
    "refund",
    "cancel",
    "address_payment_change",
    "late_or_lost_parcel",
    "damaged_in_transport",
    "chargeback",
    "complaint",
    "privacy_request",
}


def made(name: str, *, now: datetime, parent: Topic | None = None, shop: Shop | None = None) -> Topic:
    facts = TopicFacts(names={"en": name}, kind=Kind.QUICK, parent=parent, shop=shop)
    return save_topic(topic=None, facts=facts, actor=SYSTEM, now=now)


@pytest.mark.usefixtures("db")
def test_every_installation_has_the_default_tree(now: datetime) -> None:
    bring_default_topics(now=now)  # there already, unless a test before emptied the tables
    topics = every_topic()
    groups = [topic for topic in topics if topic.parent_id is None]
    assert (len(groups), len(topics) - len(groups)) == (10, 54)
    assert {topic.blueprint for topic in topics} == {"", *BLUEPRINTS}
    assert all(set(topic.names) == {"en", "pt-BR", "tr"} for topic in topics)
    assert [
        topic.key for topic in topics if (topic.kind == "forwarded") != bool(topic.blueprint) and topic.parent
    ] == []
    assert [topic.key for topic in topics if topic.deed and topic.kind != "action"] == []
    assert bring_default_topics(now=now) == 0


def test_what_an_owner_changed_is_not_brought_back(db: None, now: datetime) -> None:
    bring_default_topics(now=now)
    Topic.objects.filter(key="praise").delete()
    Topic.objects.filter(key="coupon").update(names={"en": "Vouchers"})
    assert bring_default_topics(now=now) == 1
    assert Topic.objects.get(key="coupon").names == {"en": "Vouchers"}
    assert Topic.objects.get(key="praise").parent == Topic.objects.get(key="complaint")


def test_a_tree_is_read_from_the_top(shop: Shop, now: datetime) -> None:
    Topic.objects.filter(parent__isnull=False).delete()
    Topic.objects.all().delete()
    delivery, other = made("Delivery", now=now), made("Other", now=now)
    late = made("Late", parent=delivery, now=now)
    very = made("Very late", parent=late, now=now)
    theirs = made("Theirs", shop=make_shop("theirs"), now=now)
    shown = branches(every_topic(), language="en")
    assert [(branch.name, branch.depth, branch.path) for branch in shown] == [
        ("Delivery", 0, ()),
        ("Late", 1, ("Delivery",)),
        ("Very late", 2, ("Delivery", "Late")),
        ("Other", 0, ()),
        ("Theirs", 0, ()),
    ]
    assert topics_below([late.pk]) == {late.pk, very.pk}
    assert topics_named("LATE") == {late.pk, very.pk}
    save_topic(
        topic=late,
        facts=TopicFacts(names={"en": "Late"}, kind=Kind.QUICK, parent=delivery, is_active=False),
        actor=SYSTEM,
        now=now,
    )
    offered = offered_topics(shop_id=shop.pk, language="en")
    assert [branch.topic for branch in offered] == [delivery, other]
    assert theirs not in {branch.topic for branch in offered}


def test_topics_move_among_their_siblings_and_elsewhere(db: None, now: datetime) -> None:
    group = made("Group", now=now)
    first, second, third = (made(name, parent=group, now=now) for name in ("First", "Second", "Third"))
    assert move_topic(topic=third, by=-2, actor=SYSTEM, now=now)
    assert not move_topic(topic=third, by=-1, actor=SYSTEM, now=now)
    assert list(group.children.all()) == [third, first, second]

    facts = TopicFacts(names=second.names, kind=Kind.ACTION, parent=first, deed="cancel")
    save_topic(topic=second, facts=facts, actor=SYSTEM, now=now)
    assert list(first.children.all()) == [second]
    entry = Entry.objects.filter(name="topic.saved").latest("id")
    assert (entry.facts["before"]["parent_id"], entry.facts["after"]["parent_id"]) == (group.pk, first.pk)


def test_a_topic_never_stands_below_itself(db: None, now: datetime) -> None:
    group = made("Group", now=now)
    child = made("Child", parent=group, now=now)
    for parent in (group, child):
        facts = TopicFacts(names=group.names, kind=Kind.QUICK, parent=parent)
        with pytest.raises(TicketRefused) as refused:
            save_topic(topic=group, facts=facts, actor=SYSTEM, now=now)
        assert refused.value.refusal == Refusal.TOPIC_INSIDE_ITSELF


def test_a_topic_needs_a_name_and_a_parent_of_its_shop(shop: Shop, now: datetime) -> None:
    with pytest.raises(TicketRefused) as refused:
        made("  ", now=now)
    assert refused.value.refusal == Refusal.EMPTY
    theirs = made("Theirs", shop=shop, now=now)
    with pytest.raises(TicketRefused) as refused:
        made("Everybody's", parent=theirs, now=now)
    assert refused.value.refusal == Refusal.NOT_FOR_SHOP


def test_keys_are_made_of_names_once(db: None, now: datetime) -> None:
    assert [made(name, now=now).key for name in ("Gift ıçÃo", "Gift içao", "???")] == [
        "gift-icao",
        "gift-icao-2",
        "topic",
    ]


def test_what_is_in_use_cannot_be_deleted(channel: Channel, bia: Agent, now: datetime) -> None:
    group = made("Group", now=now)
    child = made("Child", parent=group, now=now)
    taken = receive(channel, now=now).message
    assert taken
    classifying.set_topic(ticket=taken.ticket, topic=child, agent=bia, now=now)
    assert used_topics() == {child.pk}
    for topic in (group, child):
        with pytest.raises(TicketRefused) as refused:
            delete_topic(topic=topic, actor=SYSTEM, now=now)
        assert refused.value.refusal == Refusal.TOPIC_IN_USE
        with pytest.raises(ProtectedError):
            topic.delete()
    classifying.set_topic(ticket=taken.ticket, topic=None, agent=bia, now=now)
    delete_topic(topic=child, actor=SYSTEM, now=now)
    delete_topic(topic=group, actor=SYSTEM, now=now)
    assert Entry.objects.filter(name="topic.deleted").count() == 2


def test_saving_the_same_again_leaves_no_trace(db: None, now: datetime) -> None:
    topic = made("Group", now=now)
    before = Entry.objects.count()
    save_topic(topic=topic, facts=TopicFacts(names=topic.names, kind=Kind.QUICK), actor=SYSTEM, now=now)
    assert Entry.objects.count() == before
