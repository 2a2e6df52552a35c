"""Where a message goes: every rule by itself, and all of them under random candidates."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.ports.channel import Proof
from balcao.tickets.rules import Candidate, Place, after_customer_message, place, queue_of, tally_keys
from balcao.tickets.types import LinkReason, Queue, Status

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def candidate(number: int = 1, *, status: str = "open", days_closed: int | None = None, **facts: bool) -> Candidate:
    closed_at = NOW - DAY * days_closed if days_closed is not None else None
    return Candidate(number, status, closed_at, facts.get("mine", True), by_token=facts.get("token", False))


@pytest.mark.parametrize(
    "found, proof, expected",
    [
        ([], Proof.CLAIMED, Place()),
        ([candidate()], Proof.CLAIMED, Place(conversation_id=1)),
        ([candidate()], Proof.PROVEN, Place(conversation_id=1)),
        ([candidate()], Proof.FAILED, Place(linked_conversation_id=1, reason=LinkReason.POSSIBLE_REPLY)),
        ([candidate(mine=False)], Proof.PROVEN, Place(linked_conversation_id=1, reason=LinkReason.POSSIBLE_REPLY)),
        ([candidate(mine=False, token=True)], Proof.CLAIMED, Place(conversation_id=1, is_stranger=True)),
        ([candidate(token=True)], Proof.FAILED, Place(conversation_id=1, is_stranger=True)),
        ([candidate(token=True)], Proof.CLAIMED, Place(conversation_id=1)),
        ([candidate(1), candidate(2)], Proof.CLAIMED, Place(conversation_id=1)),
        ([candidate(status="closed", days_closed=30)], Proof.CLAIMED, Place(conversation_id=1)),
        (
            [candidate(status="closed", days_closed=31)],
            Proof.CLAIMED,
            Place(linked_conversation_id=1, reason=LinkReason.AFTER_CLOSE),
        ),
        ([candidate(status="trash")], Proof.CLAIMED, Place(linked_conversation_id=1, reason=LinkReason.AFTER_CLOSE)),
        ([candidate(status="spam")], Proof.CLAIMED, Place(conversation_id=1)),
    ],
)
def test_place(found: list[Candidate], proof: Proof, expected: Place) -> None:
    assert place(found, proof=proof, at=NOW) == expected


candidates = st.builds(
    Candidate,
    conversation_id=st.integers(1, 9),
    ticket_status=st.sampled_from([str(status) for status in Status]),
    closed_at=st.none() | st.integers(0, 90).map(lambda days: NOW - DAY * days),
    is_participant=st.booleans(),
    by_token=st.booleans(),
)


@given(found=st.lists(candidates, max_size=4), proof=st.sampled_from(list(Proof)))
def test_nobody_gets_into_a_conversation_without_a_part_in_it_or_its_signed_address(
    found: list[Candidate], proof: Proof
) -> None:
    where = place(found, proof=proof, at=NOW)

    assert where.conversation_id is None or where.linked_conversation_id is None
    if where.conversation_id is not None:
        chosen = found[0]
        assert chosen.conversation_id == where.conversation_id
        assert chosen.by_token or (chosen.is_participant and proof != Proof.FAILED)
        assert where.is_stranger == (not chosen.is_participant or proof == Proof.FAILED)


@pytest.mark.parametrize(
    "status, snoozed, queue",
    [
        ("new", False, Queue.OURS),
        ("open", True, Queue.SNOOZED),
        ("waiting", True, Queue.SNOOZED),
        ("solved", True, Queue.SOLVED),
        ("spam", True, Queue.SPAM),
    ],
)
def test_queue_of(status: str, *, snoozed: bool, queue: Queue) -> None:
    assert queue_of(status, snoozed=snoozed) == queue


@given(status=st.sampled_from(list(Status)))
def test_a_message_never_hides_a_ticket_and_never_reveals_spam(status: Status) -> None:
    after = after_customer_message(status)
    assert (after in (Status.SPAM, Status.TRASH)) == (status in (Status.SPAM, Status.TRASH))
    if status in (Status.WAITING, Status.SOLVED, Status.CLOSED):
        assert after == Status.OPEN


@given(
    queue=st.sampled_from(list(Queue)),
    assignee_id=st.none() | st.integers(1, 3),
    team_id=st.none() | st.integers(1, 3),
)
def test_each_of_our_tickets_is_counted_once_as_owned_or_unowned(
    queue: Queue, assignee_id: int | None, team_id: int | None
) -> None:
    keys = tally_keys(queue=queue, assignee_id=assignee_id, team_id=team_id)
    owned = [key for key in keys if key == "unassigned" or key.startswith("agent:")]
    assert len(owned) == (1 if queue == Queue.OURS else 0)
