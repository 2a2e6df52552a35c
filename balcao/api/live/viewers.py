"""Who is looking: the agent behind a session cookie, checked again while the page stays open."""

import time
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare

from balcao.api.live.types import Sight, Viewer
from balcao.staff.models import Agent
from balcao.staff.types import Permission

Headers = Iterable[tuple[bytes, bytes]]


def header(headers: Headers, name: bytes) -> str:
    """Return a header of an ASGI connection, "" if there is none."""
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


def session_key(headers: Headers) -> str:
    """Return the session key in a connection's cookies, "" if there is none."""
    return parse_cookie(header(headers, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")


def viewer_of(key: str) -> Viewer | None:
    """Return the agent who is logged in with a session; None if the session is over or the agent disabled."""
    session = _session(key)
    if session is None or not _is_fresh(session, now=time.time()):
        return None
    agent = Agent.objects.filter(pk=session[SESSION_KEY], is_active=True).first()
    # A change of password ends all sessions that were begun with the old one.
    if agent is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), agent.get_session_auth_hash()):
        return None
    return Viewer(agent=agent.pk, name=str(agent), sight=sight_of(agent), session=key)


def sight_of(agent: Agent) -> Sight:
    """Return what an agent may see."""
    return Sight(
        shops=frozenset() if agent.every_shop else agent.shop_ids(),
        every_shop=agent.every_shop,
        reads_journal=agent.may(Permission.JOURNAL_READ),
    )


def renewed(keys: Iterable[str]) -> dict[str, Viewer | None]:
    """Look again who is logged in with each of these sessions."""
    return {key: viewer_of(key) for key in keys}


def _session(key: str) -> SessionBase | None:
    if not key:
        return None
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return session if SESSION_KEY in session else None


def _is_fresh(session: Any, *, now: float) -> bool:
    # The same limits as the pages keep; looking at a live page is not using it.
    began, seen = session.get("began", now), session.get("seen", now)
    return bool(now - began <= settings.SESSION_COOKIE_AGE and now - seen <= settings.SESSION_IDLE_SECONDS)
