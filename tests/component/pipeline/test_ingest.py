"""Mails brought in together: each is placed as if it had come alone, and one bad one stops no other."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from balcao.channels.models import Channel, Envelope
from balcao.channels.types import EnvelopeState, Outcome
from balcao.customers.models import Identity
from balcao.journal.models import Entry
from balcao.pipeline import inbound, ingest
from balcao.pipeline.inbound import Taken
from balcao.pipeline.ingest import Spooled, bring_in
from balcao.shops.models import Shop
from balcao.testing.channels import letter
from balcao.testing.factories import make_channel
from balcao.tickets.models import Message, TallyChange, Ticket


def spooled(at: datetime, *bodies: bytes) -> list[Spooled]:
    return [Spooled(f"{place}.eml", body, at + timedelta(minutes=place)) for place, body in enumerate(bodies)]


def post(domain: str) -> list[bytes]:
    """Return a day's post in which letters touch one another in many ways."""
    ana, bruno, elif_, leo = (f"{name}@{domain}" for name in ("ana", "bruno", "elif", "leo"))
    clock = "2026-03-09T10:00:00+00:00"
    first = letter(id=f"1@{domain}", **{"from": ana}, name="Ana", subject="Pedido", text="Onde está?", sent_at=clock)
    return [
        first,
        letter(id=f"2@{domain}", **{"from": bruno}, text="Quero trocar", copied=[leo, bruno.upper()]),
        letter(id=f"3@{domain}", **{"from": ana.upper()}, name="Ana Lima", text="Alguém?", answers=[f"1@{domain}"]),
        letter(id=f"4@{domain}", **{"from": elif_}, text="Ben de", answers=[f"2@{domain}"]),  # has no part in it
        letter(id=f"5@{domain}", **{"from": leo}, text="E eu?", answers=[f"9@{domain}", f"2@{domain}"]),
        first,
        letter(id=f"1@{domain}", **{"from": ana}, text="Onde está?"),  # the same message in another envelope
        letter(id=f"6@{domain}", **{"from": ana}, text="Onde está?", sent_at=clock),  # and under another id
        b"scrap",
        letter(id=f"7@{domain}", **{"from": bruno}, text="Ausente", nature="auto", silence="auto-submitted"),
        letter(id=f"8@{domain}", **{"from": elif_}, text="Kargom nerede?", proof="proven"),
        letter(id=f"10@{domain}", **{"from": ana}, text="Obrigada", answers=[f"3@{domain}"]),
        letter(id=f"11@{domain}", **{"from": leo}, text="Outra coisa", tag="1001"),
        letter(
            id=f"12@{domain}",
            **{"from": f"mailer@{domain}"},
            nature="bounce",
            text="User unknown",
            report={"recipient": leo, "permanent": True, "action": "failed", "about": f"2@{domain}"},
        ),
    ]


def story(channel: Channel, taken: list[Taken], *, since: int) -> dict[str, Any]:
    """Tell what came of some post without the ids, which differ each time."""
    tickets = list(Ticket.objects.filter(conversations__channel=channel).distinct().order_by("id"))
    place = {ticket.pk: number for number, ticket in enumerate(tickets)}
    people = Identity.objects.filter(messages__channel=channel).distinct().order_by("id")
    messages = Message.objects.filter(channel=channel).order_by("id").select_related("identity")
    return {
        "taken": [(one.outcome, one.message and place[one.message.ticket_id]) for one in taken],
        "tickets": [(t.number - tickets[0].number, t.status, t.message_count, t.last_words) for t in tickets],
        "people": [(one.value.partition("@")[0], one.name, one.ticket_count, one.last_contact_at) for one in people],
        "messages": [(place[m.ticket_id], m.kind, m.is_stranger, m.text, m.language, m.at) for m in messages],
        "envelopes": list(channel.envelopes.order_by("id").values_list("state", "outcome")),
        "participants": [list(t.conversations.values_list("participants__role", flat=True)) for t in tickets],
        "journal": list(Entry.objects.filter(id__gt=since).order_by("id").values_list("name", "actor_kind")),
    }


def brought_in(channel: Channel, things: list[Spooled], **how: Any) -> dict[str, Any]:
    before = Entry.objects.count()
    since = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    taken = [one for _, one in bring_in(channel=channel, things=things, **how)]
    assert Entry.objects.count() > before
    return story(channel, taken, since=since)


