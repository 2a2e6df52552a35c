"""What every response and every session keeps to."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]

_CONTENT_SECURITY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
_NOTED_EVERY = 300  # seconds between two notes that a session is in use: each is a write


def content_security(get_response: Next) -> Next:
    """Send a strict content security policy with every page that does not bring its own."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _CONTENT_SECURITY)
        return response

    return respond


def session_limits(get_response: Next) -> Next:
    """End a session that was idle too long or began too long ago."""

    def respond(request: HttpRequest) -> HttpResponse:
        if "_auth_user_id" in request.session:
            limit_session(request, now=int(time.time()))
        return get_response(request)

    return respond


def limit_session(request: HttpRequest, *, now: int) -> None:
    """End the session of an agent that is too old at `now` (seconds), or note that it is in use."""
    began = request.session.setdefault("began", now)
    seen = request.session.get("seen", now)
    if now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS:
        logout(request)
    elif "seen" not in request.session or now - seen > _NOTED_EVERY:
        request.session["seen"] = now
