"""Webhooks: the endpoints, what was delivered to them, sending again."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.kit.numbers import number_in
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.frame import actor_of, page
from balcao.web.console.webhook_words import event_choices, events_in_words, family_choices, since_choices
from balcao.webhooks import queries
from balcao.webhooks.actions import delivering, endpoints, replaying
from balcao.webhooks.models import Delivery, Endpoint
from balcao.webhooks.rules.catalogue import FAMILIES
from balcao.webhooks.types import DeliveryState

_MAY = Permission.WEBHOOK_EDIT
_PAGE = 50


class EndpointForm(forms.Form):
    """An endpoint as an admin sets it up."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Which system listens, for instance: ERP.")
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        widget=forms.URLInput({"placeholder": "https://erp.example.com/hooks"}),
    )
    shop = forms.ModelChoiceField(
        Shop.objects.none(), label=gettext_lazy("Shop"), required=False, empty_label=gettext_lazy("Every shop")
    )
    families = forms.MultipleChoiceField(
        label=gettext_lazy("Whole families"), required=False, widget=forms.CheckboxSelectMultiple
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("One by one"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, agent: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shop: Any = self.fields["shop"]
        shop.queryset = Shop.objects.filter(pk__in=agent.shop_ids())
        if not agent.every_shop:
            shop.required, shop.empty_label = True, None
        families: Any = self.fields["families"]
        families.choices = family_choices()
        events: Any = self.fields["events"]
        events.choices = event_choices()

    def wanted(self) -> dict[str, Any]:
        """Return what was entered, as the actions take it."""
        given = self.cleaned_data
        events = [*given["families"], *given["events"]]
        return {"name": given["name"], "url": given["url"].strip(), "shop": given["shop"], "events": events}

    def refuse_address(self) -> None:
        """Say that the address cannot be used."""
        words = _("This address cannot be used. Enter one of the public internet, as https://erp.example.com/hooks.")
        self.add_error("url", words)


def _endpoint_for(agent: Agent, endpoint_id: int) -> Endpoint:
    endpoint = queries.endpoints_for(agent).select_related("shop").filter(pk=endpoint_id).first()
    if endpoint is None:
        raise Http404
    return endpoint


def _delivery_for(agent: Agent, endpoint_id: int, delivery_id: int) -> Delivery:
    row = Delivery.objects.filter(pk=delivery_id, endpoint=_endpoint_for(agent, endpoint_id)).first()
    if row is None:
        raise Http404
    return row


@require_GET
@for_agents(_MAY)
def webhooks(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the endpoints."""
    rows = queries.endpoints_for(agent).select_related("shop")
    listed = [(row, events_in_words(row.events), queries.counts_of(row)) for row in rows]
    return page(request, agent, "webhooks", {"endpoints": listed})


@never_cache
@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def new(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Set an endpoint up and show its secret, this once."""
    form = EndpointForm(request.POST or None, agent=agent)
    if form.is_valid():
        try:
            made, secret = endpoints.create_endpoint(**form.wanted(), actor=actor_of(agent), now=timezone.now())
        except endpoints.BadEndpoint:
            form.refuse_address()
        else:
            return page(request, agent, "webhook_secret", {"endpoint": made, "secret": secret, "is_rotated": False})
    return page(request, agent, "webhook_form", {"form": form, "endpoint": None}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def edit(request: HttpRequest, agent: Agent, endpoint_id: int) -> HttpResponse:
    """Change an endpoint."""
    endpoint = _endpoint_for(agent, endpoint_id)
    known = {"name": endpoint.name, "url": endpoint.url, "shop": endpoint.shop_id}
    chosen = {
        "families": [name for name in endpoint.events if name in FAMILIES],
        "events": [name for name in endpoint.events if name not in FAMILIES],
    }
    form = EndpointForm(request.POST or None, agent=agent, initial=known | chosen)
    if form.is_valid():
        try:
            endpoints.change_endpoint(endpoint=endpoint, **form.wanted(), actor=actor_of(agent), now=timezone.now())
        except endpoints.BadEndpoint:
            form.refuse_address()
        else:
            messages.success(request, _("Kept."))
            return redirect("console:webhook", endpoint.pk)
    context = {"form": form, "endpoint": endpoint, "tab": "settings"}
    return page(request, agent, "webhook_form", context, status=422 if form.errors else 200)


@require_GET
@for_agents(_MAY)
def webhook(request: HttpRequest, agent: Agent, endpoint_id: int) -> HttpResponse:
    """Show how an endpoint fares and what was delivered to it, newest first."""
    endpoint = _endpoint_for(agent, endpoint_id)
    state = request.GET.get("state", "")
    state = state if state in set(DeliveryState) else ""
    rows = queries.deliveries_of(endpoint, state=state, before=number_in(request.GET.get("before", "")))
    found = list(rows[: _PAGE + 1])
    context = {
        "endpoint": endpoint,
        "tab": "deliveries",
        "deliveries": found[:_PAGE],
        "older": found[_PAGE - 1].pk if len(found) > _PAGE else None,
        "state": state,
        "counts": queries.counts_of(endpoint),
        "since": since_choices(),
        "events": events_in_words(endpoint.events),
    }
    return page(request, agent, "webhook", context)


@never_cache
@require_POST
@for_agents(_MAY)
def rotate(request: HttpRequest, agent: Agent, endpoint_id: int) -> HttpResponse:
    """Give an endpoint a new secret and show it, this once."""
    endpoint = _endpoint_for(agent, endpoint_id)
    secret = endpoints.rotate_secret(endpoint=endpoint, actor=actor_of(agent), now=timezone.now())
    return page(request, agent, "webhook_secret", {"endpoint": endpoint, "secret": secret, "is_rotated": True})


@require_POST
@for_agents(_MAY)
def do(request: HttpRequest, agent: Agent, endpoint_id: int) -> HttpResponse:
    """Pause an endpoint, switch it on, try it or delete it."""
    endpoint, actor, now = _endpoint_for(agent, endpoint_id), actor_of(agent), timezone.now()
    match request.POST.get("deed", ""):
        case "pause":
            endpoints.pause(endpoint=endpoint, actor=actor, now=now)
            messages.success(request, _("Paused. What happens meanwhile waits here."))
        case "resume":
            endpoints.resume(endpoint=endpoint, actor=actor, now=now)
            messages.success(request, _("Switched on. What waited leaves now."))
        case "ping":
            row = delivering.ping(endpoint=endpoint, now=now)
            messages.success(request, _("A test message is on its way."))
            return redirect("console:webhook_delivery", endpoint.pk, row.pk)
        case "delete":
            endpoints.delete_endpoint(endpoint=endpoint, actor=actor, now=now)
            messages.success(request, _("“%(name)s” is gone.") % {"name": endpoint.name})
            return redirect("console:webhooks")
    return redirect("console:webhook", endpoint.pk)


@require_POST
@for_agents(_MAY)
def replay(request: HttpRequest, agent: Agent, endpoint_id: int) -> HttpResponse:
    """Send again what did not arrive within the last so many hours, or all of it."""
    endpoint, hours = _endpoint_for(agent, endpoint_id), number_in(request.POST.get("hours", ""))
    if hours is not None and hours in dict(since_choices()):
        now, every = timezone.now(), "every" in request.POST
        since = now - timedelta(hours=hours)
        replaying.replay_since(endpoint=endpoint, since=since, every=every, actor=actor_of(agent), now=now)
        messages.success(request, _("It is being sent again; the list below fills by and by."))
    return redirect("console:webhook", endpoint.pk)


@require_GET
@for_agents(_MAY)
def delivery(request: HttpRequest, agent: Agent, endpoint_id: int, delivery_id: int) -> HttpResponse:
    """Show one delivery: what was sent, and what was answered."""
    row = _delivery_for(agent, endpoint_id, delivery_id)
    headers = {**queries.plain_headers(), "webhook-id": row.message_id, "webhook-timestamp": "…"}
    headers["webhook-signature"] = "v1,…"
    sent = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return page(request, agent, "webhook_delivery", {"delivery": row, "endpoint": row.endpoint, "headers": sent})


@require_POST
@for_agents(_MAY)
def again(request: HttpRequest, agent: Agent, endpoint_id: int, delivery_id: int) -> HttpResponse:
    """Send one delivery again, under its old id."""
    row = _delivery_for(agent, endpoint_id, delivery_id)
    replaying.replay(delivery=row, actor=actor_of(agent), now=timezone.now())
    messages.success(request, _("It is on its way again."))
    return redirect("console:webhook_delivery", endpoint_id, delivery_id)
