"""Writing: replies, notes, forwards, their drafts and files."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from balcao.automation.actions import run_steps
from balcao.automation.queries.macros import macros_for
from balcao.channels.queries import answering_channel
from balcao.kit.numbers import number_in, numbers_in
from balcao.staff.models import Agent
from balcao.staff.queries import colleagues
from balcao.staff.types import Permission
from balcao.tickets.actions import noting, sending
from balcao.tickets.actions.sending import Writing
from balcao.tickets.actions.uploads import drop_uploads
from balcao.tickets.models import Attachment, Conversation, Message, Ticket
from balcao.tickets.queries.rows import row_page
from balcao.tickets.queries.timeline import conversations_of
from balcao.tickets.types import Status, TicketRefused
from balcao.web.components.access import for_agents
from balcao.web.desk import words
from balcao.web.desk.access import ticket_for, view_key, wants_fragment
from balcao.web.desk.composer import (
    Composing,
    bounce_words,
    composer_context,
    conversation_for,
    doubt_words,
    orders_beside,
    untold_bounces,
)
from balcao.web.desk.frame import DeskFrame, context
from balcao.web.desk.guards import doubts
from balcao.web.desk.ready import empty_placeholders
from balcao.web.desk.recipients import BadAddress, typed
from balcao.web.desk.searching import find
from balcao.web.desk.timeline import last_message_id
from balcao.web.desk.views.inbox import chosen_view
from balcao.web.desk.views.ticket import ticket_page
from balcao.web.desk.views.uploading import own_files

_THEN = {"send": None, "wait": Status.WAITING, "solve": Status.SOLVED, "open": Status.OPEN}
LONGEST_KEY = 40  # of a form
_AHEAD = re.compile(r"\+(\d{1,4})([hd]?)", re.ASCII)


@require_safe
@for_agents(Permission.TICKET_READ)
def compose(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Return the composer in another mode."""
    ticket = ticket_for(agent, number)
    if not wants_fragment(request):
        return ticket_page(request, agent, ticket)
    around = context(request, agent, ticket=ticket, view=None)
    more = composer_context(request, agent, ticket, now=timezone.now())
    return render(request, "desk/_composer.html", {**around, **more, "last_message": last_message_id(ticket)})


