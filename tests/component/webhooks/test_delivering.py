"""What happens reaches those who asked for it: signed, once for each event, again when it failed."""

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections, transaction

from balcao.channels.models import Channel
from balcao.journal.actions import seal
from balcao.journal.models import Entry, Reader
from balcao.journal.types import SYSTEM
from balcao.notices.models import Notice
from balcao.pipeline import followers, webhooks
from balcao.shops.models import Shop
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop, receive
from balcao.testing.receivers import Receiver
from balcao.tickets.actions import changing, noting
from balcao.tickets.models import Ticket
from balcao.tickets.types import Priority
from balcao.webhooks.actions import delivering, endpoints, replaying
from balcao.webhooks.models import Delivery, Endpoint
from balcao.webhooks.rules.signing import is_genuine
from balcao.webhooks.types import Answer, DeliveryState, Disabled

MakeEndpoint = Callable[..., Endpoint]
SECOND = timedelta(seconds=1)


def follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass


def send(now: datetime) -> int:
    return webhooks.run_due(worker="test", now=now, clock=lambda: now)


def test_an_event_arrives_signed_thin_and_once(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    endpoint = make_endpoint("ticket.*")
    receive(channel, now=now, text="Onde está meu pedido?", subject="Pedido")
    follow(now)
    follow(now)
    assert send(now) == 1
    assert send(now) == 0
    [got] = erp.received
    assert is_genuine(given=got.headers, body=got.body, secret=endpoint.secret, now=now)  # type: ignore[attr-defined]
    assert got.headers["content-type"] == "application/json"
    told = json.loads(got.body)
    assert (told["type"], told["timestamp"]) == ("ticket.opened", "2026-03-10T12:00:00.000Z")
    assert told["data"]["ticket_number"] == Ticket.objects.get().number
    assert b"pedido" not in got.body.lower()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_status, delivery.tries) == (DeliveryState.ARRIVED, 204, 1)


def test_the_words_of_a_note_never_leave(
    make_endpoint: MakeEndpoint, channel: Channel, shop: Shop, erp: Receiver, now: datetime
) -> None:
    make_endpoint("*")
    receive(channel, now=now)
    noting.add_note(ticket=Ticket.objects.get(), text="cliente difícil", agent=make_agent("Bia", shop=shop), now=now)
    follow(now)
    while send(now):
        pass
    assert "ticket.note.added" in [json.loads(one.body)["type"] for one in erp.received]
    assert all("difícil" not in one.body.decode() for one in erp.received)


def test_only_what_was_asked_for_leaves_and_only_of_the_own_shop(
    make_endpoint: MakeEndpoint, channel: Channel, shop: Shop, now: datetime
) -> None:
    next_door = make_shop("bergamota")
    mine = make_endpoint("ticket.priority.changed", of=shop)
    make_endpoint("*", of=next_door)
    receive(channel, now=now)
    changing.set_priority(ticket=Ticket.objects.get(), priority=Priority.HIGH, agent=None, now=now)
    follow(now)
    assert list(Delivery.objects.values_list("endpoint", "name")) == [(mine.pk, "ticket.priority.changed")]


def test_what_happened_before_an_endpoint_was_there_is_not_told(
    make_endpoint: MakeEndpoint, channel: Channel, now: datetime
) -> None:
    receive(channel, now=now)
    seal()
    make_endpoint("*")
    follow(now)
    assert not Delivery.objects.exists()


def test_deliveries_are_made_in_one_transaction_with_the_position(
    make_endpoint: MakeEndpoint, channel: Channel, now: datetime
) -> None:
    make_endpoint("*")
    receive(channel, now=now)
    follow(now)
    made = Delivery.objects.count()
    Reader.objects.filter(name="webhooks").update(position=0)  # as if it had been killed before the commit
    follow(now)
    assert Delivery.objects.count() == made > 0


def test_a_failure_is_tried_again_with_the_same_id_and_a_new_timestamp(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    make_endpoint("ticket.opened")
    receive(channel, now=now)
    follow(now)
    erp.answer(500)
    send(now)
    assert Delivery.objects.get().state == DeliveryState.QUEUED
    assert send(now + 4 * SECOND) == 0
    later = now + 6 * SECOND
    assert send(later) == 1
    first, second = erp.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.body == second.body
    assert Delivery.objects.get().state == DeliveryState.ARRIVED


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404])
def test_nothing_but_success_is_an_arrival_and_no_redirect_is_followed(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime, status: int
) -> None:
    make_endpoint("ticket.opened")
    receive(channel, now=now)
    follow(now)
    erp.answer(status, Location=erp.address)
    send(now)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_status, len(erp.received)) == (DeliveryState.QUEUED, status, 1)
    assert delivery.last_answer == f"answered {status}"


