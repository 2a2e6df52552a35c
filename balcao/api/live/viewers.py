"""Who is looking: the agent behind a session cookie, checked again while the page stays open."""

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import parse_cookie
from django.utils import timezone
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
    return viewers_of([key])[key]


def viewers_of(keys: Collection[str]) -> dict[str, Viewer | None]:
    """Return who is logged in with each of these sessions, in three queries however many they are."""
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    sessions = {row.session_key: row.get_decoded() for row in rows}
    named = {session[SESSION_KEY] for session in sessions.values() if SESSION_KEY in session}
    agents = Agent.objects.filter(pk__in=named, is_active=True).prefetch_related("shops")
    by_key = {str(agent.pk): agent for agent in agents}
    return {key: _viewer(key, sessions.get(key, {}), by_key) for key in keys}


def _viewer(key: str, session: Mapping[str, Any], agents: Mapping[str, Agent]) -> Viewer | None:
    agent = agents.get(session.get(SESSION_KEY, ""))
    if agent is None or not _is_fresh(session, now=time.time()):
        return None
    # A change of password ends all sessions that were begun with the old one.
    if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), agent.get_session_auth_hash()):
        return None
    return Viewer(agent=agent.pk, name=str(agent), sight=sight_of(agent), session=key)


def sight_of(agent: Agent) -> Sight:
    """Return what an agent may see."""
    return Sight(
        shops=frozenset() if agent.every_shop else agent.shop_ids(),
        every_shop=agent.every_shop,
        reads_journal=agent.may(Permission.JOURNAL_READ),
    )


def _is_fresh(session: Mapping[str, Any], *, now: float) -> bool:
    # The same limits as the pages keep; looking at a live page is not using it.
    began, seen = session.get("began", now), session.get("seen", now)
    return bool(now - began <= settings.SESSION_COOKIE_AGE and now - seen <= settings.SESSION_IDLE_SECONDS)
