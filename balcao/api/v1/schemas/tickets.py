"""Tickets as programs see them."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from balcao.api.v1.paging import Paged
from balcao.api.v1.words import Id, Input, Language, Line, Moment, StrictId, StrictNumber, Word
from balcao.tickets.models import Ticket, TicketMerge, TicketSplit, Topic
from balcao.tickets.queries.walking import Order
from balcao.tickets.types import Kind, Priority, Status


class CustomerName(Schema):
    """Whose matter it is."""

    id: int
    name: str
    identity_id: int = Field(description="The address that the matter came from.")


class TicketOut(Schema):
    """One matter of one customer."""

    id: int
    number: int = Field(description="What people call it, and what addresses here name it by.", examples=[48213])
    shop_id: int
    subject: str = Field(examples=["Prato quebrado"])
    status: Status
    priority: Priority
    kind: Kind | None = Field(description="What it takes; null: not said yet.")
    topic_id: int | None = Field(description="Why the customer wrote; see `/topics`.")
    language: str = Field(description="BCP 47, empty if unknown.", examples=["pt-BR"])
    customer: CustomerName
    assignee_id: int | None
    team_id: int | None
    tags: list[str] = Field(examples=[["troca"]])
    channel_kinds: list[str] = Field(examples=[["mail"]])
    opened_at: datetime
    changed_at: datetime = Field(description="The last message or note; what lists are sorted by.")
    customer_wrote_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    remind_at: datetime | None = Field(description="A waiting ticket is open again then.")
    snoozed_until: datetime | None
    last_words: str
    last_direction: Literal["in", "out"]
    last_author: str
    message_count: int
    has_failed_send: bool
    due_at: datetime | None = Field(description="The next promise; null: none runs.")
    due_kind: str = Field(description="What is due then: `first_response`, `resolution`, `stage` ..., or empty.")
    paused_for: str = Field(description="Whom its promises wait for: `waiting_customer` ..., or empty.")
    breached_at: datetime | None = Field(description="When the promise that is due was due, if that is over.")
    is_at_risk: bool = Field(description="By the forecast it will be late, although nothing is yet.")
    merged_into: int | None = Field(description="The number of the ticket that holds it now.")
    linked_to: int | None = Field(description="The number of the earlier ticket it points at.")
    link_reason: str = Field(description="Why it does: `possible_reply`, `after_close`, `split`, or empty.")


_COPIED = (
    "id",
    "number",
    "shop_id",
    "subject",
    "status",
    "priority",
    "language",
    "assignee_id",
    "team_id",
    "channel_kinds",
    "opened_at",
    "changed_at",
    "customer_wrote_at",
    "solved_at",
    "closed_at",
    "remind_at",
    "snoozed_until",
    "last_words",
    "last_direction",
    "last_author",
    "message_count",
    "has_failed_send",
    "topic_id",
    "due_at",
    "due_kind",
    "paused_for",
    "breached_at",
    "is_at_risk",
    "link_reason",
)


def ticket_out(ticket: Ticket) -> TicketOut:
    """Return a ticket whose people are loaded."""
    identity = ticket.identity
    return TicketOut(
        **{name: getattr(ticket, name) for name in _COPIED},
        kind=Kind(ticket.kind) if ticket.kind else None,
        customer=CustomerName(id=identity.customer_id, name=identity.shown_name, identity_id=identity.pk),
        tags=[tag.name for tag in ticket.tags.all()],
        merged_into=ticket.merged_into.number if ticket.merged_into else None,
        linked_to=ticket.linked_to.number if ticket.linked_to else None,
    )


class TicketPage(Schema):
    """One page of tickets."""

    rows: list[TicketOut]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null: this was the last.")


class TicketQuery(Paged):
    """Which tickets to list. Everything given must hold."""

    q: Annotated[Line, Field(description="A typed search, as on the desk; goes with no other filter.")] = ""
    status: list[Status] = Field([], description="Any of these.")
    priority: list[Priority] = Field([], description="Any of these.")
    kind: list[Kind] = Field([], description="Any of these.")
    topic_id: Annotated[Id | None, Field(description="This topic, or any below it.")] = None
    shop_id: Id | None = None
    assignee_id: Id | None = None
    unassigned: bool = False
    team_id: Id | None = None
    customer_id: Id | None = None
    tag: Word = ""
    changed_from: Moment | None = None
    changed_before: Moment | None = None
    due_before: Moment | None = None
    is_breached: bool | None = None
    is_at_risk: bool | None = None
    is_paused: bool | None = None
    order: Order = Field(
        Order.NEWEST, description="By the last change, or by the next promise; what has none stands behind."
    )


class TicketPatch(Input):
    """What changes; what is left out stays. All of it is done, or nothing."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"status": "waiting", "remind_at": "2027-01-15T09:00:00Z", "tags": ["troca"]}}
    )

    status: Status = Field(Status.OPEN, description="Spam and trash hide a ticket; any other status restores it.")
    remind_at: Moment | None = Field(None, description="With `status` waiting: when it is open again.")
    assignee_id: StrictId | None = None
    team_id: StrictId | None = None
    priority: Priority = Priority.NORMAL
    kind: Kind | None = Field(None, description="What it takes; null leaves it to its topic.")
    topic_id: StrictId | None = Field(None, description="Why the customer wrote; a topic says the kind, too.")
    tags: list[Word] = Field([], max_length=50, description="Names of existing tags; they replace those it has.")
    subject: Line = Field("", description="For the shop's eyes; customers keep reading their own.")
    language: Language = ""
    snoozed_until: Moment | None = Field(None, description="Out of sight until then; null brings it back.")


