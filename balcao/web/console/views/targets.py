"""Targets: how long a first answer, the next one and the solution may take."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.channels.models import Channel
from balcao.deadlines.actions.targets import create_target, edit_target, remove_target
from balcao.deadlines.models import Calendar, Target
from balcao.deadlines.rules.targets import Row, Scene, choose
from balcao.deadlines.types import ClockKind, ClockRefused
from balcao.kit.numbers import number_in
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.staff.queries import shops_of
from balcao.staff.types import Permission
from balcao.tickets.types import Kind, Priority
from balcao.web.components.access import for_agents
from balcao.web.components.lengths import length
from balcao.web.components.matters import kind_words
from balcao.web.components.promises import clock_words
from balcao.web.console.frame import first_shop, of_a_shop, page
from balcao.web.console.kinds import kind_words as channel_words
from balcao.web.console.words import priority_words

_MAY = Permission.DEADLINE_EDIT
CLOCKS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION)
_HOUR, _MINUTE = 3600, 60
_MOST_HOURS = 24 * 400


class TargetForm(forms.Form):
    """How long something may take, and for which tickets that holds."""

    clock = forms.ChoiceField(label=gettext_lazy("What"))
    shop = forms.ChoiceField(label=gettext_lazy("Shop"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), required=False)
    channel_kind = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True), label=gettext_lazy("Department"), required=False
    )
    hours = forms.IntegerField(
        label=pgettext_lazy("length", "Hours"), min_value=0, max_value=_MOST_HOURS, required=False
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=0, max_value=59, required=False)
    calendar = forms.ModelChoiceField(Calendar.objects.none(), label=gettext_lazy("By the hours of"))
    counts_bot = forms.BooleanField(
        label=gettext_lazy("An answer that no person wrote counts, too"),
        help_text=gettext_lazy("A confirmation that the message came in never does."),
        required=False,
    )

    def __init__(self, *args: Any, agent: Agent, row: Target | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [("", _("Every shop"))] if agent.every_shop else []
        self._offer("clock", [(clock.value, clock_words(clock)) for clock in CLOCKS])
        self._offer("shop", every + [(str(shop.pk), shop.name) for shop in shops_of(agent)])
        self._offer("kind", [("", _("Every kind")), *((kind.value, kind_words(kind)) for kind in Kind)])
        self._offer("priority", [("", _("Every priority")), *((p.value, priority_words(p)) for p in Priority)])
        self._offer("channel_kind", [("", _("Every channel")), *_channels()])
        self.fields["department"].empty_label = _("Every department")  # type: ignore[attr-defined] # a ModelChoiceField
        known = Q(shop=None) | Q(shop__in=agent.shop_ids())
        self.fields["calendar"].queryset = Calendar.objects.filter(known, is_active=True)  # type: ignore[attr-defined]
        if row is not None:
            for name in ("clock", "shop", "kind", "priority", "channel_kind", "department"):
                del self.fields[name]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined] # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """See to it that something may take any time at all."""
        cleaned = dict(super().clean() or {})
        cleaned["seconds"] = (cleaned.get("hours") or 0) * _HOUR + (cleaned.get("minutes") or 0) * _MINUTE
        if not cleaned["seconds"]:
            self.add_error("hours", _("Say how long it may take."))
        return cleaned


def _channels() -> list[tuple[str, str]]:
    kinds = sorted(set(Channel.objects.values_list("kind", flat=True)))
    return [(kind, channel_words(kind)) for kind in kinds]


def _targets(agent: Agent) -> "QuerySet[Target]":
    rows = Target.objects.filter(Q(shop=None) | Q(shop__in=agent.shop_ids()), is_active=True)
    return rows.select_related("shop", "calendar", "department")


def _target_for(agent: Agent, pk: int) -> Target:
    row = _targets(agent).filter(pk=pk).first()
    if row is None or (row.shop_id is None and not agent.every_shop):
        raise Http404
    return row


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the table: what holds there, and whether it was said for just this."""

    words: str
    is_own: bool
    address: str
    title: str


@dataclass(frozen=True, slots=True)
class Table:
    """What is promised of one clock, by kind (down) and priority (across)."""

    name: str
    heads: list[str]
    rows: list[tuple[str, list[Cell]]]
    others: list[Target]  # for a channel, or a department


