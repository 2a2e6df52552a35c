"""Keeping envelopes: the durable first write, before anything is understood."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from balcao.channels import rules
from balcao.channels.models import Channel, Envelope, EnvelopeBody
from balcao.channels.types import EnvelopeState, Outcome
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, Subject, SubjectKind
from balcao.kit import wake
from balcao.kit.db import insert_all, insert_new, locked
from balcao.kit.gathering import gathering
from balcao.ports import registry
from balcao.ports.channel import RawEnvelope

_WORTH_PACKING = 512  # bytes; below, zlib gains nothing


def keep(*, channel: Channel, raw: RawEnvelope, now: datetime, held_by: str = "") -> tuple[Envelope, bool]:
    """Store one envelope as it came, card numbers redacted; return it and whether it is new.

    Commit (or let the caller's transaction commit) before telling the sender that it was received. The same
    envelope again is a no-op. `held_by`: the caller understands it at once, so no worker takes it for a lease's time.
    """
    clean = registry.channel(channel.kind).clean(raw)
    return keep_clean(channel=channel, raws=[clean], now=now, held_by=held_by)[0]


@transaction.atomic(savepoint=False)
def keep_clean(
    *, channel: Channel, raws: Sequence[RawEnvelope], now: datetime, held_by: str = ""
) -> list[tuple[Envelope, bool]]:
    """Store envelopes likewise whose card numbers the channel has redacted already."""
    envelopes = [_envelope(channel, raw, now=now, held_by=held_by) for raw in raws]
    with gathering(room=len(raws)):
        are_new = insert_new(envelopes)
        rows = zip(envelopes, raws, are_new, strict=True)
        insert_all([_body(envelope, raw) for envelope, raw, is_new in rows if is_new])
    if not held_by:
        wake.notify(wake.Topic.WORK)
    return [
        (envelope if is_new else _known(envelope), is_new) for envelope, is_new in zip(envelopes, are_new, strict=True)
    ]


def _envelope(channel: Channel, raw: RawEnvelope, *, now: datetime, held_by: str) -> Envelope:
    return Envelope(
        channel=channel,
        source=raw.source,
        external_id=raw.external_id,
        size=len(raw.body),
        received_at=raw.received_at or now,
        due_at=now + rules.ENVELOPE_LEASE if held_by else now,
        leased_by=held_by,
    )


def _body(envelope: Envelope, raw: RawEnvelope) -> EnvelopeBody:
    packed = zlib.compress(raw.body, 1) if len(raw.body) > _WORTH_PACKING else raw.body
    is_packed = len(packed) < len(raw.body)
    return EnvelopeBody(envelope=envelope, packed=packed if is_packed else raw.body, is_packed=is_packed)


def _known(envelope: Envelope) -> Envelope:
    return Envelope.objects.get(channel=envelope.channel, source=envelope.source, external_id=envelope.external_id)


def claim_envelopes(*, worker: str, now: datetime, limit: int = 20) -> list[Envelope]:
    """Lease due envelopes to a worker; those of a worker that died come up again when its lease is over."""
    due = Envelope.objects.filter(state=EnvelopeState.KEPT, due_at__lte=now).order_by("due_at", "id")
    if not due.exists():  # asked outside a transaction: on SQLite it would shut out all writers
        return []
    with transaction.atomic():
        found = list(locked(due.select_related("channel__shop"), skip_locked=True)[:limit])
        for envelope in found:
            envelope.due_at, envelope.leased_by, envelope.tries = now + rules.ENVELOPE_LEASE, worker, envelope.tries + 1
        Envelope.objects.bulk_update(found, ["due_at", "leased_by", "tries"])
    return found


class AlreadyDone(Exception):
    """Another worker finished one of these envelopes first; the transaction is to be rolled back."""


def is_done(envelope: Envelope) -> bool:
    """Tell whether an envelope has been dealt with by now, by whomever."""
    return not Envelope.objects.filter(pk=envelope.pk, state=EnvelopeState.KEPT).exists()


def finish_envelopes(*, envelopes: Sequence[Envelope], outcome: Outcome) -> None:
    """Mark envelopes as understood, in the transaction that stored what they say."""
    places = ", ".join(["%s"] * len(envelopes))
    finish = f"UPDATE channels_envelope SET state = %s, outcome = %s, reason = '' WHERE state = %s AND id IN ({places})"  # noqa: S608
    with connection.cursor() as cursor:  # written out: every message comes through here
        cursor.execute(finish, [EnvelopeState.DONE, outcome, EnvelopeState.KEPT, *(one.pk for one in envelopes)])
        if cursor.rowcount != len(envelopes):
            raise AlreadyDone
    for envelope in envelopes:
        envelope.state, envelope.outcome = EnvelopeState.DONE, outcome


@transaction.atomic
def quarantine(*, envelope: Envelope, reason: str, now: datetime) -> None:
    """Set an envelope aside with its reason; the rest goes on, an admin is told and can run it again."""
    changed = Envelope.objects.filter(pk=envelope.pk, state=EnvelopeState.KEPT).update(
        state=EnvelopeState.QUARANTINED, outcome=Outcome.QUARANTINED, reason=reason[:300]
    )
    if changed:
        envelope.state, envelope.outcome, envelope.reason = EnvelopeState.QUARANTINED, Outcome.QUARANTINED, reason[:300]
        _announce("channel.envelope.quarantined", envelope, SYSTEM, now)


@transaction.atomic
def release(*, envelope: Envelope, actor: Actor, now: datetime) -> bool:
    """Put a quarantined envelope back to be understood again; False when it was not in quarantine."""
    wake.notify(wake.Topic.WORK)
    changed = Envelope.objects.filter(pk=envelope.pk, state=EnvelopeState.QUARANTINED).update(
        state=EnvelopeState.KEPT, outcome="", due_at=now, tries=0, leased_by=""
    )
    if changed:
        _announce("channel.envelope.released", envelope, actor, now)
    return bool(changed)


@transaction.atomic
def discard(*, envelope: Envelope, actor: Actor, now: datetime) -> bool:
    """Decide that a quarantined envelope is worth nothing; its bytes stay, it leaves the page."""
    quarantined = Envelope.objects.filter(pk=envelope.pk, state=EnvelopeState.QUARANTINED)
    changed = quarantined.update(state=EnvelopeState.DISCARDED)
    if changed:
        _announce("channel.envelope.discarded", envelope, actor, now)
    return bool(changed)


def _announce(name: str, envelope: Envelope, actor: Actor, now: datetime) -> None:
    about = [Subject(SubjectKind.ENVELOPE, envelope.pk), Subject(SubjectKind.CHANNEL, envelope.channel_id)]
    facts = {"envelope": envelope.pk}
    record(name=name, at=now, actor=actor, about=about, shop_id=envelope.channel.shop_id, facts=facts)
