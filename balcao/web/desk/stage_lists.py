"""Lists of what an agent's departments owe, beside the views of tickets: their names, counts and rows."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from balcao.kit.keyset import BadCursor, decode_cursor, encode_cursor
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.owed import Key, Owed, OwedPage, Slice, kept_count, narrow_count, owed_page
from balcao.processes.queries.permits import departments_of
from balcao.processes.queries.standing import Standing, place_of, promise_of, promise_of_task, standing_of
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.queries.rows import ListRow, rows_by_id
from balcao.tickets.types import DueFacts
from balcao.web.desk.processes.words import party_words, task_words, text

_NAMES = {
    Slice.ALL: (pgettext_lazy("view", "My department's stages"), "steps"),
    Slice.SOON: (pgettext_lazy("view", "Stages due soon"), "hourglass-medium"),
    Slice.RISK: (pgettext_lazy("view", "Stages at risk"), "warning-circle"),
    Slice.FREE: (pgettext_lazy("view", "Stages nobody has"), "hand"),
}
_SHORT = {
    Slice.ALL: pgettext_lazy("stages", "All stages"),
    Slice.SOON: pgettext_lazy("stages", "Due soon"),
    Slice.RISK: pgettext_lazy("stages", "At risk"),
    Slice.FREE: pgettext_lazy("stages", "Nobody has"),
}
TONES = {Slice.SOON: "soon", Slice.RISK: "soon"}
_KEPT = (Slice.ALL, Slice.FREE)
_ORDER = "owed"
_MOMENT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,7})?", re.ASCII)  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Staged:
    """What a row says of the stage in which its ticket stands; `promise` is shown in place of the ticket's own."""

    words: str
    promise: DueFacts | None = None


def slices_of(agent: Agent) -> list[Slice]:
    """Return the lists that an agent has: those of a department, or none."""
    return list(Slice) if agent.may(Permission.STAGE_WORK) and departments_of(agent) else []


def slice_words(wanted: Slice) -> tuple[str, str]:
    """Return a list's name and icon."""
    words, icon = _NAMES[wanted]
    return str(words), icon


def slice_name(wanted: Slice) -> str:
    """Return a list's name beneath the heading that says whose stages they are."""
    return str(_SHORT[wanted])


def slice_count(kept: Mapping[str, int], *, agent: Agent, wanted: Slice, shop_id: int | None, now: datetime) -> int:
    """Return how much is in a list: kept where time alone does not change it, else counted up to 99."""
    if wanted in _KEPT:
        return kept_count(kept, agent=agent, wanted=wanted)
    return narrow_count(agent=agent, wanted=wanted, shop_id=shop_id, now=now)


def home_key(agent: Agent, default: str) -> str:
    """Return the view in which an agent begins: who only does stages, with those of their departments."""
    does_stages_only = not agent.may(Permission.TICKET_EDIT)
    return Slice.ALL.value if does_stages_only and slices_of(agent) else default


def page_of(
    *, agent: Agent, wanted: Slice, shop_id: int | None, cursor: str, now: datetime
) -> tuple[list[ListRow], dict[int, Staged], str]:
    """Return the rows of one page of a list, each ticket once, what is said of their stages, and the next cursor."""
    page = owed_page(agent=agent, wanted=wanted, shop_id=shop_id, after=_key(cursor), now=now)
    first: dict[int, Owed] = {}
    for work in page.work:
        first.setdefault(work.ticket.pk, work)
    rows = rows_by_id(list(first), agent=agent)
    return rows, {pk: _staged(work) for pk, work in first.items()}, _cursor(page)


def _key(cursor: str) -> Key | None:
    if not cursor:
        return None
    try:
        is_undated, at, kind, pk = decode_cursor(cursor, order=_ORDER, size=4)
    except BadCursor:
        return None
    if not (isinstance(is_undated, int) and isinstance(at, str) and isinstance(kind, int) and isinstance(pk, int)):
        return None
    return Key(bool(is_undated), float(at), kind, pk) if _MOMENT.fullmatch(at) else None


def _cursor(page: OwedPage) -> str:
    key = page.next_key
    return encode_cursor(int(key.is_undated), repr(key.at), key.kind, key.id, order=_ORDER) if key else ""


def _staged(work: Owed) -> Staged:
    visit = work.visit
    version = visit.process.version_id
    if work.task:
        words = task_words(blueprint_by_id(version), work.task.key, work.task.title)
        return Staged(_("Task: %(task)s") % {"task": words}, promise_of_task(work.task))
    place, of = place_of(version, visit.stage)
    names = blueprint_by_id(version).stage(visit.stage).names
    who = visit.assignee.name if visit.assignee else (visit.department.name if visit.department else "")
    return Staged(stage_line(place, of, text(names), who), promise_of(visit))


def stages_of(ticket_ids: Iterable[int], *, by_stage: bool = False) -> dict[int, Staged]:
    """Return what rows say of the stages in which their tickets stand, in one query; `by_stage`: when those are due."""
    found = standing_of(ticket_ids)
    return {pk: Staged(_standing_words(one), one.promise if by_stage else None) for pk, one in found.items()}


def _standing_words(standing: Standing) -> str:
    who = standing.department or (party_words(standing.outside) if standing.outside else "")
    return stage_line(standing.place, standing.of, text(standing.names), who)


def stage_line(place: int, of: int, name: str, who: str) -> str:
    """Return a stage in one line: "2/4 Inspection · Quality"."""
    line = f"{place}/{of} {name}"
    return f"{line} · {who}" if who else line