def sums() -> dict[str, int]:
    counts: dict[str, int] = {}
    for change in TallyChange.objects.all():
        counts[change.key] = counts.get(change.key, 0) + change.change
    return counts


def test_together_each_is_placed_as_if_it_had_come_alone(shop: Shop, channel: Channel, now: datetime) -> None:
    other = make_channel(shop, name="Cards")

    alone = brought_in(channel, spooled(now, *post("one.example")), together=False)
    counts = sums()
    together = brought_in(other, spooled(now, *post("two.example")), together=True)

    assert together == alone
    assert sums() == {key: 2 * count for key, count in counts.items()}
    assert [outcome for outcome, _ in together["taken"]] == [
        *["new", "new", "reply", "new", "reply", "duplicate", "duplicate", "duplicate", "quarantined"],
        *["auto", "new", "reply", "new", "bounce"],
    ]


def test_the_same_post_again_changes_nothing(channel: Channel, now: datetime) -> None:
    brought_in(channel, spooled(now, *post("one.example")), together=True)
    messages = Message.objects.count()

    again = bring_in(channel=channel, things=spooled(now, *post("one.example")), together=True)

    assert {one.outcome for _, one in again} == {Outcome.DUPLICATE}
    assert Message.objects.count() == messages


def test_what_a_run_that_died_had_kept_is_understood_in_its_order(channel: Channel, now: datetime) -> None:
    question, answer = letter(id="q", text="Onde está?"), letter(id="a", text="Alguém?", answers=["q"])
    before = [
        inbound.keep(channel=channel, clean=[ingest._raw(one)], now=now, holder="dead")
        for one in spooled(now, question)
    ]

    taken = [one.outcome for _, one in bring_in(channel=channel, things=spooled(now, question, answer), together=True)]

    assert before
    assert taken == [Outcome.NEW, Outcome.REPLY]


def failing(table: str, word: str) -> Callable[..., Any]:
    """Let the database refuse whatever writes this word into this table."""

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if f'INSERT INTO "{table}"' in sql and word in f"{sql} {params}":
            raise IntegrityError("no")
        return execute(sql, params, many, context)

    return wrapper


@pytest.mark.parametrize("together", [True, False])
def test_one_that_cannot_be_stored_stops_no_other(channel: Channel, now: datetime, together: bool) -> None:
    letters = [letter(id="1", text="Um"), letter(id="2", text="Dois"), letter(id="3", text="Mais", answers=["1"])]
    things = spooled(now, *letters)

    with connection.execute_wrapper(failing("tickets_message", "Dois")):
        taken = [one for _, one in bring_in(channel=channel, things=things, together=together)]

    assert [one.outcome for one in taken] == [Outcome.NEW, None, Outcome.REPLY]
    assert list(Message.objects.order_by("id").values_list("text", flat=True)) == ["Um", "Mais"]
    waiting = Envelope.objects.get(state=EnvelopeState.KEPT)
    later = waiting.due_at + timedelta(seconds=1)
    assert inbound.run_due(worker="w", now=later, clock=lambda: later) == 1  # and it comes up again
    assert Message.objects.filter(text="Dois").exists()


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.django_db(transaction=True)
def test_what_another_process_read_is_stored_in_order(channel: Channel, now: datetime, together: bool) -> None:
    texts = [f"Carta {place}" for place in range(230)]
    bodies = [letter(id=text, text=text, answers=texts[:place][-5:-4]) for place, text in enumerate(texts)]

    found = list(bring_in(channel=channel, things=spooled(now, *bodies), together=together, expected=1000))

    assert [thing.source for thing, _ in found] == [f"{place}.eml" for place in range(230)]
    assert [one.message and one.message.text for _, one in found] == texts


def test_a_batch_holds_no_more_than_memory_bears(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(ingest, "_BATCH_SIZE", 150)
    bodies = [letter(id=str(place), text=f"Carta {place}") for place in range(4)]  # of some 60 bytes
    sizes = [len(batch) for batch in ingest._batches(map(ingest._raw, spooled(now, *bodies)), most=50)]

    assert sizes == [3, 1]
