"""API tokens: with which programs come in, as whom, and what they may do."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.shops.models import Shop
from balcao.staff.actions import create_token, revoke_token
from balcao.staff.models import Agent, ApiToken
from balcao.staff.queries import agents_in_reach
from balcao.staff.types import Permission, Scope
from balcao.web.components.access import for_agents
from balcao.web.console.frame import actor_of, page
from balcao.web.console.words import scope_words

_MAY = Permission.TOKEN_EDIT


class TokenForm(forms.Form):
    """A token as an admin sets it up; it can do no more than the agent it acts as."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Which program uses it, for instance: shop.")
    )
    agent = forms.ModelChoiceField(Agent.objects.none(), label=gettext_lazy("Acts as"), required=False)
    scopes = forms.MultipleChoiceField(label=gettext_lazy("It may"), widget=forms.CheckboxSelectMultiple)
    shops = forms.ModelMultipleChoiceField(
        Shop.objects.none(),
        label=gettext_lazy("Only in these shops"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all that the agent works for."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until it ends"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy("Empty: it works until it is withdrawn."),
    )

    def __init__(self, *args: Any, admin: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents = agents_in_reach(admin).filter(is_active=True)
        self.fields["agent"].queryset = agents  # type: ignore[attr-defined] # a ModelChoiceField
        self.fields["agent"].empty_label = _("Balcão itself")  # type: ignore[attr-defined] # the same
        if not admin.every_shop:
            self.fields["agent"].required = True
            self.fields["agent"].empty_label = None  # type: ignore[attr-defined] # the same
        shops = Shop.objects.filter(pk__in=admin.shop_ids())
        self.fields["shops"].queryset = shops  # type: ignore[attr-defined] # a ModelMultipleChoiceField
        scopes = [(scope.value, scope_words(scope)) for scope in Scope]
        self.fields["scopes"].choices = scopes  # type: ignore[attr-defined] # a MultipleChoiceField


def _tokens_for(admin: Agent) -> "QuerySet[ApiToken]":
    mine = Q(agent__in=agents_in_reach(admin))
    return ApiToken.objects.filter(mine | Q(agent__isnull=True) if admin.every_shop else mine)


@require_GET
@for_agents(_MAY)
def tokens(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the tokens; their secrets are known to nobody any more."""
    rows = _tokens_for(agent).select_related("agent").order_by("-id")
    now = timezone.now()
    listed = [
        (row, [scope_words(Scope(scope)) for scope in row.scopes if scope in set(Scope)], _state(row, now=now))
        for row in rows
    ]
    return page(request, agent, "tokens", {"tokens": listed})


def _state(token: ApiToken, *, now: Any) -> str:
    if token.revoked_at:
        return "withdrawn"
    return "ended" if token.expires_at and token.expires_at <= now else "works"


@never_cache
@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def token(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Make a token and show its secret, this once."""
    form = TokenForm(request.POST or None, admin=agent, initial={"agent": agent.pk})
    if not form.is_valid():
        return page(request, agent, "token_form", {"form": form}, status=422 if form.errors else 200)
    given, now = form.cleaned_data, timezone.now()
    made, secret = create_token(
        name=given["name"],
        agent=given["agent"],
        scopes=[Scope(scope) for scope in given["scopes"]],
        every_shop=not given["shops"],
        shops=list(given["shops"]),
        expires_at=now + timedelta(days=given["days"]) if given["days"] else None,
        created_by=agent,
        actor=actor_of(agent),
        now=now,
    )
    return page(request, agent, "token_made", {"token": made, "secret": secret})


@require_POST
@for_agents(_MAY)
def revoke(request: HttpRequest, agent: Agent, token_id: int) -> HttpResponse:
    """Let a token in no more."""
    row = _tokens_for(agent).filter(pk=token_id).first()
    if row is None:
        raise Http404
    revoke_token(token=row, actor=actor_of(agent), now=timezone.now())
    messages.success(request, _("“%(name)s” is withdrawn.") % {"name": row.name})
    return redirect("console:tokens")
