"""Conversations, messages and notes as programs see them."""

from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from ninja import Field, Schema
from pydantic import ConfigDict, model_validator

from balcao.api.v1.schemas.files import AttachmentOut, attachment_out
from balcao.api.v1.words import Input, Language, Line, Moment, StrictId, StrictNumber, Text
from balcao.ports.channel import IdentityKind, Party
from balcao.tickets.models import Conversation, Message, Note
from balcao.tickets.types import Direction, MessageKind, ParticipantRole, Source


class PartyInput(Input):
    """One address at the other end."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"kind": "email", "value": "ana@example.com", "name": "Ana Souza"}}
    )

    kind: Literal["email", "phone", "walk_in"] = "email"
    value: Line = Field("", description="The address; may be empty for somebody at the counter.")
    name: Line = ""

    @model_validator(mode="after")
    def check(self) -> "PartyInput":
        """Refuse what cannot be written to."""
        if self.kind == "email":
            try:
                validate_email(self.value)
            except ValidationError as error:
                raise ValueError("This is no e-mail address.") from error
        elif self.kind == "phone" and not any(c.isdigit() for c in self.value):
            raise ValueError("This is no phone number.")
        return self

    def party(self) -> Party:
        """Return it as the actions take it."""
        return Party(IdentityKind(self.kind), self.value.strip(), self.name.strip())


class ParticipantOut(Schema):
    """Somebody who takes part in a conversation."""

    identity_id: int
    kind: str
    value: str
    name: str
    role: ParticipantRole


class ConversationOut(Schema):
    """One thread on one channel inside a ticket."""

    id: int
    ticket: int = Field(description="The number of the ticket that shows it.")
    channel_id: int
    channel_kind: str = Field(examples=["mail"])
    customer_id: int
    subject: str
    created_at: datetime
    participants: list[ParticipantOut]


class ConversationList(Schema):
    """The conversations of a ticket, the newest first."""

    rows: list[ConversationOut]


class DispatchOut(Schema):
    """How far a message of ours has come."""

    state: Literal["queued", "sending", "handing_over", "sent", "failed", "uncertain", "recalled"]
    due_at: datetime
    tries: int
    error: str


class MessageOut(Schema):
    """What customer or shop said."""

    id: int
    ticket: int = Field(description="The ticket's number.")
    conversation_id: int
    channel_id: int
    direction: Direction
    kind: MessageKind
    identity_id: int | None = Field(description="Who wrote, if it came in.")
    agent_id: int | None = Field(description="Who wrote, if it went out or was written down.")
    author: str
    at: datetime
    sent_at: datetime | None
    text: str = Field(description="The new words, without quotes and signature.", examples=["Chegou em pedaços."])
    language: str
    has_more: bool = Field(description="The whole letter says more: see `full_text` of the single message.")
    is_stranger: bool = Field(description="Written by somebody who has no part in the conversation.")
    is_recalled: bool
    dispatch: DispatchOut | None
    attachments: list[AttachmentOut]


class LetterOut(MessageOut):
    """A message whole."""

    subject: str
    full_text: str
    html: str = Field(description="As it came in, not made safe: never show it without sanitising it.")


class MessagePage(Schema):
    """Messages, oldest first."""

    rows: list[MessageOut]
    next_cursor: str | None


class MessageInput(Input):
    """An answer of the shop."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "Sentimos muito! Um novo prato sai hoje.", "then": "solved"}}
    )

    text: Text
    to: list[PartyInput] = Field([], max_length=50, description="Empty: to whoever the conversation is with.")
    cc: list[PartyInput] = Field([], max_length=50)
    subject: Line = ""
    attachment_ids: list[StrictId] = Field([], max_length=50, description="Your own uploads to this ticket.")
    then: Literal["open", "waiting", "solved"] | None = Field(None, description="The ticket's status afterwards.")
    remind_at: Moment | None = Field(None, description="If it is waiting afterwards: when it is open again.")
    seen_message_id: StrictId | None = Field(None, description="Refuse if something newer came in meanwhile.")
    undo_seconds: int = Field(10, strict=True, ge=0, le=60, description="How long it can be recalled before it leaves.")


