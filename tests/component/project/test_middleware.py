from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from balcao.journal.types import SYSTEM
from balcao.project.middleware import content_security, limit_session
from balcao.staff.actions import create_agent
from balcao.staff.types import Role

HOUR = 3600
LOGGED_IN = 1_800_000_000


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def test_every_page_forbids_foreign_scripts_and_frames() -> None:
    policy = content_security(answer)(RequestFactory().get("/")).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_page_may_bring_a_policy_of_its_own() -> None:
    def embeddable(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok", headers={"Content-Security-Policy": "frame-ancestors *"})

    response = content_security(embeddable)(RequestFactory().get("/"))
    assert response.headers["Content-Security-Policy"] == "frame-ancestors *"


@pytest.fixture
def visit() -> Callable[[int], bool]:
    ana = create_agent(email="ana@shop.example", name="Ana", role=Role.AGENT, actor=SYSTEM, now=timezone.now())
    session = SessionStore()
    session["_auth_user_id"] = str(ana.pk)

    def at(now: int) -> bool:
        request = RequestFactory().get("/")
        request.session = session
        request.user = ana
        limit_session(request, now=now)
        return not isinstance(request.user, AnonymousUser)

    return at


@pytest.mark.django_db
def test_a_session_in_use_lasts_a_day_and_no_longer(visit: Callable[[int], bool]) -> None:
    assert all(visit(LOGGED_IN + hours * HOUR) for hours in range(0, 25, 6))
    assert not visit(LOGGED_IN + 24 * HOUR + 1)


@pytest.mark.django_db
def test_a_session_left_alone_for_eight_hours_ends(visit: Callable[[int], bool]) -> None:
    assert visit(LOGGED_IN)
    assert visit(LOGGED_IN + 7 * HOUR)
    assert not visit(LOGGED_IN + 7 * HOUR + 8 * HOUR + 1)
