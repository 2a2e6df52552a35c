"""Taking in a message: which ticket it belongs to, and what it changes there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from balcao.channels.models import Channel, Envelope
from balcao.channels.types import Outcome
from balcao.customers import actions as customers
from balcao.customers.models import Customer, Identity
from balcao.customers.types import ProofSource
from balcao.journal.actions import record
from balcao.journal.models import Entry
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.kit.db import insert
from balcao.kit.gathering import apart, foresee, foreseen, gathering, is_gathering, known_by, settle
from balcao.kit.prepared import Prepared
from balcao.ports.channel import Inbound, Nature, Party, Proof
from balcao.staff.models import Agent
from balcao.tickets import rules
from balcao.tickets.actions.classifying import set_topic
from balcao.tickets.actions.files import attach
from balcao.tickets.actions.holding import one_at_a_time, take_hold
from balcao.tickets.actions.opening import Opening, open_conversation, open_ticket
from balcao.tickets.actions.tallies import recounted
from balcao.tickets.models import Conversation, Letter, Message, Participant, Ticket
from balcao.tickets.queries.threads import (
    MOST_IDS,
    KnownMessage,
    candidates_for,
    known_by_id,
    known_messages,
    latest_conversation,
)
from balcao.tickets.queries.topics import topic_of_key
from balcao.tickets.types import Direction, MessageKind, ParticipantRole

_KINDS = {
    Nature.MESSAGE: MessageKind.SAID,
    Nature.AUTO: MessageKind.AUTO,
    Nature.BOUNCE: MessageKind.BOUNCE,
    Nature.COMPLAINT: MessageKind.BOUNCE,
}
_WRITTEN = (Customer, Identity, Ticket, Conversation, Message, Entry)  # what a first message makes, as a rule
_OUTCOMES = {Nature.AUTO: Outcome.AUTO, Nature.BOUNCE: Outcome.BOUNCE, Nature.COMPLAINT: Outcome.BOUNCE}


@dataclass(frozen=True, slots=True)
class Received:
    """What taking a message in led to; a repeat has the message that it repeats."""

    outcome: Outcome
    message: Message


def add_message(*, channel: Channel, inbound: Inbound, envelope: Envelope, language: str, now: datetime) -> Received:
    """Store an inbound message on the ticket it belongs to, within the caller's transaction and its `gathering`.

    Idempotent: the same message again (same id and content on this channel, or same content, sender and clock within
    seven days) changes nothing.
    """
    if not is_gathering():  # whoever gathers has asked for all of them
        one_at_a_time([_turn(channel, inbound)])
    with gathering(*_WRITTEN):
        return _add(channel, inbound, envelope, language=language, at=min(envelope.received_at, now))


@contextmanager
def gathered(channel: Channel, inbounds: Sequence[Inbound]) -> Iterator[None]:
    """Write what these messages add together; one that asks for what an earlier one adds has it written first."""
    one_at_a_time([_turn(channel, inbound) for inbound in inbounds])
    with gathering(*_WRITTEN, room=len(inbounds)):
        if len(inbounds) > 1:
            _ask_ahead(channel, inbounds)
        yield


def _ask_ahead(channel: Channel, inbounds: Sequence[Inbound]) -> None:
    """Ask at once what each message asks for by itself."""
    people = [party for inbound in inbounds for party in (inbound.sender, *inbound.copied)]
    customers.look_up(parties=people, region=channel.shop.region)
    ids = {name for inbound in inbounds for name in _named(inbound)}
    foresee({_about(name): found for name, found in known_by_id(channel=channel, external_ids=ids).items()})


def _named(inbound: Inbound) -> list[str]:
    """Return the ids of the messages that this one may repeat, answer or report on."""
    about = [inbound.report.about] if inbound.report else []
    return list(dict.fromkeys([inbound.external_id, *about, *inbound.answers]))[:MOST_IDS]


def _about(external_id: str) -> str:
    return f"message {external_id}"


def _turn(channel: Channel, inbound: Inbound) -> str:
    return f"{channel.pk} {inbound.external_id}"


def _add(channel: Channel, inbound: Inbound, envelope: Envelope, *, language: str, at: datetime) -> Received:
    known = _known(channel, inbound)
    repeated = [k for k in known if (k.external_id, k.fingerprint) == (inbound.external_id, inbound.fingerprint)]
    if repeated:
        return Received(Outcome.DUPLICATE, Message.objects.select_related("ticket").get(pk=repeated[0].id))
    identity = _identify(inbound.sender, channel, language=language, proof=inbound.proof, at=at)
    repeat = _same_again(identity, channel, inbound, at=at)
    if repeat:
        return Received(Outcome.DUPLICATE, repeat)
    conversation, is_stranger, is_new = _find_place(channel, inbound, identity, known, language=language, at=at)
    message = _store(conversation, inbound, envelope, identity, is_stranger=is_stranger, language=language, at=at)
    if not is_new:
        _update_ticket(conversation.ticket, message)
    _announce(message, identity, is_new=is_new)
    if is_new and inbound.topic:
        settle()  # the ticket is looked at and changed
        _choose_topic(message.ticket, inbound.topic, identity, at=at)
    return Received(_OUTCOMES.get(inbound.nature, Outcome.NEW if is_new else Outcome.REPLY), message)


def _choose_topic(ticket: Ticket, key: str, identity: Identity, *, at: datetime) -> None:
    """Let a new ticket be about what its customer chose; what nobody knows is no topic, and no reason to lose it."""
    topic = topic_of_key(key, shop_id=ticket.shop_id)
    if topic:
        set_topic(ticket=ticket, topic=topic, agent=None, customer_id=identity.customer_id, now=at)


def _known(channel: Channel, inbound: Inbound) -> list[KnownMessage]:
    """Return the messages that this one repeats, answers or reports on, as far as they are known."""
    ids = _named(inbound)
    names = [_about(external_id) for external_id in ids]
    apart(names)
    asked = foreseen(names)
    known_by(_about(inbound.external_id))
    if inbound.reply_tokens or inbound.ticket_tag:
        settle()  # they may name any ticket
    if asked is None:
        return known_messages(channel=channel, external_ids=ids)
    return [message for found in asked for message in found]


def _same_again(identity: Identity, channel: Channel, inbound: Inbound, *, at: datetime) -> Message | None:
    if inbound.sent_at is None or identity.last_contact_at is None:
        return None
    since = at - rules.REPEAT_WITHIN
    return _SAME.first(identity.pk, channel.pk, since, inbound.fingerprint, inbound.sent_at)


_SAME = Prepared(
    lambda identity, channel, since, fingerprint, sent_at: Message.objects.filter(
        identity=identity, channel=channel, at__gte=since, fingerprint=fingerprint, sent_at=sent_at
    ).order_by("id")[:1]
)


def _identify(party: Party, channel: Channel, *, language: str, proof: Proof, at: datetime) -> Identity:
    return customers.identify(
        party=party,
        scope="",
        region=channel.shop.region,
        language=language,
        proven=ProofSource.MAIL_AUTHENTICATION if proof == Proof.PROVEN else None,
        now=at,
    )


def _find_place(
    channel: Channel, inbound: Inbound, identity: Identity, known: list[KnownMessage], *, language: str, at: datetime
) -> tuple[Conversation, bool, bool]:
    """Return the conversation, whether the writer has no part in it, and whether the ticket is new."""
    found, conversations = candidates_for(channel=channel, inbound=inbound, identity=identity, known=known)
    where = rules.place(found, proof=inbound.proof, at=at)
    if where.conversation_id:
        return conversations[where.conversation_id], where.is_stranger, False
    if inbound.nature != Nature.MESSAGE or _opened_too_many(identity, at):
        latest = latest_conversation(identity=identity, channel=channel, since=at - rules.REOPENS_WITHIN)
        if latest:
            return latest, False, False
    linked = conversations[where.linked_conversation_id].ticket if where.linked_conversation_id else None
    ticket = open_ticket(
        Opening(
            channel=channel,
            identity=identity,
            subject=inbound.subject,
            status=rules.opening_status(nature=inbound.nature, suspicion=inbound.suspicion),
            language=language,
            at=at,
            linked_to=linked,
            link_reason=where.reason,
            more=_first_facts(channel, inbound, identity, at=at),
        )
    )
    copied = [_identify(p, channel, language="", proof=Proof.CLAIMED, at=at) for p in inbound.copied]
    conversation = open_conversation(
        ticket=ticket, channel=channel, identity=identity, subject=inbound.subject, at=at, copied=copied
    )
    return conversation, False, True


def _first_facts(channel: Channel, inbound: Inbound, identity: Identity, *, at: datetime) -> dict[str, Any]:
    """Return the list row's facts of a ticket that this message opens."""
    return {
        "customer_wrote_at": at if inbound.nature == Nature.MESSAGE else None,
        "last_words": rules.last_words(inbound.text),
        "last_direction": Direction.IN,
        "last_author": (identity.name or identity.value)[:120],
        "message_count": 1,
        "channel_kinds": [channel.kind],
    }


