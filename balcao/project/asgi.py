"""One port for all: live connections natively, everything else through the WSGI pages in a pool of threads."""

from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings

from balcao.project.wsgi import application as wsgi_pages

# After the pages, whose import sets Django up.
from balcao.api.live import app as live  # isort: skip

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]

_TOO_LARGE = b"The request is larger than this server takes."

_pages = WSGIMiddleware(wsgi_pages, workers=settings.PAGE_THREADS)  # type: ignore[arg-type] # Django's own spelling


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one connection."""
    if scope["type"] != "http" or scope["path"] == "/live" or scope["path"].startswith("/live/"):
        await live(scope, receive, send)
    else:
        await _page(scope, receive, send)


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    # WSGI cannot tell X_Forwarded_Proto from X-Forwarded-Proto, and proxies check only the latter.
    scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    body = await _whole_body(receive, limit=settings.LARGEST_REQUEST)
    if body is None:
        await send({"type": "http.response.start", "status": 413, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": _TOO_LARGE})
        return

    async def given() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    await _pages(scope, given, send)  # type: ignore[arg-type] # its own spelling of the same ASGI types


async def _whole_body(receive: Receive, *, limit: int) -> bytes | None:
    # Read before a thread is taken: a slow sender waits here, where waiting costs nothing.
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return bytes(body)