@require_safe
@for_agents(Permission.TICKET_REPLY)
def conversations(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Return the conversations of a ticket, to choose the one that the answer goes to."""
    ticket = ticket_for(agent, number)
    more = {"ticket": ticket, "conversations": conversations_of(ticket)}
    return render(request, "desk/_conversations.html", context(request, agent, **more))


@require_POST
@for_agents(Permission.TICKET_REPLY)
def reply(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Send an answer, unless there is reason to ask first."""
    ticket = ticket_for(agent, number)
    conversation, now = conversation_for(request, ticket), timezone.now()
    files, error = own_files(request, agent, ticket, "reply")
    if error or conversation is None:
        error = error or _("There is no conversation to answer in.")
        return _again(request, agent, ticket, files, error=error, conversation=conversation)
    try:
        writing = _writing(request, files)
        empty = empty_placeholders(writing.text, ticket, orders_beside(request, agent, ticket), now=now)
        asked = _doubts(request, writing)
        if empty or asked:
            return _again(request, agent, ticket, files, doubts=asked, empty=empty, conversation=conversation)
        message = sending.send_message(conversation=conversation, writing=writing, agent=agent, now=now)
    except TicketRefused as refused:
        return _again(request, agent, ticket, files, error=words.refusal_words(refused), conversation=conversation)
    except BadAddress as bad:
        error = _("“%(address)s” is not an e-mail address.") % {"address": bad}
        return _again(request, agent, ticket, files, error=error, conversation=conversation)
    if message.at == now:  # else the form was sent twice, and this was done the first time
        _run_macros(request, agent, ticket)
    else:
        drop_uploads(ids=[file.pk for file in files], agent=agent)
    _tell_sent(request, message)
    return _onwards(request, agent, ticket)


def _doubts(request: HttpRequest, writing: Writing) -> list[str]:
    """Return what to ask before this leaves, unless the agent is sure or was told beside the address."""
    if request.POST.get("sure"):
        return []
    asked = [doubt_words(doubt) for doubt in doubts(writing.text, has_files=bool(writing.upload_ids))]
    return [*asked, *(bounce_words(address) for address in untold_bounces(request, writing))]


def _writing(request: HttpRequest, files: list[Attachment]) -> Writing:
    then = request.POST.get("then", "send").removesuffix("+next")
    return Writing(
        text=request.POST.get("text", ""),
        to=typed(request.POST.get("to", "")),
        copied=typed(request.POST.get("cc", "")),
        upload_ids=tuple(file.pk for file in files),
        form_key=request.POST.get("key", "")[:LONGEST_KEY],
        then=_THEN.get(then),
        remind_at=moment_of(request.POST.get("remind_at", "")),
        seen_message_id=None if request.POST.get("sure") else number_in(request.POST.get("seen", "")),
    )


def moment_of(text: str) -> datetime | None:
    """Read a moment from a form (`2026-03-16` or with a time, in the agent's zone), or a number of days from now."""
    if ahead := _AHEAD.fullmatch(text):
        amount = int(ahead[1])
        return timezone.now() + (timedelta(hours=amount) if ahead[2] == "h" else timedelta(days=amount))
    try:
        moment = parse_datetime(text) if "T" in text else None
        day = parse_date(text) if moment is None else None
    except ValueError:
        return None
    if day:
        moment = datetime(day.year, day.month, day.day, 9)  # noqa: DTZ001 - made aware below
    if moment is None or not 1970 <= moment.year < 3000:  # noqa: PLR2004 - what both engines and every time zone hold
        return None
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _again(
    request: HttpRequest,
    agent: Agent,
    ticket: Ticket,
    files: list[Attachment],
    *,
    mode: str = "reply",
    doubts: list[str] | None = None,
    empty: list[str] | None = None,
    error: str = "",
    conversation: Conversation | None = None,
) -> HttpResponse:
    """Show the page again with everything that was written, and what stands against it."""
    composing = Composing(
        mode=mode,
        text=request.POST.get("text", ""),
        to=request.POST.get("to", ""),
        cc=request.POST.get("cc", ""),
        subject=request.POST.get("subject", ""),
        conversation=conversation,
        files=files,
        doubts=[] if empty else doubts or [],
        empty=empty or [],
        error=error,
        focus=True,
    )
    return ticket_page(request, agent, ticket, status=422, composing=composing)


def _run_macros(request: HttpRequest, agent: Agent, ticket: Ticket) -> None:
    wanted = set(numbers_in(request.POST.getlist("macro")))
    if not wanted:
        return
    ticket.refresh_from_db()
    for macro in macros_for(agent=agent, shop_id=ticket.shop_id):
        if macro.pk in wanted and macro.steps:
            try:  # the answer is on its way by now, whatever becomes of the steps
                run_steps(macro=macro, ticket=ticket, agent=agent, now=timezone.now())
            except TicketRefused as refused:
                messages.error(request, f"{macro.name}: {words.refusal_words(refused)}")


def _tell_sent(request: HttpRequest, message: Message) -> None:
    undo = f"undo:{reverse('desk:recall', args=[message.pk])}"
    messages.success(request, _("Leaves in 10 seconds."), extra_tags=undo)


def _onwards(request: HttpRequest, agent: Agent, ticket: Ticket) -> HttpResponse:
    """Go where the agent wanted to go after sending: stay, or on to the next ticket of the view."""
    key = view_key(request) or "mine"
    if not request.POST.get("then", "").endswith("+next"):
        return redirect(_address(ticket.number, request))
    return redirect(next_address(request, agent, ticket, key))


def _address(number: int, request: HttpRequest) -> str:
    key = view_key(request)
    return reverse("desk:ticket", args=[number]) + (f"?in={key}" if key else "")


def next_address(request: HttpRequest, agent: Agent, ticket: Ticket, key: str) -> str:
    """Return the address of the next ticket of a view, else of the view itself."""
    desk = DeskFrame(request, agent)
    try:
        chosen = chosen_view(desk, agent, key)
    except Http404:  # somebody deleted the view meanwhile; what was sent is sent
        return reverse("desk:inbox")
    if chosen.query:
        rows = find(agent, chosen.query, limit=2).rows
    else:
        rows = row_page(agent=agent, view=chosen.view, shop_id=desk.shop_id, team_id=chosen.team_id, limit=2).rows
    following = next((row for row in rows if row.id != ticket.pk), None)
    return _address(following.number, request) if following else reverse("desk:view", args=[key])


@require_POST
@for_agents(Permission.TICKET_NOTE)
def note(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Keep a note; colleagues named with @ are told."""
    ticket = ticket_for(agent, number)
    text = request.POST.get("text", "")
    files, error = own_files(request, agent, ticket, "note")
    if error:
        return _again(request, agent, ticket, files, mode="note", error=error)
    try:
        noting.add_note(
            ticket=ticket,
            text=text,
            agent=agent,
            now=timezone.now(),
            mentions=mentioned(text, agent),
            upload_ids=[file.pk for file in files],
        )
    except TicketRefused as refused:
        return _again(request, agent, ticket, files, mode="note", error=words.refusal_words(refused))
    return redirect(_address(number, request))


def mentioned(text: str, writer: Agent) -> list[Agent]:
    """Return the colleagues that a text names: `@Ana Souza`, or `@Ana` when only one Ana works here."""
    if "@" not in text:
        return []
    rows = [row for row in colleagues(writer).filter(is_active=True).exclude(pk=writer.pk) if row.name]
    firsts = [row.name.split()[0].lower() for row in rows]
    lowered = text.lower()
    found = []
    for row in rows:
        first = row.name.split()[0].lower()
        if f"@{row.name.lower()}" in lowered or (firsts.count(first) == 1 and f"@{first}" in lowered):
            found.append(row)
    return found


@require_POST
@for_agents(Permission.TICKET_REPLY)
def forward(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Write to somebody outside about a ticket."""
    ticket = ticket_for(agent, number)
    files, error = own_files(request, agent, ticket, "forward")
    conversation = conversation_for(request, ticket)
    channel = answering_channel(conversation.channel) if conversation else None
    if error or channel is None:
        error = error or _("There is no mailbox to send this from.")
        return _again(request, agent, ticket, files, mode="forward", error=error)
    try:
        writing = Writing(
            text=request.POST.get("text", ""),
            to=typed(request.POST.get("to", "")),
            copied=typed(request.POST.get("cc", "")),
            subject=request.POST.get("subject", ""),
            upload_ids=tuple(file.pk for file in files),
            attachment_ids=tuple(numbers_in(request.POST.getlist("along"))),
        )
        bounced = _doubts(request, replace(writing, text=""))  # what is quoted is not ours to doubt
        if bounced:
            return _again(request, agent, ticket, files, mode="forward", doubts=bounced)
        message = sending.forward_message(
            ticket=ticket, channel=channel, writing=writing, agent=agent, now=timezone.now()
        )
    except TicketRefused as refused:
        return _again(request, agent, ticket, files, mode="forward", error=words.refusal_words(refused))
    except BadAddress as bad:
        error = _("“%(address)s” is not an e-mail address.") % {"address": bad}
        return _again(request, agent, ticket, files, mode="forward", error=error)
    _tell_sent(request, message)
    return redirect(_address(number, request))


@require_POST
@for_agents(Permission.TICKET_NOTE)
def draft(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Keep what is being written; answer with when it was kept."""
    ticket = ticket_for(agent, number)
    mode = request.POST.get("mode", "")
    if mode != "note" and not agent.may(Permission.TICKET_REPLY):
        return HttpResponse(status=403)
    addressing: dict[str, object] = {name: request.POST.get(name, "") for name in ("to", "cc")}
    now = timezone.now()
    try:
        kept = noting.save_draft(
            ticket=ticket, agent=agent, mode=mode, text=request.POST.get("text", ""), addressing=addressing, now=now
        )
    except TicketRefused:
        return HttpResponseBadRequest()
    saved = _("saved %(time)s") % {"time": f"{timezone.localtime(now):%H:%M}"} if kept else ""
    return HttpResponse(saved, content_type="text/plain; charset=utf-8")