def _opened_too_many(identity: Identity, at: datetime) -> bool:
    """Tell whether this sender opened so many tickets within an hour that one is to collect the rest."""
    if identity.ticket_count < rules.MOST_TICKETS_AN_HOUR:
        return False
    recent = Ticket.objects.filter(identity=identity, opened_at__gt=at - timedelta(hours=1), opened_at__lte=at)
    return recent.count() >= rules.MOST_TICKETS_AN_HOUR


def _store(
    conversation: Conversation,
    inbound: Inbound,
    envelope: Envelope,
    identity: Identity,
    *,
    is_stranger: bool,
    language: str,
    at: datetime,
) -> Message:
    message = insert(
        Message(
            ticket=conversation.ticket,
            conversation=conversation,
            channel_id=conversation.channel_id,
            direction=Direction.IN,
            kind=_KINDS[inbound.nature],
            identity=identity,
            at=at,
            sent_at=inbound.sent_at,
            text=inbound.text,
            language=language,
            external_id=inbound.external_id,
            fingerprint=inbound.fingerprint,
            proof=inbound.proof,
            warnings=list(inbound.warnings),
            silence=inbound.silence[:40],
            is_stranger=is_stranger,
            has_more=bool(inbound.html) or inbound.full_text.strip() != inbound.text.strip(),
            envelope=envelope,
        )
    )
    insert(
        Letter(
            message=message,
            subject=inbound.subject[:500],
            full_text=inbound.full_text,
            html=inbound.html,
            addressing=_addressing(inbound),
            proof_detail=inbound.proof_detail[:300],
            fields=dict(inbound.fields),
        )
    )
    if inbound.files:
        attach(message=message, files=inbound.files, at=at)
    return message


