"""Shipments that go wrong: whether the desk opens a ticket by itself, and after how long."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from balcao.commerce import queries
from balcao.commerce.actions.connecting import set_policy
from balcao.commerce.types import Watch
from balcao.staff.models import Agent, Team
from balcao.web.components.access import for_agents
from balcao.web.console.frame import actor_of, page
from balcao.web.console.views.shop_systems import MAY, backend_for, system_context

_MOST_DAYS = 60


class WatchForm(forms.Form):
    """Whether, when and for whom."""

    is_on = forms.BooleanField(
        label=gettext_lazy("Open a ticket when a shipment goes wrong, before the customer writes"),
        help_text=gettext_lazy(
            "Where a ticket about the order is open, it gets a note instead. "
            "Each parcel is told of once for each thing that goes wrong. The customer is not written to by itself."
        ),
        required=False,
    )
    late_days = forms.IntegerField(
        label=gettext_lazy("Days after the promised day"),
        help_text=gettext_lazy("0: on the promised day itself, once its hour is over."),
        min_value=0,
        max_value=_MOST_DAYS,
    )
    silent_days = forms.IntegerField(
        label=gettext_lazy("Days without news from the carrier"), min_value=1, max_value=_MOST_DAYS
    )
    team = forms.ChoiceField(label=gettext_lazy("Whose it becomes"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(is_active=True).order_by("name").values_list("pk", "name")
        choices = [("0", pgettext("team", "Nobody's"))] + [(str(pk), name) for pk, name in teams]
        self.fields["team"].choices = choices  # type: ignore[attr-defined] # a ChoiceField

    def watch(self) -> Watch:
        """Return what was chosen."""
        given = self.cleaned_data
        return Watch(given["is_on"], given["late_days"], given["silent_days"], int(given["team"] or 0))


@require_http_methods(["GET", "POST"])
@for_agents(MAY)
def late(request: HttpRequest, agent: Agent, backend_id: int) -> HttpResponse:
    """Show and change whether shipments are watched."""
    backend = backend_for(agent, backend_id)
    known = queries.policy_of(backend)
    watch = known.watch
    initial = {
        "is_on": watch.is_on,
        "late_days": watch.late_days,
        "silent_days": watch.silent_days,
        "team": str(watch.team),
    }
    form = WatchForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        changed = replace(known, watch=form.watch())
        set_policy(backend=backend, policy=changed, actor=actor_of(agent), now=timezone.now())
        messages.success(request, _("Kept."))
        return redirect("console:shop_system_late", backend.pk)
    context = system_context(backend, "late") | {"form": form}
    return page(request, agent, "shop_system_late", context, status=422 if form.is_bound else 200)
