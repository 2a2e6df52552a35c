"""What agents write on a customer's card."""

from datetime import datetime

from django.db import transaction

from balcao.customers import queries, rules
from balcao.customers.actions.journal import about, by
from balcao.customers.models import Customer, CustomerNote, Identity
from balcao.journal.actions import record
from balcao.kit.redact import redact_cards
from balcao.staff.models import Agent

_FIELDS = {"name": 200, "language": 10, "time_zone": 60, "city": 120, "salutation": 40}  # and how long each may be


@transaction.atomic
def add_note(*, identity: Identity, agent: Agent, text: str, now: datetime, is_pinned: bool = False) -> CustomerNote:
    """Write a remark about a person, kept with the identity that it is about."""
    note = CustomerNote.objects.create(
        identity=identity, agent=agent, text=redact_cards(text), is_pinned=is_pinned, at=now
    )
    _tell("customer.note.added", note, agent=agent, now=now)
    return note


@transaction.atomic
def pin_note(*, note: CustomerNote, is_pinned: bool, agent: Agent, now: datetime) -> CustomerNote:
    """Pin a remark to the top of the card, or let it go."""
    note.is_pinned = is_pinned
    note.save(update_fields=["is_pinned"])
    _tell("customer.note.pinned" if is_pinned else "customer.note.unpinned", note, agent=agent, now=now)
    return note


def _tell(name: str, note: CustomerNote, *, agent: Agent, now: datetime) -> None:
    customer_id = Identity.objects.values_list("customer_id", flat=True).get(pk=note.identity_id)
    record(
        name=name,
        at=now,
        actor=by(agent),
        about=about(customer_id),
        facts={"note": note.pk, "identity": note.identity_id},
    )


@transaction.atomic
def edit(
    *,
    customer: Customer,
    agent: Agent,
    now: datetime,
    name: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
    city: str | None = None,
    salutation: str | None = None,
) -> Customer:
    """Change what the card says; what is not given, or shown like that already, stays.

    It is written on the customer that stands for the card, and never copies what shines through from an absorbed one.
    """
    card = queries.card(customer.pk)
    values = zip(_FIELDS, (name, language, time_zone, city, salutation), strict=True)
    given = {field: rules.clean_text(value) for field, value in values if value is not None}
    after = {field: value for field, value in given.items() if getattr(card, field) != value}
    if not after:
        return card.customer
    customer = card.customer
    before = {field: getattr(customer, field) for field in after}
    for field, value in after.items():
        setattr(customer, field, value[: _FIELDS[field]])
    customer.name_key, customer.surname_key = rules.name_keys(customer.name)
    customer.save(update_fields=[*after, "name_key", "surname_key"])
    record(
        name="customer.edited",
        at=now,
        actor=by(agent),
        about=about(customer.pk),
        facts={"fields": sorted(before)},
        personal={"before": before, "after": after},
    )
    return customer
