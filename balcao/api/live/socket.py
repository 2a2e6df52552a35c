"""The WebSocket of an open page: who it is, what it missed, what it says."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from balcao.api.live import rules, viewers
from balcao.api.live.hub import Hub
from balcao.api.live.line import Line, Message, Receive, Send
from balcao.api.live.threads import in_thread
from balcao.api.live.types import Close, Mode, Sight
from balcao.tickets.models import Ticket

MOST_SAID = 300  # messages from one page between two beats
MOST_WATCHED = 100
LONGEST_MESSAGE = 8192  # characters


async def serve(scope: Message, receive: Receive, send: Send, hub: Hub) -> None:
    """Serve one WebSocket from its handshake to its end."""
    await receive()  # websocket.connect
    headers = scope["headers"]
    if not is_same_origin(viewers.header(headers, b"origin"), host=viewers.header(headers, b"host")):
        await _refuse(send, Close.WRONG_ORIGIN)
        return
    await hub.begin()
    viewer = await in_thread(viewers.viewer_of, viewers.session_key(headers))
    if viewer is None:
        await _refuse(send, Close.LOGGED_OUT)
        return
    await send({"type": "websocket.accept"})
    line = Line(viewer, send)
    try:
        await _converse(line, receive, hub)
    finally:
        hub.leave(line)


def is_same_origin(origin: str, *, host: str) -> bool:
    """Tell whether a page of our own opened the connection: browsers send cookies along from any page."""
    return bool(origin) and (urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS)


async def _refuse(send: Send, code: Close) -> None:
    # Accepted first: a browser tells a page the reason only of a connection that was open.
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": int(code)})


async def _converse(line: Line, receive: Receive, hub: Hub) -> None:
    is_first = True
    while line.is_open:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        said = _understood(message)
        line.said += 1
        if said is None:
            line.close(Close.BAD_MESSAGE)
        elif line.said > MOST_SAID:
            line.close(Close.TOO_MANY)
        elif is_first:
            is_first = False
            await catch_up(line, said.get("position"), hub)
        else:
            await _obey(line, said, hub)


def _understood(message: Message) -> dict[str, Any] | None:
    text = message.get("text") or ""
    if len(text) > LONGEST_MESSAGE:
        return None
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


async def catch_up(line: Line, position: object, hub: Hub) -> None:
    """Send what a page missed since a position, then let it hear what comes; nothing falls between the two."""
    feed = hub.feed
    line.position = position if isinstance(position, int) and 0 <= position <= feed.position else feed.position
    hello = {"type": "hello", "agent": line.viewer.agent, "position": line.position, "version": settings.STATIC_URL}
    line.post(rules.encode(hello))
    while line.is_open:
        missed = await feed.since(line.position)
        if missed is None:
            line.position = feed.position
            line.post(rules.encode({"type": "refetch", "position": line.position}))
        for entry in missed or ():
            line.position = entry.position
            if rules.is_seen(entry, agent=line.viewer.agent, sight=line.viewer.sight):
                line.post(entry.text)
        if line.position >= feed.position:  # nothing is awaited between this look and joining
            hub.join(line)
            return


async def _obey(line: Line, said: dict[str, Any], hub: Hub) -> None:
    deed = _DEEDS.get(str(said.get("type")))
    if deed is not None and line.is_open:
        await deed(line, said, hub)


async def _read(line: Line, said: dict[str, Any], hub: Hub) -> None:
    ticket = await _visible_one(said.get("ticket"), line.viewer.sight)
    before = hub.tickets.turn_to(line, ticket)
    if before is not None:
        hub.tickets.tell(before)
    if ticket is not None:
        await _watch(line, {"tickets": [*line.watched, ticket]}, hub)
        hub.tickets.do(line, ticket, Mode.READING, now=time.monotonic())
        hub.tickets.tell(ticket)


async def _type(line: Line, said: dict[str, Any], hub: Hub) -> None:
    if said.get("ticket") != line.reading:
        await _read(line, said, hub)
    if line.reading is None or said.get("mode") not in {*_WRITING, None}:
        return
    mode = Mode(said["mode"]) if said.get("mode") else Mode.READING
    if hub.tickets.do(line, line.reading, mode, now=time.monotonic()):
        hub.tickets.tell(line.reading)


async def _watch(line: Line, said: dict[str, Any], hub: Hub) -> None:
    asked = said.get("tickets")
    wanted = [ticket for ticket in asked if isinstance(ticket, int)][-MOST_WATCHED:] if isinstance(asked, list) else []
    known = line.watched.intersection(wanted)
    fresh = await in_thread(visible, frozenset(wanted) - known, line.viewer.sight)
    if line.is_open:
        for ticket in hub.tickets.watch(line, known | fresh):
            if hub.tickets.has_news(ticket):
                line.post(hub.tickets.message(ticket))


async def _be_present(line: Line, said: dict[str, Any], hub: Hub) -> None:
    hub.counter.set_away(line, is_away=said.get("state") == "away")


_WRITING = {Mode.REPLY, Mode.NOTE, Mode.FORWARD}
_DEEDS = {"reading": _read, "typing": _type, "watch": _watch, "presence": _be_present}


async def _visible_one(ticket: object, sight: Sight) -> int | None:
    if not isinstance(ticket, int):
        return None
    return next(iter(await in_thread(visible, frozenset([ticket]), sight)), None)


def visible(tickets: frozenset[int], sight: Sight) -> frozenset[int]:
    """Return those of some tickets that an agent may see."""
    rows = Ticket.objects.filter(pk__in=tickets).values_list("pk", "shop_id") if tickets else []
    return frozenset(ticket for ticket, shop in rows if sight.sees_shop(shop))
