"""Customers as programs see them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from balcao.api.v1.paging import Paged
from balcao.api.v1.words import Input, Language, Line, StrictId, Word
from balcao.customers.models import CustomerNote, Identity, Link
from balcao.customers.queries import Card


class IdentityOut(Schema):
    """One address of a customer on one kind of channel."""

    id: int
    kind: str = Field(examples=["email"])
    value: str = Field(examples=["ana@example.com"])
    name: str
    proven_at: datetime | None = Field(description="When the customer last showed control of it.")
    undeliverable_at: datetime | None
    last_contact_at: datetime | None


class CustomerOut(Schema):
    """The person who buys, one across all channels and shops."""

    id: int
    name: str = Field(examples=["Ana Souza"])
    salutation: str
    language: str
    time_zone: str
    city: str
    identities: list[IdentityOut]
    ticket_count: int
    last_contact_at: datetime | None
    created_at: datetime


class CustomerPage(Schema):
    """One page of customers."""

    rows: list[CustomerOut]
    next_cursor: str | None


class CustomerQuery(Paged):
    """Which customers to list."""

    q: Annotated[Line, Field(description="The beginning of a name, surname, address or phone number.")] = ""


class LinkOut(Schema):
    """Why two identities are one customer. Undoing it parts them again."""

    id: int
    kept_identity_id: int
    absorbed_identity_id: int
    rule: str = Field(examples=["agent_merged"])
    agent_id: int | None
    at: datetime
    revoked_at: datetime | None


class CustomerNoteOut(Schema):
    """A remark about a person."""

    id: int
    identity_id: int
    agent_id: int | None
    text: str
    is_pinned: bool
    at: datetime


class CustomerWhole(CustomerOut):
    """A customer with what was noted and merged."""

    notes: list[CustomerNoteOut]
    links: list[LinkOut]


class CustomerPatch(Input):
    """What changes on the card; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Ana Souza", "city": "Belo Horizonte"}})

    name: Line = ""
    salutation: Word = ""
    language: Language = ""
    time_zone: Word = ""
    city: Word = ""


class IdentityInput(Input):
    """Another address of the same person."""

    model_config = ConfigDict(json_schema_extra={"example": {"kind": "phone", "value": "+55 31 5555-0199"}})

    kind: Literal["email", "phone"]
    value: Line


class CustomerMergeInput(Input):
    """Who is the same person."""

    absorbed_id: StrictId = Field(description="The customer that goes into the one of the address.")
    is_checked: bool = Field(
        False, strict=True, description="A supervisor looked: merge although the guard stopped it (too many addresses)."
    )


class MergeUndone(Schema):
    """What undoing a merge left."""

    link: LinkOut
    still_joined_by: list[LinkOut] = Field(description="Other links that still make the two one customer.")


def identity_out(row: Identity) -> IdentityOut:
    """Return an identity."""
    return IdentityOut(**{name: getattr(row, name) for name in IdentityOut.model_fields})


def customer_out(card: Card) -> CustomerOut:
    """Return a card as it is listed."""
    return CustomerOut(**_facts(card))


def customer_whole(card: Card, links: list[Link]) -> CustomerWhole:
    """Return a card whole."""
    return CustomerWhole(
        **_facts(card), notes=[_note(row) for row in card.notes], links=[link_out(row) for row in links]
    )


_COPIED = ("name", "salutation", "language", "time_zone", "city", "ticket_count", "last_contact_at")


def _facts(card: Card) -> dict[str, Any]:
    return {
        **{name: getattr(card, name) for name in _COPIED},
        "id": card.customer.pk,
        "created_at": card.customer.created_at,
        "identities": [identity_out(row) for row in card.identities],
    }


def _note(row: CustomerNote) -> CustomerNoteOut:
    return CustomerNoteOut(**{name: getattr(row, name) for name in CustomerNoteOut.model_fields})


def link_out(row: Link) -> LinkOut:
    """Return a link."""
    return LinkOut(
        id=row.pk,
        kept_identity_id=row.identity_a_id,
        absorbed_identity_id=row.identity_b_id,
        rule=row.rule,
        agent_id=row.agent_id,
        at=row.at,
        revoked_at=row.revoked_at,
    )
