"""A message arrives: kept as it came, understood, placed. What follows on it reads the journal (`followers`)."""

import logging
from collections.abc import Callable
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
from balcao.kit import language
from balcao.kit.i18n import N_
from balcao.pipeline.steps import reached
from balcao.ports import registry
from balcao.ports.channel import Connection, Inbound, Nature, RawEnvelope, Unreadable
from balcao.tickets.actions import receiving
from balcao.tickets.actions.sending import settled
from balcao.tickets.models import Message

MOST_TRIES = 8  # then it is set aside
GIVEN_UP = N_("Storing it failed, or ended the worker, each time it was tried.")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """How taking one envelope in ended; `inbound` and `message` are missing when it was quarantined."""

    envelope: Envelope
    outcome: Outcome
    reason: str = ""
    inbound: Inbound | None = None
    message: Message | None = None


def take_in(*, channel: Channel, raw: RawEnvelope, connection: Connection, now: datetime, holder: str) -> Taken:
    """Keep one envelope durably and understand it at once; a known one is a duplicate."""
    kept = keep(channel=channel, raw=raw, now=now, holder=holder)
    reached("envelope.kept")
    return understand_kept(kept, connection=connection, now=now)


@dataclass(frozen=True, slots=True)
class Kept:
    """An envelope that is stored; `raw` is missing when it was stored before."""

    envelope: Envelope
    raw: RawEnvelope | None


def keep(*, channel: Channel, raw: RawEnvelope, now: datetime, holder: str) -> Kept:
    """Store one envelope durably once the transaction commits, for this holder to understand."""
    clean = registry.channel(channel.kind).clean(raw)
    envelope, is_new = keeping.keep_clean(channel=channel, raw=clean, now=now, held_by=holder)
    return Kept(envelope, clean if is_new else None)


def understand_kept(kept: Kept, *, connection: Connection, now: datetime) -> Taken:
    """Understand an envelope that was just kept; one that was understood before is a duplicate."""
    envelope = kept.envelope
    if kept.raw is None and envelope.state != EnvelopeState.KEPT:
        message = Message.objects.filter(envelope=envelope).select_related("ticket", "conversation").first()
        return Taken(envelope, Outcome.DUPLICATE, message=message)
    return understand(envelope=envelope, connection=connection, now=now, raw=kept.raw)


def understand(*, envelope: Envelope, connection: Connection, now: datetime, raw: RawEnvelope | None = None) -> Taken:
    """Understand a kept envelope and store what it says, or set it aside with the reason.

    Whatever goes wrong with one envelope stays with it: the next one is not touched.
    """
    channel = envelope.channel
    adapter = registry.channel(channel.kind)
    raw = raw or raw_of(envelope)  # what the database fails to give is no fault of the envelope
    try:
        inbound = adapter.parse(raw, connection)
    except Unreadable as unreadable:
        return _set_aside(envelope, str(unreadable), now=now)
    except Exception as error:
        log.exception("Envelope %s could not be understood", envelope.pk)
        return _set_aside(envelope, f"Understanding it failed ({type(error).__name__}).", now=now)
    reached("envelope.parsed")
    try:
        return _store(envelope, inbound, connection, now=now)
    except (keeping.AlreadyDone, IntegrityError):
        if not keeping.is_done(envelope):
            raise
        message = Message.objects.filter(envelope=envelope).select_related("ticket", "conversation").first()
        return Taken(envelope, Outcome.DUPLICATE, inbound=inbound, message=message)


def _set_aside(envelope: Envelope, reason: str, *, now: datetime) -> Taken:
    keeping.quarantine(envelope=envelope, reason=reason, now=now)
    return Taken(envelope, Outcome.QUARANTINED, reason=reason)


def _store(envelope: Envelope, inbound: Inbound, connection: Connection, *, now: datetime) -> Taken:
    spoken = _language_of(inbound, envelope.channel, connection)
    with transaction.atomic():
        received = receiving.add_message(
            channel=envelope.channel, inbound=inbound, envelope=envelope, language=spoken, now=now
        )
        if inbound.report and received.outcome != Outcome.DUPLICATE:
            _note_report(inbound, envelope.channel, now=now)
        reached("message.stored")
        keeping.finish_envelope(envelope=envelope, outcome=received.outcome)
    reached("envelope.done")
    return Taken(envelope, received.outcome, inbound.silence, inbound, received.message)


def _language_of(inbound: Inbound, channel: Channel, connection: Connection) -> str:
    if inbound.language:
        return inbound.language
    languages = channel.shop.languages or [connection.language]
    return language.guess(f"{inbound.subject}\n{inbound.text}", among=languages, default=connection.language)


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
