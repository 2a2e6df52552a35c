"""Journal entries as programs see them."""

from typing import Any

from ninja import Field, Schema


class ActorOut(Schema):
    """Who did it."""

    kind: str = Field(examples=["agent"])
    id: int


class EntryOut(Schema):
    """One fact that happened, past tense."""

    type: str = Field("entry")
    position: int
    name: str = Field(examples=["ticket.message.received"])
    at: str
    ticket: int | None = Field(description="Id of the first ticket it is about.")
    about: dict[str, list[int]] = Field(description="Ids of all it is about, by kind.", examples=[{"ticket": [17]}])
    shop: int = Field(description="0: of no single shop.")
    actor: ActorOut
    facts: dict[str, Any]


class JournalPage(Schema):
    """What came after a position."""

    position: int = Field(description="Give it as `after` next time.")
    messages: list[EntryOut]
    refetch: bool = Field(description="Always false here; `/live/journal` says true when too much was missed to tell.")
