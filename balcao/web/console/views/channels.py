"""Channels: which there are and how they do, setting one up, trying it, its envelopes."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.channels.actions.connecting import configure_channel, create_channel
from balcao.channels.models import Channel, Envelope, FetchState
from balcao.channels.queries import config_of, connection_of
from balcao.channels.types import EnvelopeState
from balcao.jobs.models import Job
from balcao.jobs.types import JobState
from balcao.pipeline.poll import fetch_missing_later
from balcao.ports import registry
from balcao.ports.channel import Consented
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console import kinds
from balcao.web.console.configform import ConfigForm, kept_secrets, open_values
from balcao.web.console.frame import actor_of, page
from balcao.web.console.jobs import seal_consent, take_consent, try_settings
from balcao.web.console.words import outcome_words

_SHOWN = 100
_MAY = Permission.CHANNEL_EDIT
_JOBS = (try_settings.module_path, take_consent.module_path)


class ChannelForm(forms.Form):
    """What every kind of channel has."""

    shop = forms.ModelChoiceField(Shop.objects.none(), label=gettext_lazy("Shop"), empty_label=None)
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("As your agents call it.")
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, agent: Agent, channel: Channel | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = shops_of(agent)  # type: ignore[attr-defined] # a ModelChoiceField
        if channel is not None:
            del self.fields["shop"]


def shops_of(agent: Agent) -> Any:
    """Return the shops that an agent works for."""
    return Shop.objects.filter(pk__in=agent.shop_ids())


def channel_for(agent: Agent, channel_id: int) -> Channel:
    """Return a channel of the agent's shops; any other does not exist for them."""
    rows = Channel.objects.select_related("shop", "fetch_state").filter(shop__in=agent.shop_ids())
    channel = rows.filter(pk=channel_id).first()
    if channel is None:
        raise Http404
    return channel


def state_of(channel: Channel) -> FetchState | None:
    """Return how far a channel was read; None where nobody asks it."""
    return getattr(channel, "fetch_state", None) if channel.is_fetched else None


