"""The timeline as it is drawn: days, letters, notes and folded events, in the order of time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from balcao.channels.types import DispatchState
from balcao.commerce.models import LedgerEntry
from balcao.commerce.rules.undoing import UNDOABLE, is_in_time
from balcao.journal.models import Entry
from balcao.journal.types import ActorKind
from balcao.staff.models import Agent, Department, Team
from balcao.staff.types import Permission
from balcao.tickets.models import Attachment, Message, Note, Tag, Ticket, TicketMerge, TicketSplit
from balcao.tickets.queries import timeline as stored
from balcao.tickets.queries.timeline import Timeline
from balcao.tickets.queries.topics import topic_names
from balcao.tickets.types import Direction, MessageKind, OrderRule
from balcao.web.desk import words
from balcao.web.desk.processes import events as processes
from balcao.web.desk.words import Names

_IMAGES = {"image/png", "image/jpeg", "image/webp", "image/gif"}
_SHOWN = {"", "safe", "allowed"}
_FAILED = {DispatchState.FAILED, DispatchState.UNCERTAIN}
_UNTOLD = {OrderRule.ACTED, OrderRule.NAMED, OrderRule.TAX_ID}  # the deed itself, or the message naming it, is there
_SIGNS = {
    "ticket.assigned": "user-switch",
    "ticket.merged": "git-merge",
    "ticket.merge.undone": "git-merge",
    "ticket.split": "arrows-split",
    "ticket.split.undone": "arrows-split",
    "ticket.tags.changed": "tag",
    "ticket.topic.changed": "tag",
    "ticket.snoozed": "moon-stars",
}


@dataclass(frozen=True, slots=True)
class Day:
    """The line between two days."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fresh:
    """The line above what came in since the agent last looked."""

    kind: str = "fresh"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened without words being said."""

    pk: int
    at: datetime
    who: str
    words: str
    sign: str
    undo: str = ""  # the address that takes it back


@dataclass(frozen=True, slots=True)
class Events:
    """Events in a row; more than two are folded."""

    entries: list[Event]
    kind: str = "events"


@dataclass(frozen=True, slots=True)
class Files:
    """The attachments of a message: pictures that can be shown, files that can be fetched."""

    photos: list[Attachment]
    others: list[Attachment]


@dataclass(frozen=True, slots=True)
class Said:
    """One message."""

    message: Message
    who: str
    how: str
    channel: str
    is_ours: bool
    is_letter: bool
    is_mine: bool
    state: str
    is_failed: bool
    failure: str
    can_recall: bool
    warnings: list[str]
    files: Files
    receipts: list[str]
    to: str
    kind: str = "said"


@dataclass(frozen=True, slots=True)
class Remark:
    """One note, its text cut where colleagues are mentioned."""

    note: Note
    who: str
    parts: list[tuple[str, bool]]
    files: Files
    kind: str = "note"


Line = Day | Fresh | Events | Said | Remark


@dataclass(slots=True)
class _Builder:
    agent: Agent
    number: int
    undoable: set[str]
    now: datetime
    seen_at: datetime | None
    names: Names
    lines: list[Line] = field(default_factory=list)
    is_fresh_drawn: bool = False

    def add(self, entry: Message | Note | Entry) -> None:
        if isinstance(entry, Entry) and not _is_told(entry):
            return
        self._day(entry.at)
        self._fresh(entry)
        if isinstance(entry, Message):
            self.lines.append(said(entry, agent=self.agent, now=self.now))
        elif isinstance(entry, Note):
            self.lines.append(remark(entry))
        else:
            self._event(entry)

    def _day(self, at: datetime) -> None:
        day = timezone.localtime(at).date()
        last = next((line for line in reversed(self.lines) if isinstance(line, Day)), None)
        if last is None or timezone.localtime(last.at).date() != day:
            self.lines.append(Day("day", at))

    def _fresh(self, entry: Message | Note | Entry) -> None:
        if self.is_fresh_drawn or self.seen_at is None or entry.at <= self.seen_at or isinstance(entry, Entry):
            return
        if entry.agent_id == self.agent.pk:
            return
        self.is_fresh_drawn = True
        self.lines.append(Fresh())

    def _event(self, entry: Entry) -> None:
        said = self._words(entry)
        undo = _undo_address(entry, self.number)
        event = Event(
            entry.pk, entry.at, self._who(entry), said, _sign(entry.name), undo if undo in self.undoable else ""
        )
        if self.lines and isinstance(self.lines[-1], Events):
            self.lines[-1].entries.append(event)
        else:
            self.lines.append(Events([event]))

    def _words(self, entry: Entry) -> str:
        if entry.name.startswith("process."):
            said = processes.event_words(entry.name, entry.facts, self.names.departments, self.names.agents)
            why = self.names.whys.get(entry.facts.get("visit", 0)) if entry.name == processes.ENTERED else ""
            return f"{said}: {why}" if why else said
        return words.event_words(entry.name, entry.facts, self.names, number=self.number)

    def _who(self, entry: Entry) -> str:
        if entry.actor_kind == ActorKind.AGENT:
            return _("You") if entry.actor_id == self.agent.pk else self.names.agent(entry.actor_id)
        return _("The customer") if entry.actor_kind == ActorKind.CUSTOMER else "Balcão"


def _is_told(entry: Entry) -> bool:
    if entry.name.startswith("process."):
        return processes.is_told(entry.name, entry.facts)
    return entry.facts.get("rule") not in _UNTOLD and not _follows_topic(entry)


def _sign(name: str) -> str:
    if name in processes.SIGNS:
        return processes.SIGNS[name]
    if name.startswith("verification."):
        return "seal-check" if name == "verification.passed" else "seal-question"
    return _SIGNS.get(name, "package" if "order." in name else "clock-counter-clockwise")


def lines_of(
    page: Timeline, *, ticket: Ticket, agent: Agent, now: datetime, seen_at: datetime | None = None
) -> list[Line]:
    """Return one page of the timeline as lines; `seen_at` draws the line above what is new."""
    undoable = _undoable(page.entries) if agent.may(Permission.TICKET_MERGE) else set()
    undoable |= _undoable_deeds(page.entries, ticket, now) if agent.may(Permission.ORDER_ACT) else set()
    builder = _Builder(agent, ticket.number, undoable, now, seen_at, names_in(page.entries))
    for entry in page.entries:
        builder.add(entry)
    return builder.lines


def _undo_address(entry: Entry, number: int) -> str:
    if entry.name == "order.action.done":
        return reverse("desk:order_undo", args=[number, entry.facts["entry"]])
    if entry.name == "ticket.merged" and "merge" in entry.facts:
        return reverse("desk:merge_undo", args=[entry.facts["merge"]])
    if entry.name == "ticket.split" and "split" in entry.facts:
        return reverse("desk:split_undo", args=[entry.facts["split"]])
    return ""


def _undoable(entries: Iterable[Any]) -> set[str]:
    """Return the addresses of the merges and splits among these that still stand."""
    facts = [entry.facts for entry in entries if isinstance(entry, Entry) and "source_number" in entry.facts]
    merges, splits = [f["merge"] for f in facts if "merge" in f], [f["split"] for f in facts if "split" in f]
    standing = TicketMerge.objects.filter(pk__in=merges, undone_at=None).values_list("pk", flat=True) if merges else []
    parted = TicketSplit.objects.filter(pk__in=splits, undone_at=None).values_list("pk", flat=True) if splits else []
    return {reverse("desk:merge_undo", args=[pk]) for pk in standing} | {
        reverse("desk:split_undo", args=[pk]) for pk in parted
    }


def _undoable_deeds(entries: Iterable[Any], ticket: Ticket, now: datetime) -> set[str]:
    """Return the addresses of the order actions among these that have an opposite and were done just now."""
    done = [
        entry.facts["entry"]
        for entry in entries
        if isinstance(entry, Entry) and entry.name == "order.action.done" and is_in_time(entry.at, now=now)
        if entry.facts["kind"] in UNDOABLE and not entry.facts["amount"]
    ]
    if not done:
        return set()
    undone = set(LedgerEntry.objects.filter(key__in=[f"undo:{pk}" for pk in done]).values_list("key", flat=True))
    opposites = set(LedgerEntry.objects.filter(pk__in=done, key__startswith="undo:").values_list("pk", flat=True))
    standing = [pk for pk in done if f"undo:{pk}" not in undone and pk not in opposites]
    return {reverse("desk:order_undo", args=[ticket.number, pk]) for pk in standing}


def said(message: Message, *, agent: Agent, now: datetime) -> Said:
    """Return a message as the timeline shows it; its attachments and receipts should be loaded."""
    dispatch = message.dispatch
    is_ours = message.direction == Direction.OUT
    state = dispatch.state if dispatch else ""
    is_logged = message.kind == MessageKind.LOGGED
    came_by = (message.conversation.source or message.kind) if is_logged else message.channel.kind
    return Said(
        message=message,
        who=writer_of(message, agent),
        how=words.channel_words(came_by),
        channel="phone" if came_by == MessageKind.LOGGED else came_by,
        is_ours=is_ours,
        is_letter=message.channel.kind == "mail" and not is_logged,
        is_mine=message.agent_id == agent.pk,
        state=state,
        is_failed=state in _FAILED,
        failure=words.failure_words(dispatch.error) if dispatch and state in _FAILED else "",
        can_recall=bool(dispatch and state == DispatchState.QUEUED and not dispatch.tries and dispatch.due_at > now),
        warnings=_warnings(message),
        files=sorted_files(stored.files_of(message)),
        receipts=[r.detail or r.action for r in stored.reports_of(message) if r.action != "delivered"],
        to=_recipients(message) if is_ours else "",
    )


def writer_of(message: Message, agent: Agent) -> str:
    """Return who wrote a message: the agent, the customer or the shop itself."""
    if message.direction == Direction.OUT:
        if message.agent_id == agent.pk:
            return _("You")
        return message.agent.name if message.agent else message.ticket.shop.name
    identity = message.identity
    return identity.name or identity.customer.name or identity.value if identity else ""


def _warnings(message: Message) -> list[str]:
    found = [words.warning_words(code) for code in message.warnings]
    if message.proof == "failed":
        letter = getattr(message, "letter", None)
        found.append(words.proof_words(letter.proof_detail if letter else ""))
    if message.is_stranger:
        found.append(_("Written by somebody who had no part in this conversation so far."))
    return [text for text in found if text]


def _recipients(message: Message) -> str:
    letter = getattr(message, "letter", None)
    if letter is None:
        return ""
    parties = [*(letter.addressing.get("to") or []), *(letter.addressing.get("cc") or [])]
    return ", ".join(party[2] or party[1] for party in parties if party)


def sorted_files(attachments: Iterable[Attachment]) -> Files:
    """Sort attachments into pictures that may be shown and other files."""
    rows = list(attachments)
    photos = [row for row in rows if row.media_type in _IMAGES and row.verdict in _SHOWN]
    return Files(photos, [row for row in rows if row not in photos])


def remark(note: Note) -> Remark:
    """Return a note as the timeline shows it."""
    names = [agent.name for agent in stored.mentioned_in(note) if agent.name]
    return Remark(
        note,
        note.agent.name if note.agent else "Balcão",
        mention_parts(note.text, names),
        sorted_files(stored.files_of(note)),
    )


def mention_parts(text: str, names: list[str]) -> list[tuple[str, bool]]:
    """Cut a text into (words, is a mention): `@Ana Souza` or, when unmistakable, `@Ana`."""
    marks = sorted({f"@{name}" for name in names} | {f"@{name.split()[0]}" for name in names}, key=len, reverse=True)
    parts: list[tuple[str, bool]] = [(text, False)]
    for mark in marks:
        parts = [piece for part in parts for piece in _cut(part, mark)]
    return [part for part in parts if part[0]]


def _cut(part: tuple[str, bool], mark: str) -> list[tuple[str, bool]]:
    text, is_mention = part
    if is_mention or mark not in text:
        return [part]
    before, _sep, after = text.partition(mark)
    return [(before, False), (mark, True), *_cut((after, False), mark)]


def _follows_topic(entry: Entry) -> bool:
    """Tell whether a change of kind only follows from a change of topic, which is told itself."""
    return entry.name == "ticket.kind.changed" and not entry.facts.get("is_chosen")


def names_in(entries: Iterable[Any]) -> Names:
    """Look up every agent, team and tag that events name by id."""
    agents: set[int] = set()
    teams: set[int] = set()
    tags: set[int] = set()
    topics: set[int] = set()
    departments: set[int] = set()
    visits: set[int] = set()
    for entry in entries:
        if not isinstance(entry, Entry):
            continue
        if entry.actor_kind == ActorKind.AGENT:
            agents.add(entry.actor_id)
        after = entry.facts.get("after")
        if isinstance(after, dict):
            agents |= {after["assignee"]} - {None} if "assignee" in after else set()
            teams |= {after["team"]} - {None} if "team" in after else set()
        if entry.name.startswith("process."):
            departments |= {entry.facts.get("department")} - {None}
            agents |= {after} - {None} if entry.name == "process.stage.given" else set()
            visits |= {entry.facts["visit"]} if entry.name == processes.ENTERED else set()
        tags |= set(entry.facts.get("added", [])) | set(entry.facts.get("removed", []))
        topics |= {after} if entry.name == "ticket.topic.changed" and after else set()
    return Names(
        agents=dict(Agent.objects.filter(pk__in=agents).values_list("pk", "name")) if agents else {},
        teams=dict(Team.objects.filter(pk__in=teams).values_list("pk", "name")) if teams else {},
        tags=dict(Tag.objects.filter(pk__in=tags).values_list("pk", "name")) if tags else {},
        topics=topic_names(topics, language=translation.get_language() or "en") if topics else {},
        departments=dict(Department.objects.filter(pk__in=departments).values_list("pk", "name"))
        if departments
        else {},
        whys=processes.whys_of(visits) if visits else {},
    )


def last_message_id(ticket: Ticket) -> int:
    """Return the id of a ticket's newest message, 0 when it has none."""
    return Message.objects.filter(ticket=ticket).order_by("-pk").values_list("pk", flat=True).first() or 0
