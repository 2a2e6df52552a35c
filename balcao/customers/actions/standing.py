"""What is known of an address: proof, bounces, contacts."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce, Greatest

from balcao.customers import rules
from balcao.customers.actions.journal import about, by
from balcao.customers.actions.merging import join_by_itself
from balcao.customers.models import Identity
from balcao.customers.types import ProofSource
from balcao.journal.actions import record
from balcao.kit.db import locked
from balcao.kit.gathering import Statement, write


def count_ticket(*, identity: Identity, change: int = 1, at: datetime | None = None) -> None:
    """Count a ticket on the identity that asked, and note the contact; the ticket's own entry tells it."""
    if at:
        _count_contact(identity, change, at)
    else:
        Identity.objects.filter(pk=identity.pk).update(ticket_count=F("ticket_count") + change)
    identity.ticket_count += change
    identity.last_contact_at = max(identity.last_contact_at or at, at) if at else identity.last_contact_at


def _count_contact(identity: Identity, change: int, at: datetime) -> None:
    # Written out, for every message comes through here: the same as `_later` says.
    moment = connection.ops.adapt_datetimefield_value(at)
    write(_COUNT, [(change, moment, moment, identity.pk)])


_COUNT = Statement(
    "UPDATE customers_identity SET ticket_count = ticket_count + %s, last_contact_at = "
    "CASE WHEN last_contact_at > %s THEN last_contact_at ELSE %s END WHERE id = %s"
)


def _later(at: datetime) -> Greatest:
    """Return what never takes a last contact back to an earlier one."""
    return Greatest(
        Coalesce(F("last_contact_at"), Value(at, output_field=DateTimeField())), Value(at, output_field=DateTimeField())
    )


def touch(*, identity: Identity, at: datetime) -> None:
    """Note the last contact."""
    Identity.objects.filter(pk=identity.pk).update(last_contact_at=_later(at))
    identity.last_contact_at = max(identity.last_contact_at or at, at)


@transaction.atomic
def mark_bounce(*, identity: Identity, permanent: bool, now: datetime) -> bool:
    """Note a failed delivery; return whether the address now counts as undeliverable.

    The third temporary failure within seven days counts as a permanent one.
    """
    identity = locked(Identity.objects.filter(pk=identity.pk)).get()
    count, since = rules.soft_bounces(count=identity.soft_bounces, first_at=identity.soft_bounced_at, now=now)
    if not permanent:
        identity.soft_bounces, identity.soft_bounced_at = count, since
    is_dead = permanent or count >= rules.SOFT_BOUNCES
    is_news = is_dead and identity.undeliverable_at is None
    if is_news:
        identity.undeliverable_at = now
    identity.save(update_fields=["soft_bounces", "soft_bounced_at", "undeliverable_at"])
    if is_news:
        record(
            name="customer.identity.undeliverable",
            at=now,
            actor=by(None),
            about=about(identity.customer_id),
            facts={"identity": identity.pk, "permanent": permanent},
        )
    return identity.undeliverable_at is not None


@transaction.atomic
def mark_proven(*, identity: Identity, source: ProofSource, now: datetime) -> Identity:
    """Note that the customer showed control of an address; what is the same strong key joins."""
    was_proven = rules.is_proven(identity.kind, identity.proven_at, now=now)
    identity.proven_at, identity.proven_by = now, source
    identity.save(update_fields=["proven_at", "proven_by"])
    record(
        name="customer.identity.proven",
        at=now,
        actor=by(None),
        about=about(identity.customer_id),
        facts={"identity": identity.pk, "by": source},
    )
    if not was_proven:
        join_by_itself(identity=identity, now=now)
    return identity