@require_GET
@for_agents(_MAY)
def index(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the channels with how they do."""
    rows = Channel.objects.filter(shop__in=agent.shop_ids()).select_related("shop", "fetch_state")
    found = [(row, kinds.kind_words(row.kind), state_of(row)) for row in rows.order_by("shop", "id")]
    aside = Envelope.objects.filter(state=EnvelopeState.QUARANTINED).values_list("channel").annotate(Count("id"))
    return page(request, agent, "channels", {"channels": found, "aside": dict(aside.order_by())})


@require_GET
@for_agents(_MAY)
def choose(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Offer the ways in which a channel can be set up."""
    offers = [(kinds.kind_words(kind), ways) for kind, ways in kinds.ways()]
    return page(request, agent, "channel_choose", {"offers": offers})


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def new(request: HttpRequest, agent: Agent, kind: str, preset: str) -> HttpResponse:
    """Set a channel up."""
    way = kinds.way(kind, preset)
    if way is None:
        raise Http404
    given = request.POST if request.method == "POST" else None
    config_class = registry.channel(kind).Config
    form = ChannelForm(given, agent=agent)
    config_form = ConfigForm(given, config_class=config_class, values=way.preset.values)
    if given is not None and form.is_valid() & config_form.is_valid():
        config = config_form.config()
        channel = create_channel(
            shop=form.cleaned_data["shop"],
            kind=kind,
            name=form.cleaned_data["name"],
            address=getattr(config, "address", ""),
            config=config,
            actor=actor_of(agent),
            now=timezone.now(),
            is_fetched=kinds.is_fetched(kind, config),
        )
        messages.success(request, _("%(name)s is set up.") % {"name": channel.name})
        return _tried(channel)
    context = {"form": form, "config_form": config_form, "way": way, "channel": None}
    return page(request, agent, "channel_form", context, status=422 if given is not None else 200)


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def edit(request: HttpRequest, agent: Agent, channel_id: int) -> HttpResponse:
    """Show and change a channel's settings; its secrets are never shown."""
    channel = channel_for(agent, channel_id)
    config = config_of(channel)
    given = request.POST if request.method == "POST" else None
    form = ChannelForm(
        given, agent=agent, channel=channel, initial={"name": channel.name, "is_active": channel.is_active}
    )
    config_form = ConfigForm(
        given, config_class=type(config), values=open_values(config), kept_secrets=kept_secrets(config)
    )
    if given is not None and form.is_valid() & config_form.is_valid():
        fresh = config_form.config()
        configure_channel(
            channel=channel,
            name=form.cleaned_data["name"],
            address=getattr(fresh, "address", channel.address),
            config=fresh,
            actor=actor_of(agent),
            now=timezone.now(),
            is_active=form.cleaned_data["is_active"],
            is_fetched=kinds.is_fetched(channel.kind, fresh),
        )
        messages.success(request, _("Kept."))
        return _tried(channel)
    context = channel_context(channel, config) | {"form": form, "config_form": config_form, "tab": "edit"}
    context |= {"trial": request.GET.get("trial", "")}
    return page(request, agent, "channel_form", context, status=422 if given is not None else 200)


def channel_context(channel: Channel, config: Any) -> dict[str, Any]:
    """Return what every page of a channel shows."""
    return {
        "channel": channel,
        "kind": kinds.kind_words(channel.kind),
        "state": state_of(channel),
        "hook": f"{settings.PUBLIC_URL}/hooks/{channel.public_key}/" if kinds.is_hooked(channel, config) else "",
        "consent": kinds.needs_consent(channel, config),
        "checked": kinds.is_checked(channel),
        "is_hosted": kinds.is_hosted(channel),
    }


def _tried(channel: Channel) -> HttpResponse:
    """Go to the channel's page, where the outcome of a trial of its new settings appears."""
    address = reverse("console:channel", args=[channel.pk])
    if channel.is_active and kinds.is_checked(channel):
        return redirect(f"{address}?trial={try_settings.using(key=f'try:{channel.pk}').enqueue(channel.pk).id}")
    return redirect(address)


@require_POST
@for_agents(_MAY)
def trial(request: HttpRequest, agent: Agent, channel_id: int) -> HttpResponse:
    """Try the settings once more."""
    return _tried(channel_for(agent, channel_id))


@require_GET
@for_agents(_MAY)
def outcome(request: HttpRequest, agent: Agent, channel_id: int, job_id: int) -> HttpResponse:
    """Show how far a trial has come; the page asks until it is over."""
    channel = channel_for(agent, channel_id)
    row = Job.objects.filter(pk=job_id, task__in=_JOBS).first()
    if row is None or row.args[:1] != [channel.pk]:
        raise Http404
    is_over = row.state in (JobState.DONE, JobState.DEAD)
    steps = [(_(name), worked, *_advice(words)) for name, worked, words in row.result or []]
    context = {
        "job": row,
        "is_over": is_over,
        "steps": steps,
        "channel": channel,
        "is_dead": row.state == JobState.DEAD,
    }
    return render(request, "console/_trial.html", context)


def _advice(words: str) -> tuple[str, str]:
    """Return what to do in the reader's language, and the server's own words."""
    hint, _newline, said = words.partition("\n")
    return (_(hint) if hint else "", said)


@require_GET
@for_agents(_MAY)
def intake(request: HttpRequest, agent: Agent, channel_id: int) -> HttpResponse:
    """Show the count: what the server showed, what was kept, refused and is missing."""
    channel = channel_for(agent, channel_id)
    state = state_of(channel)
    if state is None:
        raise Http404
    context = channel_context(channel, config_of(channel)) | {
        "tab": "intake",
        "fault": _advice(state.last_error),
        "refused": [(row, _(row.reason)) for row in channel.refused_envelopes.order_by("-id")[:_SHOWN]],
        "is_fetching": Job.objects.filter(
            task=fetch_missing_later.module_path,
            key=f"missing:{channel.pk}",
            state__in=[JobState.WAITING, JobState.RUNNING],
        ).exists(),
    }
    return page(request, agent, "channel_intake", context)


@require_POST
@for_agents(_MAY)
def fetch_again(request: HttpRequest, agent: Agent, channel_id: int) -> HttpResponse:
    """Ask the server once more for what is missing or was refused."""
    channel = channel_for(agent, channel_id)
    if state_of(channel) is None:
        raise Http404
    fetch_missing_later.using(key=f"missing:{channel.pk}").enqueue(channel.pk)
    messages.success(request, _("Asked for. What comes appears here within moments."))
    return redirect("console:channel_intake", channel.pk)


@require_GET
@for_agents(_MAY)
def envelopes(request: HttpRequest, agent: Agent, channel_id: int) -> HttpResponse:
    """Show the newest envelopes: what came in and what it led to."""
    channel = channel_for(agent, channel_id)
    rows = channel.envelopes.order_by("-id")[:_SHOWN]
    found = [(row, outcome_words(row), _(row.reason) if row.reason else "") for row in rows]
    context = channel_context(channel, config_of(channel)) | {"tab": "envelopes", "envelopes": found}
    return page(request, agent, "channel_envelopes", context)


@require_GET
@for_agents(_MAY)
def consent(request: HttpRequest, agent: Agent, channel_id: int) -> HttpResponse:
    """Send the owner of the account to the page on which they let us in."""
    channel = channel_for(agent, channel_id)
    adapter = registry.channel(channel.kind)
    if not isinstance(adapter, Consented):
        raise Http404
    asked = {"state": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48)}
    address = adapter.consent_url(connection_of(channel), redirect_uri=_redirect_uri(), **asked)
    if not address:
        raise Http404
    request.session["consent"] = asked | {"channel": channel.pk}
    return redirect(address)


@require_GET
@for_agents(_MAY)
def consented(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Take the answer of the consent page; a worker turns it into secrets."""
    asked = request.session.pop("consent", None)
    if asked is None or not constant_time_compare(asked["state"], request.GET.get("state", "")):
        messages.error(request, _("This answer does not belong to a question of ours. Please connect again."))
        return redirect("console:channels")
    channel = channel_for(agent, asked["channel"])
    code = request.GET.get("code", "")
    if not code:
        messages.error(request, _("The account was not connected: its owner did not agree."))
        return redirect("console:channel", channel.pk)
    row = take_consent.enqueue(channel.pk, _redirect_uri(), seal_consent(code, asked["verifier"]))
    return redirect(f"{reverse('console:channel', args=[channel.pk])}?trial={row.id}")


def _redirect_uri() -> str:
    return settings.PUBLIC_URL + reverse("console:consented")