@require_GET
@for_agents(_MAY)
@of_a_shop
def targets(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show what a shop promises: the default first, then what differs by kind and priority."""
    shops = shops_of(agent)
    chosen = number_in(request.GET.get("shop", ""))
    shop = next((one for one in shops if one.pk == chosen), None) or first_shop(agent)
    rows = [target for target in _targets(agent) if target.shop_id in (None, shop.pk)]
    tables = [_table(clock, rows, shop, agent) for clock in CLOCKS]
    words = {"length": length, "kind_words": kind_words, "channel_words": channel_words}
    more = {"tables": tables, "shops": shops, "shop": shop, **words}
    return page(request, agent, "targets", more)


def _table(clock: ClockKind, targets: list[Target], shop: Shop, agent: Agent) -> Table:
    plain = [one for one in targets if one.clock == clock and not (one.channel_kind or one.department_id)]
    priorities = ["", *(priority.value for priority in Priority)]
    heads = [priority_words(Priority(one)) if one else _("Every priority") for one in priorities]
    rows = []
    for kind in ("", *Kind):
        cells = [_cell(clock, plain, shop, kind, priority, agent) for priority in priorities]
        rows.append((kind_words(kind) if kind else _("Every kind"), cells))
    others = [one for one in targets if one.clock == clock and (one.channel_kind or one.department_id)]
    return Table(clock_words(clock), heads, rows, others)


def _cell(clock: ClockKind, targets: list[Target], shop: Shop, kind: str, priority: str, agent: Agent) -> Cell:
    by_id = {target.pk: target for target in targets}
    rows = [
        Row(clock, one.seconds, shop=one.shop_id, kind=one.kind, priority=one.priority, id=one.pk) for one in targets
    ]
    row = choose(rows, Scene(clock, shop.pk, kind=kind, priority=priority))
    target = by_id[row.id] if row else None
    is_own = target is not None and (target.kind, target.priority) == (kind, priority)
    query = urlencode({"clock": clock.value, "shop": shop.pk, "kind": kind, "priority": priority})
    may_edit = target is not None and is_own and (target.shop_id is not None or agent.every_shop)
    address = f"{target.pk}/" if target and may_edit else f"new/?{query}"
    title = target.calendar.name if target else ""
    return Cell(length(target.seconds) if target else "–", is_own, address, title)


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
@of_a_shop
def target(request: HttpRequest, agent: Agent, pk: int | None = None) -> HttpResponse:
    """Make or change a target."""
    row = _target_for(agent, pk) if pk else None
    form = TargetForm(request.POST or None, agent=agent, row=row, initial=_initial(request, agent, row))
    if form.is_valid() and _save(agent, row, form):
        messages.success(request, _("Kept. It holds for what begins from now on."))
        return redirect("console:targets")
    title = _title(row) if row else _("New target")
    more = {"form": form, "row": row, "title": title}
    return page(request, agent, "target_form", more, status=422 if form.errors else 200)


def _initial(request: HttpRequest, agent: Agent, row: Target | None) -> dict[str, Any]:
    if row:
        hours, rest = divmod(row.seconds, _HOUR)
        return {"hours": hours, "minutes": rest // _MINUTE, "calendar": row.calendar, "counts_bot": row.counts_bot}
    asked = {name: request.GET.get(name, "") for name in ("clock", "shop", "kind", "priority")}
    calendar = Calendar.objects.filter(shop=number_in(asked["shop"]) or first_shop(agent).pk).order_by("pk").first()
    return {**asked, "calendar": calendar}


def _save(agent: Agent, row: Target | None, form: TargetForm) -> bool:
    facts, now = form.cleaned_data, timezone.now()
    promised = {name: facts[name] for name in ("seconds", "calendar", "counts_bot")}
    if row:
        edit_target(target=row, now=now, agent=agent, **promised)
        return True
    shop = next((one for one in shops_of(agent) if str(one.pk) == facts["shop"]), None)
    about = {name: facts[name] for name in ("kind", "priority", "channel_kind", "department")}
    try:
        create_target(clock=ClockKind(facts["clock"]), shop=shop, now=now, agent=agent, **promised, **about)
    except ClockRefused:
        form.add_error(None, _("There is a target for exactly this already."))
        return False
    return True


def _title(row: Target) -> str:
    parts = [
        clock_words(row.clock),
        kind_words(row.kind) if row.kind else "",
        priority_words(Priority(row.priority)) if row.priority else "",
        channel_words(row.channel_kind) if row.channel_kind else "",
        row.department.name if row.department else "",
    ]
    return " · ".join(part for part in parts if part)


@require_POST
@for_agents(_MAY)
def target_remove(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Promise this no more."""
    remove_target(target=_target_for(agent, pk), now=timezone.now(), agent=agent)
    messages.success(request, _("Gone. The next general target holds instead."))
    return redirect("console:targets")
