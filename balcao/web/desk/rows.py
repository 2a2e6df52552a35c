"""List rows: what one line of the list says about a ticket."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from balcao.tickets.models import Ticket
from balcao.tickets.queries.lists import is_unread
from balcao.tickets.types import Priority, Status
from balcao.web.components import formats
from balcao.web.desk import words


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list."""

    pk: int
    number: int
    address: str
    name: str
    subject: str
    words: str
    channels: tuple[str, ...]
    when: str
    title: str
    changed: str
    unread: bool
    failed: bool
    pause: str
    pause_title: str
    urgent: str
    foot: str
    assignee: str
    draft_by: str


def rows_of(tickets: Iterable[Ticket], *, now: datetime, address: str, many_shops: bool) -> list[Row]:
    """Return the rows; `address` is the ticket's address with `{}` for its number."""
    wording = _Wording(now)
    return [_row(ticket, wording, address=address, many_shops=many_shops) for ticket in tickets]


class _Wording:
    """The language, zone and few translations that every row needs, looked up once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.language = translation.get_language() or "en"
        self.zone = timezone.get_current_timezone()
        self.yesterday = _("yesterday")
        self.you = _("Shop:")
        self.no_subject = _("No subject")
        self.status = {status.value: words.status_words(status) for status in Status}

    def when(self, moment: datetime) -> str:
        return formats.when(
            moment, now=self.now, zone=self.zone, language=self.language, yesterday=self.yesterday
        )

    def when_due(self, moment: datetime) -> str:
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone).date()
        if local.date() == today:
            return f"{local:%H:%M}"
        return formats.short_day(local.date(), year=today.year, language=self.language)

    def moment(self, moment: datetime) -> str:
        return formats.moment_words(moment, now=self.now, zone=self.zone, language=self.language)


def _row(ticket: Ticket, wording: _Wording, *, address: str, many_shops: bool) -> Row:
    identity = ticket.identity
    until = ticket.snoozed_until or ticket.remind_at
    tags = [tag.name for tag in ticket.tags.all()]
    drafts = ticket.drafts.all()
    return Row(
        pk=ticket.pk,
        number=ticket.number,
        address=address.format(ticket.number),
        name=identity.customer.name or identity.name or identity.value,
        subject=ticket.subject or wording.no_subject,
        words=f"{wording.you} {ticket.last_words}" if ticket.last_direction == "out" else ticket.last_words,
        channels=tuple(ticket.channel_kinds),
        when=wording.when(ticket.changed_at),
        title=wording.moment(ticket.changed_at),
        changed=ticket.changed_at.isoformat(),
        unread=is_unread(ticket),
        failed=ticket.has_failed_send,
        pause=wording.when_due(until) if until else "",
        pause_title=_("Comes back %(when)s") % {"when": wording.moment(until)} if until else "",
        urgent=words.priority_words(ticket.priority) if ticket.priority in (Priority.HIGH, Priority.URGENT) else "",
        foot=" · ".join(
            [wording.status[ticket.status], *tags[:2], *([ticket.shop.name] if many_shops else [])]
        ),
        assignee=ticket.assignee.name if ticket.assignee else "",
        draft_by=drafts[0].agent.name if drafts else "",
    )
