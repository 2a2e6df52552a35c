"""The customer's card, as it is and as a merge would make it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from balcao.customers.models import Customer, CustomerNote, Identity, Link
from balcao.customers.queries.components import MEMBERS, component, hindrance, links_among, members
from balcao.customers.types import Refused
from balcao.kit.prepared import Prepared

_FIELDS = ("name", "language", "time_zone", "city", "salutation")


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of one person. What the customer kept leaves blank comes from those merged into it."""

    customer: Customer
    identities: tuple[Identity, ...]
    notes: tuple[CustomerNote, ...]  # pinned first, then newest first
    name: str
    language: str
    time_zone: str
    city: str
    salutation: str
    ticket_count: int
    last_contact_at: datetime | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field on which two customers differ; the merged card shows `kept`, the other stays with its own row."""

    field: str
    kept: str
    absorbed: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would make, what differs, and why it may not be done."""

    card: Card
    conflicts: tuple[Conflict, ...]
    refused: Refused | None


def identities_of(customer_id: int) -> list[Identity]:
    """Return a customer's identities, oldest first; an absorbed customer's are those of the one it went into."""
    return MEMBERS(customer_id)


def active_links(customer: Customer) -> list[Link]:
    """Return the links that hold a customer together, oldest first, each with its two ends and its agent."""
    ids = members(customer.pk).values_list("pk", flat=True)
    return list(links_among(list(ids)).select_related("identity_a", "identity_b", "agent"))


def card(customer_id: int) -> Card:
    """Return a customer's card in two queries, also by the id of one that was absorbed; `Customer.DoesNotExist`."""
    identities = tuple(MEMBERS(customer_id))
    if not identities:
        raise Customer.DoesNotExist
    return _card(identities, _notes(identities), kept_id=identities[0].customer_id)


def _notes(identities: Iterable[Identity]) -> list[CustomerNote]:
    return _NOTES([identity.pk for identity in identities])


_NOTES = Prepared(
    lambda identities: (
        CustomerNote.objects.filter(identity__in=identities)
        .select_related("agent")
        .order_by("-is_pinned", "-at", "-id")
    )
)


def _card(identities: Sequence[Identity], notes: Iterable[CustomerNote], *, kept_id: int) -> Card:
    homes = [identity.home for identity in sorted(identities, key=lambda one: (one.home_id != kept_id, one.pk))]
    contacts = [identity.last_contact_at for identity in identities if identity.last_contact_at]
    said = {field: next((value for home in homes if (value := getattr(home, field))), "") for field in _FIELDS}
    name = said.pop("name") or next((one.name for one in identities if one.name), "") or identities[0].value
    return Card(
        customer=homes[0],
        identities=tuple(identities),
        notes=tuple(notes),
        name=name,
        **said,
        ticket_count=sum(identity.ticket_count for identity in identities),
        last_contact_at=max(contacts, default=None),
    )


def merge_preview(kept: Customer, absorbed: Customer, *, now: datetime) -> Preview:
    """Return what merging two customers would make, without doing it."""
    one, other = component(kept), component(absorbed)
    together = sorted(
        {each.pk: each for each in (*one.identities, *other.identities)}.values(), key=lambda each: each.pk
    )
    merged = _card(together, _notes(together), kept_id=one.customer_id)
    mine, theirs = one.representative.home, other.representative.home
    conflicts = [
        Conflict(field, ours, other_says)
        for field in _FIELDS
        if (ours := getattr(mine, field)) and (other_says := getattr(theirs, field)) and ours != other_says
    ]
    return Preview(merged, tuple(conflicts), hindrance(one, other, now=now))


def cards_of(customer_ids: Sequence[int]) -> list[Card]:
    """Return the cards of several customers in this order, without their notes, in one query."""
    rows = Identity.objects.filter(customer__in=customer_ids).select_related("home").order_by("id")
    groups: dict[int, list[Identity]] = {}
    for row in rows:
        groups.setdefault(row.customer_id, []).append(row)
    return [_card(groups[pk], (), kept_id=pk) for pk in customer_ids if pk in groups]