def _plain(party: Party | None) -> list[str] | None:
    return [party.kind, party.value, party.name] if party else None


def _addressing(inbound: Inbound) -> dict[str, object]:
    return {
        "from": _plain(inbound.sender),
        "to": [_plain(p) for p in inbound.recipients],
        "cc": [_plain(p) for p in inbound.copied],
        "reply_to": _plain(inbound.reply_to),
    }


def _update_ticket(ticket: Ticket, message: Message) -> None:
    """Keep the facts on the list row true; a machine's message neither reopens nor counts as a contact."""
    if message.kind != MessageKind.SAID:
        Ticket.objects.filter(pk=ticket.pk).update(message_count=F("message_count") + 1)
        return
    take_hold(ticket)
    with recounted(ticket):
        ticket.status = rules.after_customer_message(ticket.status)
        ticket.snoozed_until = ticket.remind_at = None
        if ticket.status not in ("closed", "solved"):
            ticket.closed_at = ticket.solved_at = None
    ticket.changed_at = max(ticket.changed_at, message.at)
    ticket.customer_wrote_at = message.at
    ticket.last_words, ticket.last_direction = rules.last_words(message.text), Direction.IN
    ticket.last_author = (message.identity.name or message.identity.value)[:120] if message.identity else ""
    ticket.message_count += 1
    kind = message.conversation.channel.kind
    if kind not in ticket.channel_kinds:
        ticket.channel_kinds = [*ticket.channel_kinds, kind]
    ticket.save(
        update_fields=[
            "status",
            "queue",
            "snoozed_until",
            "remind_at",
            "closed_at",
            "solved_at",
            "changed_at",
            "customer_wrote_at",
            "last_words",
            "last_direction",
            "last_author",
            "message_count",
            "channel_kinds",
        ]
    )


def _announce(message: Message, identity: Identity, *, is_new: bool) -> None:
    ticket = message.ticket
    name = "ticket.opened" if is_new else "ticket.message.received"
    record(
        name=name,
        at=message.at,
        actor=Actor(ActorKind.CUSTOMER, identity.customer_id),
        about=[Subject(SubjectKind.TICKET, ticket.pk), Subject(SubjectKind.CUSTOMER, identity.customer_id)],
        shop_id=ticket.shop_id,
        facts={
            "ticket": ticket.pk,
            "number": ticket.number,
            "message": message.pk,
            "kind": message.kind,
            "status": ticket.status,
        },
    )


@transaction.atomic
def welcome(*, conversation: Conversation, identity: Identity, agent: Agent, now: datetime) -> None:
    """Make the writer of a message a participant, because an agent recognised them."""
    Participant.objects.get_or_create(
        conversation=conversation, identity=identity, defaults={"role": ParticipantRole.WRITER}
    )
    Message.objects.filter(conversation=conversation, identity=identity, is_stranger=True).update(is_stranger=False)
    ticket = conversation.ticket
    record(
        name="ticket.writer.recognised",
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk),
        about=[Subject(SubjectKind.TICKET, ticket.pk), Subject(SubjectKind.CUSTOMER, identity.customer_id)],
        shop_id=ticket.shop_id,
        facts={"ticket": ticket.pk, "number": ticket.number, "identity": identity.pk},
    )
