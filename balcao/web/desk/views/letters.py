"""A single message: all its words, its HTML, the original as it came; sending it again or taking it back."""

from typing import Any

from django.contrib import messages
from django.core.signing import BadSignature, dumps, loads
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from balcao.channels.queries import raw_of
from balcao.kit.html import sanitise
from balcao.kit.proxied import proxied
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions import sending
from balcao.tickets.actions.receiving import welcome
from balcao.tickets.models import Attachment, Message, Ticket
from balcao.tickets.queries.files import content_of
from balcao.web.components.access import for_agents
from balcao.web.desk.access import message_for, wants_fragment
from balcao.web.desk.frame import context
from balcao.web.desk.pictures import as_picture

_PICTURE_SALT = "desk-picture"
_PICTURE_SECONDS = 300
_MOST_ORIGINAL = 200_000  # characters of a raw mail shown in the page; the rest is in the download
_FRAME_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@require_safe
@for_agents(Permission.TICKET_READ)
def whole(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Show all the words of a letter, its HTML in a frame of its own."""
    message = message_for(agent, pk)
    letter = getattr(message, "letter", None)
    more: dict[str, Any] = {
        "message": message,
        "letter": letter,
        "ticket": message.ticket,
        "images": bool(request.GET.get("images")),
        "has_images": bool(letter and "<img" in letter.html.lower()),
        "people": _people(letter.addressing) if letter else [],
    }
    name = "desk/_whole.html" if wants_fragment(request) else "desk/page_whole.html"
    return render(request, name, context(request, agent, view=None, **more))


def _people(addressing: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [("from", _("From")), ("to", _("To")), ("cc", _("Cc")), ("reply_to", _("Answers to"))]
    found = []
    for key, words in lines:
        parties = addressing.get(key) or []
        parties = [parties] if parties and isinstance(parties[0], str) else parties
        said = ", ".join(f"{party[2]} <{party[1]}>" if party[2] else party[1] for party in parties if party)
        if said:
            found.append((words, said))
    return found


@require_safe
@for_agents(Permission.TICKET_READ)
def html(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Return a letter's HTML, made safe, for the sandboxed frame: no scripts, no origin, nothing remote."""
    message = message_for(agent, pk)
    letter = getattr(message, "letter", None)
    if letter is None or not letter.html:
        raise Http404
    inline = {row.content_id: row for row in message.attachments.all() if row.content_id}
    wanted = bool(request.GET.get("images"))

    def picture(address: str) -> str | None:
        if address.lower().startswith("cid:"):
            row = inline.get(address[4:].strip("<>"))
            return picture_address(row) if row else None
        return proxied(address) if wanted and address.lower().startswith(("http://", "https://")) else None

    safe = sanitise(letter.html, image_url=picture)
    answer = render(request, "desk/letter_frame.html", {"letter_html": safe})
    answer.headers["Content-Security-Policy"] = _FRAME_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def picture_address(row: Attachment) -> str:
    """Return the address of a picture for five minutes; a frame without origin sends no cookies."""
    return reverse("desk:picture", args=[dumps(row.pk, salt=_PICTURE_SALT)])


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """Return a picture, decoded and encoded anew, to whoever holds its signed address."""
    try:
        pk = loads(token, salt=_PICTURE_SALT, max_age=_PICTURE_SECONDS)
    except BadSignature as error:
        raise Http404 from error
    return _picture(Attachment.objects.filter(pk=pk).first())


@require_safe
@for_agents(Permission.TICKET_READ)
def photo(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Return a picture of a ticket the agent may see."""
    return _picture(_attachment(agent, pk))


def _picture(row: Attachment | None) -> HttpResponse:
    found = as_picture(row) if row else None
    if found is None:
        return HttpResponseNotFound(_("There is no such picture."), content_type="text/plain; charset=utf-8")
    content, media_type = found
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Cache-Control": "private, max-age=86400, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


@require_safe
@for_agents(Permission.TICKET_READ)
def file(request: HttpRequest, agent: Agent, pk: int) -> HttpResponseBase:
    """Hand out an attachment to be saved, never to be shown."""
    row = _attachment(agent, pk)
    content = content_of(row)
    if content is None:
        words = _("The server does not hold “%(name)s” any more. The fault was logged.") % {"name": row.name}
        more = {"ticket": _ticket_of(row), "view": None, "lost_words": words}
        return render(request, "desk/page_lost.html", context(request, agent, **more), status=404)
    return FileResponse(
        content,
        as_attachment=True,
        filename=row.name,
        content_type="application/octet-stream",
        headers={"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store"},
    )


def _attachment(agent: Agent, pk: int) -> Attachment:
    row = Attachment.objects.select_related("message__ticket", "note__ticket", "upload_ticket").filter(pk=pk).first()
    ticket = _ticket_of(row) if row else None
    if row is None or ticket is None or not agent.sees_shop(ticket.shop_id):
        raise Http404
    return row


def _ticket_of(row: Attachment) -> Ticket | None:
    holder = row.message or row.note
    return holder.ticket if holder else row.upload_ticket


@require_safe
@for_agents(Permission.TICKET_READ)
def original(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Show a message as its channel handed it over, or hand it out as a file."""
    message = message_for(agent, pk)
    if message.envelope is None:
        raise Http404
    raw = raw_of(message.envelope).body
    if request.GET.get("download"):
        name = f"{message.ticket.number}-{message.pk}.eml"
        return HttpResponse(
            raw,
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )
    text = raw[: _MOST_ORIGINAL * 4].decode("utf-8", "replace")[:_MOST_ORIGINAL]
    more = {"message": message, "ticket": message.ticket, "original": text, "is_cut": len(raw) > len(text.encode())}
    name = "desk/_original.html" if wants_fragment(request) else "desk/page_original.html"
    return render(request, name, context(request, agent, view=None, **more))


@require_POST
@for_agents(Permission.TICKET_REPLY)
def retry(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Send a failed message once more."""
    message = message_for(agent, pk)
    if sending.retry_message(message=message, agent=agent, now=timezone.now()):
        messages.success(request, _("It is being sent again."))
    else:
        messages.error(request, _("It cannot be sent again as it stands."))
    return redirect("desk:ticket", message.ticket.number)


@require_POST
@for_agents(Permission.TICKET_REPLY)
def recall(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Take a message back before it leaves; its text is the draft again."""
    message = message_for(agent, pk)
    if sending.recall_message(message=message, agent=agent, now=timezone.now()):
        messages.success(request, _("Taken back. Your text is in the composer again."))
    else:
        messages.error(request, _("Too late: it has left already."))
    return redirect("desk:ticket", message.ticket.number)


@require_POST
@for_agents(Permission.TICKET_REPLY)
def recognise(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Let a stranger's message count: the agent knows who wrote it."""
    message = message_for(agent, pk)
    if message.identity:
        welcome(conversation=message.conversation, identity=message.identity, agent=agent, now=timezone.now())
        messages.success(request, _("%(name)s takes part in this conversation now.") % {"name": _name(message)})
    return redirect("desk:ticket", message.ticket.number)


def _name(message: Message) -> str:
    identity = message.identity
    return identity.name or identity.value if identity else ""
