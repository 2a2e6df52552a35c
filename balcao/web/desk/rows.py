"""List rows: what one line of the list says about a ticket."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from functools import lru_cache

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from balcao.tickets.queries.rows import ListRow
from balcao.tickets.types import DueFacts, Priority, Status
from balcao.web.components import formats
from balcao.web.components.matters import kind_sign, kind_words
from balcao.web.components.promises import DuePill, due_pill
from balcao.web.desk import words
from balcao.web.desk.stage_lists import Staged


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
    unread: bool
    failed: bool
    pause: str
    pause_title: str
    kind_sign: str
    kind_words: str
    due: DuePill | None
    urgent: str
    foot: str
    assignee: str
    draft_by: str


def rows_of(
    rows: Iterable[ListRow],
    *,
    now: datetime,
    address: str,
    many_shops: bool,
    stages: Mapping[int, Staged] | None = None,
) -> list[Row]:
    """Return the rows; `address` is the ticket's address with `{}` for its number, `stages` what is said of theirs."""
    zone = timezone.get_current_timezone()
    wording = _wording(now.astimezone(zone).date(), translation.get_language() or "en", zone)
    drawn = [_placed(row, (stages or {}).get(row.id), wording, address, many_shops) for row in rows]
    return [_dated(row, promise, wording, now) if is_promised(promise) else row for row, promise in drawn]


def _placed(
    row: ListRow,
    staged: Staged | None,
    wording: "_Wording",
    address: str,
    many_shops: bool,  # noqa: FBT001 - as `_row`
) -> tuple[Row, DueFacts]:
    drawn = _row(row, wording, address, many_shops, staged.words if staged else "")
    return drawn, (staged.promise if staged and staged.promise else row.promise)


def is_promised(promise: DueFacts) -> bool:
    """Tell whether a ticket has time left to be shown."""
    return promise.due_at is not None or bool(promise.paused_for)


def _dated(row: Row, promise: DueFacts, wording: "_Wording", now: datetime) -> Row:
    """Add the time left, which is another one each minute, to what is said of a row all day."""
    return replace(row, due=due_pill(promise, now=now, zone=wording.zone, language=wording.language))


class _Wording:
    """What the words of a row depend on beside the row: a day, a language, a zone; and a few translations."""

    def __init__(self, today: date, language: str, zone: tzinfo) -> None:
        self.now = datetime.combine(today, time.max, zone)
        self.language = language
        self.zone = zone
        self.yesterday = _("yesterday")
        self.you = _("Shop:")
        self.no_subject = _("No subject")
        self.status = {status.value: words.status_words(status) for status in Status}

    def when(self, moment: datetime) -> str:
        return formats.when(moment, now=self.now, zone=self.zone, language=self.language, yesterday=self.yesterday)

    def when_due(self, moment: datetime) -> str:
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone).date()
        if local.date() == today:
            return f"{local:%H:%M}"
        return formats.short_day(local.date(), year=today.year, language=self.language)

    def moment(self, moment: datetime) -> str:
        return formats.moment_words(moment, now=self.now, zone=self.zone, language=self.language)


_wording = lru_cache(maxsize=64)(_Wording)


@lru_cache(maxsize=4096)  # a list that is looked at all day consists of the same few hundred rows
def _row(  # `many_shops` by place: all of them are a cache key
    row: ListRow,
    wording: _Wording,
    address: str,
    many_shops: bool,  # noqa: FBT001
    stage: str,
) -> Row:
    until = row.snoozed_until or row.remind_at
    return Row(
        pk=row.id,
        number=row.number,
        address=address.format(row.number),
        name=row.name,
        subject=row.subject or wording.no_subject,
        words=f"{wording.you} {row.last_words}" if row.last_direction == "out" else row.last_words,
        channels=row.channel_kinds,
        when=wording.when(row.changed_at),
        title=wording.moment(row.changed_at),
        unread=row.is_unread,
        failed=row.has_failed_send,
        pause=wording.when_due(until) if until else "",
        pause_title=_("Comes back %(when)s") % {"when": wording.moment(until)} if until else "",
        kind_sign=kind_sign(row.kind) if row.kind else "",
        kind_words=kind_words(row.kind) if row.kind else "",
        due=None,
        urgent=words.priority_words(row.priority) if row.priority in (Priority.HIGH, Priority.URGENT) else "",
        foot=" · ".join([stage or wording.status[row.status], *row.tags[:2], *([row.shop] if many_shops else [])]),
        assignee=row.assignee,
        draft_by=row.writers[0] if row.writers else "",
    )