class TopicOut(Schema):
    """A reason why customers write, in a tree."""

    id: int
    key: str = Field(examples=["damaged-in-transport"])
    parent_id: int | None
    shop_id: int | None = Field(description="Null: offered in every shop.")
    names: dict[str, str] = Field(examples=[{"en": "Arrived damaged", "pt-BR": "Chegou avariado"}])
    kind: Kind
    blueprint: str = Field(description="Key of the process that it starts, or empty.")
    deed: str = Field(description="The order action that it asks for, or empty.", examples=["change_address"])
    place: int = Field(description="Its place among those below the same topic.")
    is_active: bool = Field(description="Whether tickets may still be given it.")


class TopicPage(Schema):
    """One page of topics."""

    rows: list[TopicOut]
    next_cursor: str | None


def topic_out(row: Topic) -> TopicOut:
    """Return a topic."""
    return TopicOut(**{name: getattr(row, name) for name in TopicOut.model_fields})


class MergeInput(Input):
    """Where a ticket goes."""

    into: StrictNumber = Field(examples=[48213])


class MergeOut(Schema):
    """A merge of two tickets, as long as it stands."""

    id: int
    source: int = Field(description="Number of the ticket that went into the other.")
    target: int = Field(description="Number of the ticket that holds both.")
    at: datetime
    undone_at: datetime | None


class SplitInput(Input):
    """Which messages leave a ticket for one of their own."""

    message_ids: list[StrictId] = Field(min_length=1, max_length=500)
    subject: Line = ""


class SplitOut(MergeOut):
    """A split: `target` is the new ticket's number."""


def merge_out(row: TicketMerge) -> MergeOut:
    """Return a merge whose tickets are loaded."""
    source, target = row.source.number, row.target.number
    return MergeOut(id=row.pk, source=source, target=target, at=row.at, undone_at=row.undone_at)


def split_out(row: TicketSplit) -> SplitOut:
    """Return a split whose tickets are loaded."""
    source, target = row.source.number, row.target.number
    return SplitOut(id=row.pk, source=source, target=target, at=row.at, undone_at=row.undone_at)
