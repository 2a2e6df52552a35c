"""Who answers: machines, where a shop counts their words, and agents who were told that something is late."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from balcao.deadlines.models import Escalation
from balcao.deadlines.rules.histories import last_said
from balcao.deadlines.types import ClockKind, EventType
from balcao.journal.models import Entry
from balcao.journal.types import ActorKind
from balcao.pipeline.promises.batch import Batch
from balcao.tickets.models import Message

Answers = Mapping[int, tuple[datetime, int]]  # by ticket: when an agent did something there last, and who


def answer_by_machine(batch: Batch, entry: Entry, *, key: str) -> bool:
    """Count what no person wrote as a first answer where the shop does; never a confirmation that something came."""
    counting = [
        clock for clock in batch.open(entry.facts["ticket"], ClockKind.FIRST_RESPONSE) if last_said(clock.events, "bot")
    ]
    if not counting or _is_confirmation(entry.facts["message"]):
        return False
    return all(batch.happen(clock, EventType.FULFIL, entry.at, key=key) for clock in counting)


def _is_confirmation(message_id: int) -> bool:
    sent = Message.objects.filter(pk=message_id).values_list("dispatch__outbound__automatic", flat=True).first()
    return sent is not False


def answered_by(entries: Iterable[Entry]) -> Answers:
    """Return what agents did on tickets on which somebody was asked to do something."""
    acts = {
        entry.facts["ticket"]: (entry.at, entry.actor_id)
        for entry in entries
        if entry.actor_kind == ActorKind.AGENT and isinstance(entry.facts.get("ticket"), int)
    }
    if not acts:
        return {}
    asked = Escalation.objects.filter(clock__ticket_id__in=acts, answered_at__isnull=True)
    return {ticket: acts[ticket] for ticket in asked.values_list("clock__ticket_id", flat=True).distinct()}


def settle(batch: Batch, answers: Answers) -> None:
    """Let escalations be answered by whoever did something about the ticket since."""
    if not answers:
        return
    rows = Escalation.objects.filter(clock__ticket_id__in=answers, answered_at__isnull=True).select_related("clock")
    asked = [row for row in rows if row.at <= answers[row.clock.ticket_id][0]]
    for row in asked:
        row.answered_at, row.answered_by_id = answers[row.clock.ticket_id]
    Escalation.objects.bulk_update(asked, ["answered_at", "answered_by"])
    settled = {row.clock_id for row in asked}
    for clock in batch.hand.clocks:
        if clock.pk in settled:
            batch.hand.touch(clock)  # nobody waits for an answer any more: the timer is another
