"""A message arrives: kept as it came, understood, placed. What follows on it reads the journal (`followers`)."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from balcao.channels.actions import keeping
from balcao.channels.actions.sending import add_receipt
from balcao.channels.models import Channel, Envelope
from balcao.channels.queries import connection_of, raw_of
from balcao.channels.types import EnvelopeState, Outcome
from balcao.customers import actions as customers
from balcao.kit.gathering import settle
from balcao.kit.i18n import N_
from balcao.pipeline.reading import Reader, Reading
from balcao.pipeline.stages.by_mail import take_answer
from balcao.pipeline.steps import reached
from balcao.ports import registry
from balcao.ports.channel import Connection, Inbound, Nature, RawEnvelope
from balcao.tickets.actions import receiving
from balcao.tickets.actions.sending import settled
from balcao.tickets.models import Message

MOST_TRIES = 8  # then it is set aside
GIVEN_UP = N_("Storing it failed, or ended the worker, each time it was tried.")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """How taking one envelope in ended; `inbound` and `message` are missing when it was quarantined.

    Without an outcome it is kept and nothing more: a worker tries again.
    """

    envelope: Envelope
    outcome: Outcome | None
    reason: str = ""
    inbound: Inbound | None = None
    message: Message | None = None


def take_in(*, channel: Channel, raw: RawEnvelope, connection: Connection, now: datetime, holder: str) -> Taken:
    """Keep one envelope durably and understand it at once; a known one is a duplicate."""
    reader = reader_of(channel, connection)
    [kept] = keep(channel=channel, clean=[reader.clean(raw)], now=now, holder=holder)
    reached("envelope.kept")
    return understand_kept(kept, reader=reader, now=now)


@dataclass(frozen=True, slots=True)
class Kept:
    """An envelope that is stored; `raw` is missing when it was stored before."""

    envelope: Envelope
    raw: RawEnvelope | None


def keep(*, channel: Channel, clean: Sequence[RawEnvelope], now: datetime, holder: str) -> list[Kept]:
    """Store envelopes without card numbers, durably once the transaction commits, for their holder to understand."""
    kept = keeping.keep_clean(channel=channel, raws=clean, now=now, held_by=holder)
    return [Kept(envelope, raw if is_new else None) for raw, (envelope, is_new) in zip(clean, kept, strict=True)]


def understand_kept(kept: Kept, *, reader: Reader, now: datetime) -> Taken:
    """Understand an envelope that was just kept; one that was understood before is a duplicate."""
    envelope = kept.envelope
    if kept.raw is None and envelope.state != EnvelopeState.KEPT:
        return _duplicate(envelope)
    # What the database fails to give is no fault of the envelope.
    return store(envelope=envelope, reading=reader.read(kept.raw or raw_of(envelope)), now=now)


def understand(*, envelope: Envelope, connection: Connection, now: datetime) -> Taken:
    """Understand a kept envelope and store what it says, or set it aside with the reason.

    Whatever goes wrong with one envelope stays with it: the next one is not touched.
    """
    return understand_kept(Kept(envelope, None), reader=reader_of(envelope.channel, connection), now=now)


def reader_of(channel: Channel, connection: Connection) -> Reader:
    """Return what reads the envelopes of a channel."""
    languages = channel.shop.languages or [connection.language]
    return Reader(registry.channel(channel.kind), connection, tuple(languages))


def store(*, envelope: Envelope, reading: Reading, now: datetime) -> Taken:
    """Store what a kept envelope says, or set it aside."""
    if reading.inbound is None:
        return _set_aside(envelope, reading.reason, now=now)
    reached("envelope.parsed")
    try:
        return _store(envelope, reading, now=now)
    except (keeping.AlreadyDone, IntegrityError):
        if keeping.is_done(envelope):
            return _duplicate(envelope, reading.inbound)
    return _store(envelope, reading, now=now)  # somebody else stored the same sender at the same moment


def store_together(*, read: Sequence[tuple[Envelope, Reading]], clock: Callable[[], datetime]) -> list[Taken]:
    """Store what envelopes say, each as if alone and in their order, in one transaction.

    Raises what `store` deals with, and then nothing is stored.
    """
    channel = read[0][0].channel
    inbounds = [reading.inbound for _, reading in read if reading.inbound]
    done: dict[Outcome, list[Envelope]] = {}
    with transaction.atomic():
        with receiving.gathered(channel, inbounds):
            taken = [_add(envelope, reading, now=clock()) for envelope, reading in read]
        reached("message.stored")
        for one in taken:
            if one.outcome and one.outcome != Outcome.QUARANTINED:
                done.setdefault(one.outcome, []).append(one.envelope)
        for outcome, envelopes in done.items():
            keeping.finish_envelopes(envelopes=envelopes, outcome=outcome)
    reached("envelope.done")
    return taken


def _duplicate(envelope: Envelope, inbound: Inbound | None = None) -> Taken:
    message = Message.objects.filter(envelope=envelope).select_related("ticket", "conversation").first()
    return Taken(envelope, Outcome.DUPLICATE, inbound=inbound, message=message)


def _set_aside(envelope: Envelope, reason: str, *, now: datetime) -> Taken:
    keeping.quarantine(envelope=envelope, reason=reason, now=now)
    return Taken(envelope, Outcome.QUARANTINED, reason=reason)


def _store(envelope: Envelope, reading: Reading, *, now: datetime) -> Taken:
    return store_together(read=[(envelope, reading)], clock=lambda: now)[0]


def _add(envelope: Envelope, reading: Reading, *, now: datetime) -> Taken:
    """Add what an envelope says within the caller's transaction."""
    inbound = reading.inbound
    if inbound is None:
        return _set_aside(envelope, reading.reason, now=now)
    if take_answer(channel=envelope.channel, inbound=inbound, now=now):
        return Taken(envelope, Outcome.COLLEAGUE, inbound=inbound)
    received = receiving.add_message(
        channel=envelope.channel, inbound=inbound, envelope=envelope, language=reading.language, now=now
    )
    if inbound.report and received.outcome != Outcome.DUPLICATE:
        settle()  # the report may be about what still waits to be written
        _note_report(inbound, envelope.channel, now=now)
    return Taken(envelope, received.outcome, inbound.silence, inbound, received.message)


