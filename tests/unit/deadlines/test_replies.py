"""Who waits for whom, and since when."""

from datetime import UTC, datetime

import pytest

from balcao.deadlines.rules.replies import Said, Sender, first_reply, next_replies


def at(minute: int) -> datetime:
    return datetime(2026, 8, 3, 10, minute, tzinfo=UTC)


def talk(text: str) -> list[Said]:
    """Read "c0 a5": the customer at 10:00, an agent at 10:05."""
    senders = {"c": Sender.CUSTOMER, "a": Sender.AGENT, "b": Sender.BOT, "o": Sender.AUTO, "n": Sender.NOTE}
    return [Said(at(int(word[1:])), senders[word[0]]) for word in text.split()]


def waits(text: str, *, counts_bot: bool = False) -> tuple[str, str]:
    """Return the first wait and the next ones, as "0-5" or "0-"."""
    said = talk(text)
    first, following = first_reply(said, counts_bot=counts_bot), next_replies(said, counts_bot=counts_bot)
    shown = [
        f"{wait.since.minute}-{wait.answered_at.minute if wait.answered_at else ''}"
        for wait in ([first] if first else []) + list(following)
    ]
    return (shown.pop(0) if first else "", " ".join(shown))


@pytest.mark.parametrize(
    "text, first, following",
    [
        ("", "", ""),
        ("a0", "", ""),
        ("c0", "0-", ""),
        ("c0 c5", "0-", ""),  # both wait for the first answer
        ("c0 c5 a9", "0-9", ""),
        ("c0 o1 n2 a9", "0-9", ""),
        ("c0 b1 a9", "0-9", ""),  # a bot's answer is none
        ("c0 a5 a6 c7 c8 a9", "0-5", "7-9"),  # since the oldest that waits
        ("c0 a5 c7 o8 n9", "0-5", "7-"),
        ("c0 a5 c5", "0-5", "5-"),  # the answer ends what was asked before it
        ("c0 a5 c7 a7", "0-5", "7-"),
        ("c0 a0", "0-0", ""),
        ("c0 a0 c0 c3", "0-0", "0-"),
        ("a0 c5 a9 c10", "", "5-9 10-"),  # the shop wrote first
        ("a9 c7 a3 c5 c0", "0-3", "5-9"),  # in whatever order they are told
    ],
)
def test_a_wait_begins_with_the_oldest_message_without_an_answer(text: str, first: str, following: str) -> None:
    assert waits(text) == (first, following)


def test_a_bot_answers_where_the_shop_says_so() -> None:
    assert waits("c0 b1 c3 b4", counts_bot=True) == ("0-1", "3-4")