def test_after_the_last_try_it_is_given_up_and_admins_are_told(
    make_endpoint: MakeEndpoint, channel: Channel, shop: Shop, erp: Receiver, now: datetime
) -> None:
    helena = make_agent("Helena", shop=shop, role=Role.ADMIN)
    make_agent("Bruno", shop=shop, role=Role.SUPERVISOR)
    endpoint = make_endpoint("ticket.opened", of=shop)
    receive(channel, now=now)
    follow(now)
    erp.always = 500
    moment = now
    for _each in range(10):
        assert send(moment) == 1
        moment += timedelta(hours=27)
    assert send(moment) == 0
    assert Delivery.objects.get().state == DeliveryState.FAILED
    follow(moment)
    told = Notice.objects.get()
    assert (told.agent, told.kind, told.subject_id) == (helena, "webhook", endpoint.pk)


def test_an_endpoint_that_is_gone_is_switched_off_at_once(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    endpoint = make_endpoint("ticket.*")
    receive(channel, now=now)
    follow(now)
    erp.answer(410)
    send(now)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_reason) == (False, Disabled.GONE)
    changing.set_priority(ticket=Ticket.objects.get(), priority=Priority.HIGH, agent=None, now=now)
    follow(now)
    assert Delivery.objects.count() == 1


def test_an_endpoint_that_fails_for_days_is_switched_off_and_goes_on_where_it_was(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    endpoint = make_endpoint("ticket.*")
    erp.always = 500
    moment = now
    for day in range(12):
        receive(channel, now=moment, text=f"dia {day}")
        follow(moment)
        send(moment)
        moment += timedelta(hours=12)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_reason) == (False, Disabled.FAILING)
    assert Entry.objects.filter(name="webhook.endpoint.disabled").count() == 1
    receive(channel, now=moment, text="still told, later")
    follow(moment)
    assert send(moment) == 0
    erp.always = 204
    endpoints.resume(endpoint=endpoint, actor=SYSTEM, now=moment)
    while send(moment + timedelta(days=2)):
        pass
    assert Delivery.objects.filter(state=DeliveryState.ARRIVED).count() == Ticket.objects.count()


