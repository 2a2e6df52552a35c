"""Answering a first message by itself, within the limits that keep two machines from talking for ever."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from balcao.kit.placeholders import fill
from balcao.tickets.actions.holding import keep_in_place
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Message, SentAnswer, Ticket
from balcao.tickets.rules.answering import ONE_DAY, QUIET, Asked, refusal
from balcao.tickets.types import Direction, TicketRefused

_HOUR = timedelta(hours=1)
_ENOUGH = 10_000  # answers of one hour that are counted


class NotAnswered(Exception):
    """An automatic answer was not written; the message says why."""


@transaction.atomic
def answer_first_message(*, message: Message, now: datetime) -> str:
    """Answer the message that opened a ticket if its channel has words for it; return why not, "" when it did."""
    keep_in_place()
    text = _words(message)
    if not text or message.identity is None:
        return "nothing to say"
    why_not = refusal(_asked(message, now=now))
    if why_not:
        return why_not
    try:
        writing = Writing(text=text, automatic=True)
        send_message(conversation=message.conversation, writing=writing, agent=None, now=now, undo=timedelta())
    except TicketRefused as refused:
        return refused.refusal
    SentAnswer.objects.create(identity=message.identity, ticket=message.ticket, at=now)
    return ""


@transaction.atomic
def answer_by_rule(*, ticket: Ticket, text: str, now: datetime) -> Message:
    """Answer a ticket's last message because a rule of the shop says so, within the limits for automatic answers.

    Raises `NotAnswered` with the reason, `TicketRefused`.
    """
    keep_in_place()
    rows = Message.objects.filter(ticket=ticket, direction=Direction.IN, is_stranger=False)
    last = rows.select_related("identity", "conversation__channel__shop", "ticket__shop").order_by("-at", "-id").first()
    if last is None or last.identity is None:
        raise NotAnswered("nobody wrote")
    why_not = refusal(replace(_asked(last, now=now), to_ticket=0))
    if why_not:
        raise NotAnswered(why_not)
    writing = Writing(text=text, automatic=True)
    sent = send_message(conversation=last.conversation, writing=writing, agent=None, now=now, undo=timedelta())
    SentAnswer.objects.create(identity=last.identity, ticket=ticket, at=now)
    return sent


def _words(message: Message) -> str:
    """Return the channel's words in the language of the message, else in the shop's own, filled."""
    ticket, words = message.ticket, message.conversation.channel.first_answers
    template = words.get(message.language) or words.get(ticket.shop.language, "")
    name = message.identity.name if message.identity else ""
    values = {
        "customer.name": name,
        "customer.first_name": name.split()[0] if name else "",
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
        "shop.name": ticket.shop.name,
    }
    return fill(template, values).text.strip()


def _asked(message: Message, *, now: datetime) -> Asked:
    day = SentAnswer.objects.filter(at__gt=now - ONE_DAY)
    return Asked(
        kind=message.kind,
        silence=message.silence,
        proof=message.proof,
        status=message.ticket.status,
        to_ticket=SentAnswer.objects.filter(ticket=message.ticket).count(),
        to_sender=day.filter(identity=message.identity).count(),
        by_hour=_by_hour(now),
    )


def _by_hour(now: datetime) -> list[int]:
    """Count the answers of each of the last 24 hours, the newest last; of a quiet hour the newest says enough."""
    newest = _answered_between(now - _HOUR, now + _HOUR, most=_ENOUGH)
    if newest < QUIET:
        return [newest]
    starts = [now - (hours + 1) * _HOUR for hours in range(23, 0, -1)]
    return [*(_answered_between(start, start + _HOUR, most=newest) for start in starts), newest]


def _answered_between(start: datetime, end: datetime, *, most: int) -> int:
    return SentAnswer.objects.filter(at__gt=start, at__lte=end)[:most].count()
