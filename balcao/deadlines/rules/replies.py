"""When the customer waits for an answer: first and next replies, told from the messages of a ticket."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Sender(StrEnum):
    """Who a message is from, as far as an answer is concerned."""

    CUSTOMER = "customer"
    AGENT = "agent"  # a person
    BOT = "bot"
    AUTO = "auto"  # out of office, read receipts
    BOUNCE = "bounce"
    NOTE = "note"  # the customer never sees it


@dataclass(frozen=True, slots=True)
class Said:
    """One message: when, and by whom."""

    at: datetime
    sender: Sender


@dataclass(frozen=True, slots=True)
class Wait:
    """A time in which the customer waited, or still does."""

    since: datetime
    answered_at: datetime | None


def first_reply(messages: Iterable[Said], *, counts_bot: bool = False) -> Wait | None:
    """Return the wait for the first answer; None where the shop wrote first, or nobody did."""
    said = _in_order(messages)
    asked = next((one.at for one in said if one.sender == Sender.CUSTOMER), None)
    answers = [one.at for one in said if _answers(one, counts_bot=counts_bot)]
    if asked is None or (answers and answers[0] < asked):
        return None
    return Wait(asked, answers[0] if answers else None)


def next_replies(messages: Iterable[Said], *, counts_bot: bool = False) -> tuple[Wait, ...]:
    """Return the waits after the first one, each since the oldest message that was not answered yet."""
    said = _in_order(messages)
    first = first_reply(said, counts_bot=counts_bot)
    if first and first.answered_at is None:
        return ()
    is_first = first is not None
    waits: list[Wait] = []
    since: datetime | None = None
    for one in said:
        if first and first.answered_at and one.at < first.answered_at:
            continue
        if is_first and first and one.at == first.since and one.sender == Sender.CUSTOMER:
            is_first = False
        elif one.sender == Sender.CUSTOMER:
            since = since or one.at
        elif since is not None and _answers(one, counts_bot=counts_bot):
            waits.append(Wait(since, one.at))
            since = None
    return (*waits, Wait(since, None)) if since else tuple(waits)


def _in_order(messages: Iterable[Said]) -> list[Said]:
    """Sort messages; an answer at the instant of a question ends what was asked before it."""
    return sorted(messages, key=lambda one: (one.at, one.sender == Sender.CUSTOMER))


def _answers(one: Said, *, counts_bot: bool) -> bool:
    return one.sender == Sender.AGENT or (counts_bot and one.sender == Sender.BOT)