def test_a_paused_endpoint_keeps_what_waits_for_it(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    endpoint = make_endpoint("ticket.opened")
    endpoints.pause(endpoint=endpoint, actor=SYSTEM, now=now)
    receive(channel, now=now)
    follow(now)
    assert send(now) == 0
    endpoints.resume(endpoint=endpoint, actor=SYSTEM, now=now)
    assert send(now) == 1


def test_a_dead_endpoint_keeps_no_other_waiting(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    make_endpoint("ticket.opened", name="dead", url="http://127.0.0.1:9/")
    make_endpoint("ticket.opened", name="alive")
    for number in range(12):
        receive(channel, now=now, text=f"carta {number}", **{"from": f"ana{number}@example.com"})
    follow(now)
    moment = now
    for _turn in range(6):
        send(moment)
        moment += SECOND
    assert Delivery.objects.filter(endpoint__name="alive", state=DeliveryState.ARRIVED).count() == 12
    dead = Delivery.objects.filter(endpoint__name="dead", tries__gt=0)
    assert 1 <= dead.count() <= 5  # four at first, then a probe after each rest
    assert dead.first().last_fault  # type: ignore[union-attr] # counted above


def test_a_busy_endpoint_is_left_alone_as_long_as_it_wishes(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    make_endpoint("ticket.opened")
    receive(channel, now=now)
    follow(now)
    erp.answer(429, Retry_After="3600")
    send(now)
    assert send(now + timedelta(minutes=59)) == 0
    assert send(now + timedelta(minutes=61)) == 1


def test_a_worker_that_lost_its_lease_writes_nothing(
    make_endpoint: MakeEndpoint, channel: Channel, now: datetime
) -> None:
    make_endpoint("ticket.opened")
    receive(channel, now=now)
    follow(now)
    [slow] = delivering.claim(worker="slow", now=now)
    [quick] = delivering.claim(worker="quick", now=now + timedelta(minutes=3))
    assert delivering.settle(delivery=quick, answer=Answer(200), now=now)
    assert not delivering.settle(delivery=slow, answer=Answer(500), now=now)
    assert Delivery.objects.get().state == DeliveryState.ARRIVED


def test_two_secrets_sign_for_a_day_after_a_rotation(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    endpoint = make_endpoint("ticket.opened")
    old = endpoint.secret  # type: ignore[attr-defined] # kept by the fixture
    new = endpoints.rotate_secret(endpoint=endpoint, actor=SYSTEM, now=now)
    for moment in (now, now + timedelta(hours=25)):
        receive(channel, now=moment, text=str(moment))
        follow(moment)
        send(moment)
    first, second = erp.received
    genuine = partial(is_genuine, given=first.headers, body=first.body, now=now)
    assert genuine(secret=old)
    assert genuine(secret=new)
    later = partial(is_genuine, given=second.headers, body=second.body, now=now + timedelta(hours=25))
    assert later(secret=new)
    assert not later(secret=old)
    assert old not in endpoint.sealed_old_secret
    assert "whsec_" not in endpoint.sealed_secret


def test_one_delivery_is_sent_again_under_its_old_id(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    make_endpoint("ticket.opened")
    receive(channel, now=now)
    follow(now)
    send(now)
    delivery = Delivery.objects.select_related("endpoint").get()
    assert replaying.replay(delivery=delivery, actor=SYSTEM, now=now)
    assert not replaying.replay(delivery=delivery, actor=SYSTEM, now=now)  # it waits already
    send(now)
    assert len(set(erp.ids)) == 1
    assert len(erp.received) == 2


@pytest.mark.parametrize("every, count", [(False, 2), (True, 3)])
def test_all_since_a_moment_are_sent_again_also_what_was_never_made(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime, every: bool, count: int
) -> None:
    receive(channel, now=now - timedelta(days=2), text="too old")
    receive(channel, now=now, text="before the endpoint")
    seal()
    endpoint = make_endpoint("ticket.opened")
    later = now + timedelta(minutes=1)
    receive(channel, now=later, text="arrives")
    receive(channel, now=later, text="fails")
    follow(later)
    send(later)
    Delivery.objects.filter(pk=Delivery.objects.latest("pk").pk).update(state=DeliveryState.FAILED)
    erp.received.clear()
    arguments = (endpoint.pk, now.isoformat(), every, later.isoformat())
    replaying.send_again.call(*arguments)
    while send(later):
        pass
    assert len(erp.received) == count
    assert len(set(erp.ids)) == count


def test_a_ping_says_nothing_and_arrives(make_endpoint: MakeEndpoint, erp: Receiver, now: datetime) -> None:
    endpoint = make_endpoint("order.action.done")
    delivering.ping(endpoint=endpoint, now=now)
    send(now)
    assert json.loads(erp.received[0].body)["type"] == "webhook.ping"


def test_what_a_rule_asks_for_is_told_whatever_the_endpoint_listens_to(
    make_endpoint: MakeEndpoint, erp: Receiver, now: datetime
) -> None:
    endpoint = make_endpoint("order.action.done")
    facts = {"ticket": 7, "number": 48213, "rule": 3, "asked": "tell the ERP"}
    delivering.call_endpoint(endpoint=endpoint, facts=facts, shop_id=1, ticket_id=7, now=now)
    send(now)
    told = json.loads(erp.received[0].body)
    assert told["type"] == "webhook.asked"
    assert (told["data"]["ticket_number"], told["data"]["rule"]) == (48213, 3)


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example/hooks",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.7/",
        "https://localhost/",
        "https://erp.example:22/",
        "https://ana:secret@erp.example/",
        "https://0x7f.1/",
        "ftp://erp.example/",
        "erp.example",
    ],
)
def test_no_endpoint_leads_into_the_own_network(shop: Shop, now: datetime, url: str) -> None:
    with pytest.raises(endpoints.BadEndpoint):
        endpoints.create_endpoint(name="ERP", url=url, events=["*"], shop=None, actor=SYSTEM, now=now)


def test_a_name_that_leads_into_the_own_network_is_refused_when_it_is_asked(
    make_endpoint: MakeEndpoint, settings: Any, channel: Channel, erp: Receiver, now: datetime
) -> None:
    make_endpoint("ticket.opened")
    receive(channel, now=now)
    follow(now)
    settings.WEBHOOKS_TO_PRIVATE = False
    send(now)
    assert erp.received == []
    assert Delivery.objects.get().last_fault


def test_old_deliveries_are_forgotten(
    make_endpoint: MakeEndpoint, channel: Channel, erp: Receiver, now: datetime
) -> None:
    make_endpoint("ticket.opened")
    receive(channel, now=now)
    follow(now)
    assert delivering.prune(now=now + timedelta(days=30)) == 0
    assert delivering.prune(now=now + timedelta(days=31)) == 1


@pytest.mark.usefixtures("shared_database")
def test_the_sender_sends_several_at_once_and_stops(settings: Any, erp: Receiver, now: datetime) -> None:
    settings.WEBHOOKS_TO_PRIVATE = True
    erp.slow = 0.05
    stopping = threading.Event()

    def set_up_and_send() -> None:  # in a thread: this one's connection is to the database in memory
        endpoint, _secret = endpoints.create_endpoint(
            name="ERP", url=erp.address, events=[], shop=None, actor=SYSTEM, now=now
        )
        for _each in range(9):
            delivering.ping(endpoint=endpoint, now=now)
        sender = threading.Thread(target=webhooks.Sender(worker="test", stopping=stopping, clock=lambda: now).run)
        sender.start()
        erp.wait_for(9)
        stopping.set()
        sender.join()
        while Delivery.objects.filter(state=DeliveryState.QUEUED).exists():
            time.sleep(0.02)
        connections.close_all()

    outside = threading.Thread(target=set_up_and_send)
    outside.start()
    outside.join(30)
    assert not outside.is_alive()
    assert len(set(erp.ids)) == len(erp.ids) == 9


def test_a_rollback_of_the_change_leaves_no_delivery(
    make_endpoint: MakeEndpoint, channel: Channel, now: datetime
) -> None:
    make_endpoint("ticket.opened")
    with transaction.atomic():
        receive(channel, now=now)
        transaction.set_rollback(True)
    follow(now)
    assert not Delivery.objects.exists()
