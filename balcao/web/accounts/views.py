"""Coming in by invitation."""

from allauth.core import ratelimit
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from balcao.staff import actions as staff
from balcao.staff.models import Agent
from balcao.web.accounts.forms import InvitationForm
from balcao.web.accounts.invitations import invited_agent
from balcao.web.components.faults import too_many

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited agent choose a password and come in."""
    if not ratelimit.consume(request, action="reset_password_from_key"):
        return too_many(request)
    agent = invited_agent(token)
    if agent is None:
        return render(request, "accounts/invitation.html", {"form": None}, status=410)
    translation.activate(agent.language)
    form = InvitationForm(request.POST or None, agent=agent, initial={"name": agent.name})
    if not form.is_valid():
        return render(
            request, "accounts/invitation.html", {"form": form, "agent": agent}, status=422 if form.errors else 200
        )
    return _come_in(request, agent, form)


def _come_in(request: HttpRequest, agent: Agent, form: InvitationForm) -> HttpResponse:
    staff.accept_invitation(
        agent=agent, name=form.cleaned_data["name"], password=form.cleaned_data["password"], now=timezone.now()
    )
    login(request, agent, backend=_BACKEND)
    return redirect("/")


def not_here(request: HttpRequest, **_: str) -> HttpResponse:
    """Answer for a page of the library that this product does not have: agents do not manage addresses themselves."""
    raise Http404