def _note_report(inbound: Inbound, channel: Channel, *, now: datetime) -> None:
    """Put a bounce or complaint where it belongs: on the message it is about, and on the address."""
    report = inbound.report
    if report is None:
        return
    about = [report.about, *inbound.answers]
    ours = Message.objects.filter(channel=channel, external_id__in=[a for a in about if a], dispatch__isnull=False)
    found = ours.select_related("dispatch", "ticket", "conversation__identity")
    message = min(found, key=lambda row: about.index(row.external_id), default=None)  # the nearest, not the oldest
    if message is None or message.dispatch is None:
        return
    add_receipt(dispatch=message.dispatch, report=report, at=now)
    if inbound.nature == Nature.BOUNCE and report.action in ("failed", ""):
        copied = {party["value"].lower() for party in message.dispatch.outbound["copied"]}
        if report.recipient.lower() not in copied:  # one of several may be gone while the customer got it
            customers.mark_bounce(identity=message.conversation.identity, permanent=report.permanent, now=now)
        settled(message=message, name="ticket.message.bounced", now=now)


def run_due(*, worker: str, now: datetime, limit: int = 20, clock: Callable[[], datetime] = timezone.now) -> int:
    """Understand envelopes that wait, those of dead workers among them; return how many were tried."""
    claimed = keeping.claim_envelopes(worker=worker, now=now, limit=limit)
    connections: dict[int, Connection] = {}
    for envelope in claimed:
        channel = envelope.channel
        if envelope.tries > MOST_TRIES:
            _set_aside(envelope, GIVEN_UP, now=clock())
            continue
        try:
            connection = connections.get(channel.pk) or connections.setdefault(channel.pk, connection_of(channel))
            understand(envelope=envelope, connection=connection, now=clock())
        except Exception:  # it comes up again when its lease is over; the next one is not touched
            log.exception("Envelope %s could not be stored on try %s", envelope.pk, envelope.tries)
    return len(claimed)
