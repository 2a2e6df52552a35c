"""Who may open which page: every view of agents goes through here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

from balcao.staff.models import Agent
from balcao.staff.types import Permission

View = Callable[..., HttpResponseBase]


def for_agents(*permissions: Permission) -> Callable[[View], View]:
    """Let a view see signed-in agents only who hold all these permissions; it gets the agent after the request."""

    def wrap(view: View) -> View:
        @wraps(view)
        def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            agent = request.user
            if not isinstance(agent, Agent) or not agent.is_active:
                return _to_login(request)
            if not all(agent.may(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, agent, *args, **kwargs)

        return respond

    return wrap


def _to_login(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers:  # the page as a whole has to go there, not a part of it
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url("account_login")})
    return redirect_to_login(request.get_full_path())
