"""Shop systems: which are connected and how they do, connecting one, trying it, fetching everything anew."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.commerce import queries
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import configure_backend, create_backend
from balcao.commerce.actions.refreshing import fetch_anew
from balcao.commerce.models import Backend
from balcao.jobs.models import Job
from balcao.jobs.types import JobState
from balcao.ports import registry
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console import shop_kinds
from balcao.web.console.configform import ConfigForm, kept_secrets, open_values
from balcao.web.console.frame import actor_of, page
from balcao.web.console.jobs import try_shop_system

MAY = Permission.SHOP_EDIT


class BackendForm(forms.Form):
    """What every shop system has."""

    shop = forms.ModelChoiceField(Shop.objects.none(), label=gettext_lazy("Shop"), empty_label=None)
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("As your agents call it.")
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, agent: Agent, kind: str, backend: Backend | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kind = kind
        shops = Shop.objects.filter(pk__in=agent.shop_ids())
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined] # a ModelChoiceField
        if backend is not None:
            del self.fields["shop"]
        else:
            del self.fields["is_active"]

    def clean_shop(self) -> Shop:
        """Refuse a second order book."""
        shop: Shop = self.cleaned_data["shop"]
        if self._kind == Book.kind and Backend.objects.filter(shop=shop, kind=Book.kind).exists():
            raise forms.ValidationError(_("This shop has an order book already."))
        return shop


def backend_for(agent: Agent, backend_id: int) -> Backend:
    """Return a shop system of the agent's shops; any other does not exist for them."""
    rows = Backend.objects.select_related("shop").filter(shop__in=agent.shop_ids())
    backend = rows.filter(pk=backend_id, kind__in=registry.commerce_kinds()).first()
    if backend is None:
        raise Http404
    return backend


@require_GET
@for_agents(MAY)
def index(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the shop systems with how they do."""
    rows = Backend.objects.filter(shop__in=agent.shop_ids()).select_related("shop").order_by("shop", "id")
    found = [(row, shop_kinds.kind_words(row.kind), queries.kept_orders(row)) for row in rows]
    return page(request, agent, "shop_systems", {"systems": found, "most": queries.MOST_COUNTED, "book": Book.kind})


@require_GET
@for_agents(MAY)
def choose(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Offer the ways in which a shop system can be connected."""
    return page(request, agent, "shop_system_choose", {"ways": shop_kinds.ways()})


@require_http_methods(["GET", "POST"])
@for_agents(MAY)
def new(request: HttpRequest, agent: Agent, kind: str, preset: str) -> HttpResponse:
    """Connect a shop system."""
    way = shop_kinds.way(kind, preset)
    if way is None:
        raise Http404
    given = request.POST if request.method == "POST" else None
    form = BackendForm(given, agent=agent, kind=kind, initial={"name": way.words})
    config_form = ConfigForm(given, config_class=registry.commerce(kind).Config, values=way.preset.values)
    if given is not None and form.is_valid() & config_form.is_valid():
        backend = create_backend(
            shop=form.cleaned_data["shop"],
            kind=kind,
            name=form.cleaned_data["name"],
            config=config_form.config(),
            actor=actor_of(agent),
            now=timezone.now(),
        )
        messages.success(request, _("%(name)s is set up.") % {"name": backend.name})
        return _tried(backend)
    context = {"form": form, "config_form": config_form, "way": way, "backend": None, "is_tried": way.is_tried}
    context |= {"is_book": kind == Book.kind, "kind": way.words}
    return page(request, agent, "shop_system_form", context, status=422 if given is not None else 200)


@require_http_methods(["GET", "POST"])
@for_agents(MAY)
def edit(request: HttpRequest, agent: Agent, backend_id: int) -> HttpResponse:
    """Show and change a shop system's settings; its secrets are never shown."""
    backend = backend_for(agent, backend_id)
    config = queries.link_of(backend).config
    given = request.POST if request.method == "POST" else None
    initial = {"name": backend.name, "is_active": backend.is_active}
    form = BackendForm(given, agent=agent, kind=backend.kind, backend=backend, initial=initial)
    config_form = ConfigForm(
        given, config_class=type(config), values=open_values(config), kept_secrets=kept_secrets(config)
    )
    if given is not None and form.is_valid() & config_form.is_valid():
        configure_backend(
            backend=backend,
            name=form.cleaned_data["name"],
            config=config_form.config(),
            is_active=form.cleaned_data["is_active"],
            actor=actor_of(agent),
            now=timezone.now(),
        )
        messages.success(request, _("Kept."))
        return _tried(backend)
    context = system_context(backend, "edit") | {"form": form, "config_form": config_form}
    context |= {"trial": request.GET.get("trial", ""), "hook": shop_kinds.hook_of(backend, config)}
    return page(request, agent, "shop_system_form", context, status=422 if given is not None else 200)


def system_context(backend: Backend, tab: str) -> dict[str, Any]:
    """Return what every page of a shop system shows."""
    fault, _newline, said = backend.last_error.partition("\n")
    return {
        "backend": backend,
        "kind": shop_kinds.kind_words(backend.kind),
        "tab": tab,
        "is_book": backend.kind == Book.kind,
        "is_tried": shop_kinds.is_tried(backend.kind),
        "checked": shop_kinds.is_checked(backend),
        "kept": queries.kept_orders(backend),
        "most": queries.MOST_COUNTED,
        "fault": (_(fault) if fault else "", said),
    }


def _tried(backend: Backend) -> HttpResponse:
    """Go to the system's page, where the outcome of a trial of its new settings appears."""
    address = reverse("console:shop_system", args=[backend.pk])
    if backend.is_active and shop_kinds.is_checked(backend):
        row = try_shop_system.using(key=f"try-shop:{backend.pk}").enqueue(backend.pk)
        return redirect(f"{address}?trial={row.id}")
    return redirect(address)


@require_POST
@for_agents(MAY)
def trial(request: HttpRequest, agent: Agent, backend_id: int) -> HttpResponse:
    """Try the settings once more."""
    return _tried(backend_for(agent, backend_id))


@require_GET
@for_agents(MAY)
def outcome(request: HttpRequest, agent: Agent, backend_id: int, job_id: int) -> HttpResponse:
    """Show how far a trial has come; the page asks until it is over."""
    backend = backend_for(agent, backend_id)
    row = Job.objects.filter(pk=job_id, task=try_shop_system.module_path).first()
    if row is None or row.args[:1] != [backend.pk]:
        raise Http404
    context = {
        "is_over": row.state in (JobState.DONE, JobState.DEAD),
        "is_dead": row.state == JobState.DEAD,
        "steps": [(_(name), worked, *_advice(words)) for name, worked, words in row.result or []],
    }
    return render(request, "console/_trial.html", context)


def _advice(words: str) -> tuple[str, str]:
    """Return what to do in the reader's language, and the system's own words."""
    hint, _newline, said = words.partition("\n")
    return (_(hint) if hint else "", said)


@require_POST
@for_agents(MAY)
def anew(request: HttpRequest, agent: Agent, backend_id: int) -> HttpResponse:
    """Let everything be fetched from the beginning."""
    backend = backend_for(agent, backend_id)
    if backend.kind == Book.kind:
        raise Http404
    fetch_anew(backend=backend, actor=actor_of(agent), now=timezone.now())
    messages.success(request, _("Asked for. What comes appears here within moments."))
    return redirect("console:shop_system", backend.pk)