class FirstMessageInput(Input):
    """A ticket that begins with the shop's own message."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "channel_id": 1,
                "to": [{"kind": "email", "value": "elif@example.com", "name": "Elif Kaya"}],
                "subject": "Siparişiniz",
                "text": "Merhaba Elif Hanım, siparişiniz yarın yola çıkıyor.",
                "language": "tr",
            }
        }
    )

    channel_id: StrictId
    to: list[PartyInput] = Field(min_length=1, max_length=50)
    cc: list[PartyInput] = Field([], max_length=50)
    subject: Line = ""
    text: Text
    language: Language = ""
    then: Literal["open", "waiting", "solved"] = "waiting"
    remind_at: Moment | None = None


class ContactInput(Input):
    """A contact that came outside of our channels, written down."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "channel_id": 1,
                "party": {"kind": "phone", "value": "+55 31 5555-0199", "name": "Dona Célia"},
                "text": "Ligou: onde está o pedido?",
            }
        }
    )

    channel_id: StrictId = Field(description="Any channel of the shop; later answers travel on it.")
    party: PartyInput
    text: Text
    subject: Line = ""
    language: Language = ""
    ticket: StrictNumber | None = Field(None, description="An existing ticket's number; else a new one is opened.")
    source: Source | None = Field(
        None, description="How it came; none: by phone or in person. A new ticket from a complaint body is a complaint."
    )


class NoteOut(Schema):
    """A remark that no customer sees."""

    id: int
    ticket: int
    agent_id: int | None
    at: datetime
    text: str
    mention_ids: list[int]
    attachments: list[AttachmentOut]


class NotePage(Schema):
    """Notes, oldest first."""

    rows: list[NoteOut]
    next_cursor: str | None


class NoteInput(Input):
    """A remark that no customer sees."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "Fornecedor confirma troca até sexta."}})

    text: Text
    mention_ids: list[StrictId] = Field([], max_length=50, description="Agents to be told; those of the shop are.")
    attachment_ids: list[StrictId] = Field([], max_length=50, description="Your own uploads to this ticket.")


def conversation_out(row: Conversation) -> ConversationOut:
    """Return a conversation whose people are loaded."""
    return ConversationOut(
        id=row.pk,
        ticket=row.ticket.number,
        channel_id=row.channel_id,
        channel_kind=row.channel.kind,
        customer_id=row.identity.customer_id,
        subject=row.subject,
        created_at=row.created_at,
        participants=[
            ParticipantOut(
                identity_id=each.identity_id,
                kind=each.identity.kind,
                value=each.identity.value,
                name=each.identity.name,
                role=ParticipantRole(each.role),
            )
            for each in row.participants.all()
        ],
    )


def message_out(row: Message) -> MessageOut:
    """Return a message whose people, dispatch and files are loaded."""
    return MessageOut(**_facts(row))


def letter_out(row: Message) -> LetterOut:
    """Return a message with its letter."""
    letter = getattr(row, "letter", None)
    return LetterOut(
        **_facts(row),
        subject=letter.subject if letter else "",
        full_text=letter.full_text if letter else row.text,
        html=letter.html if letter else "",
    )


_COPIED = (
    "id",
    "conversation_id",
    "channel_id",
    "direction",
    "kind",
    "identity_id",
    "agent_id",
    "at",
    "sent_at",
    "text",
    "language",
    "has_more",
    "is_stranger",
    "is_recalled",
)


def _facts(row: Message) -> dict[str, Any]:
    author = row.agent.name if row.agent else (row.identity.name or row.identity.value if row.identity else "")
    sent = row.dispatch
    dispatch = DispatchOut(state=sent.state, due_at=sent.due_at, tries=sent.tries, error=sent.error) if sent else None  # type: ignore[arg-type] # the table's own choices
    return {
        **{name: getattr(row, name) for name in _COPIED},
        "ticket": row.ticket.number,
        "author": author,
        "dispatch": dispatch,
        "attachments": [attachment_out(each) for each in row.attachments.all()],
    }


def note_out(row: Note) -> NoteOut:
    """Return a note whose people and files are loaded."""
    return NoteOut(
        id=row.pk,
        ticket=row.ticket.number,
        agent_id=row.agent_id,
        at=row.at,
        text=row.text,
        mention_ids=[agent.pk for agent in row.mentions.all()],
        attachments=[attachment_out(each) for each in row.attachments.all()],
    )
