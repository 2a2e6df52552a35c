"""Rules: what the shop does by itself; their order, their log, and trying one out on past tickets."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.automation.actions import ruling as actions
from balcao.automation.models import Rule, RuleRun
from balcao.automation.queries import ruling as queries
from balcao.automation.rules.ruling import ruling_from, steps_from
from balcao.automation.types import Outcome, Ruling
from balcao.kit.numbers import number_in
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket
from balcao.web.components.access import for_agents
from balcao.web.console.frame import page
from balcao.web.console.ruling import words
from balcao.web.console.ruling.choices import Scope
from balcao.web.console.ruling.rows import RuleForm, form_of, sent_form

_MAY = Permission.RULE_EDIT
_PAGE = 50
_SHOWN = 50  # tickets of a trial
_LOOKS = ("more", "drop", "look")  # the form was sent to be shown with other rows, not to be kept
DAYS = (1, 7, 30, 90)


class BasicsForm(forms.Form):
    """What a rule is called, where it holds and whether it is used."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    shop = forms.ModelChoiceField(
        Shop.objects.none(), label=gettext_lazy("Shop"), required=False, empty_label=gettext_lazy("Every shop")
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, agent: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shop: Any = self.fields["shop"]
        shop.queryset = Shop.objects.filter(pk__in=agent.shop_ids())
        if not agent.every_shop:
            shop.required, shop.empty_label = True, None


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in the list."""

    rule: Rule
    when: str
    where: str
    steps: str
    counts: dict[str, int] = field(default_factory=dict)


def _rule_for(agent: Agent, rule_id: int) -> Rule:
    rule = queries.rules_for(agent).select_related("shop", "changed_by").filter(pk=rule_id).first()
    if rule is None:
        raise Http404
    return rule


@require_GET
@for_agents(_MAY)
def rules(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the rules in the order in which they are asked."""
    scope, rows = Scope(agent), list(queries.rules_for(agent).select_related("shop"))
    counts = queries.runs_by_rule(rows, since=timezone.now() - timedelta(days=7))
    return page(request, agent, "rules", {"lines": [_line(row, scope, counts.get(row.pk, {})) for row in rows]})


def _line(rule: Rule, scope: Scope, counts: dict[str, int]) -> Line:
    ruling = ruling_from(rule.spec)
    said = {"when": words.when_words(ruling), "where": words.where_words(ruling.where, scope)}
    counted = {outcome.value: 0 for outcome in Outcome} | counts
    return Line(rule, steps=words.steps_in_words(ruling.steps, scope), counts=counted, **said)


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def rule(request: HttpRequest, agent: Agent, rule_id: int | None = None) -> HttpResponse:
    """Write or change a rule, or try out what the form says."""
    row = _rule_for(agent, rule_id) if rule_id else None
    scope = Scope(agent)
    if request.method == "GET":
        basics = BasicsForm(agent=agent, initial=_known(row))
        form = form_of(ruling_from(row.spec), scope) if row else sent_form(request.GET, scope)
        return _shown(request, agent, row, basics, form)
    form = sent_form(request.POST, scope)
    if any(name in request.POST for name in _LOOKS):
        return _shown(request, agent, row, BasicsForm(agent=agent, initial=_typed(request)), form)
    basics, ruling = BasicsForm(request.POST, agent=agent), form.ruling()
    if not basics.is_valid() or ruling is None:
        return _shown(request, agent, row, basics, form, status=422)
    if "try" in request.POST:
        tried = _tried(agent, ruling, scope, shop=basics.cleaned_data["shop"], days=_days(request.POST.get("days", "")))
        return _shown(request, agent, row, basics, form, tried=tried)
    actions.save_rule(rule=row, ruling=ruling, agent=agent, now=timezone.now(), **basics.cleaned_data)
    messages.success(request, _("Kept."))
    return redirect("console:rules")


def _known(row: Rule | None) -> dict[str, Any]:
    return {"name": row.name, "shop": row.shop_id, "is_active": row.is_active} if row else {}


def _typed(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST
    return {"name": sent.get("name", ""), "shop": sent.get("shop", ""), "is_active": "is_active" in sent}


def _shown(
    request: HttpRequest,
    agent: Agent,
    row: Rule | None,
    basics: BasicsForm,
    form: RuleForm,
    *,
    status: int = 200,
    tried: "Trial | None" = None,
) -> HttpResponse:
    if not form.steps and request.method == "GET":
        form = sent_form(_one_step(), form.scope)
    context = {
        "row": row,
        "basics": basics,
        "form": form,
        "scope": form.scope,
        "tried": tried,
        "days": DAYS,
        "tab": "rule",
    }
    return page(request, agent, "rule_form", context, status=status)


def _one_step() -> QueryDict:
    return QueryDict("more=steps")


@dataclass(frozen=True, slots=True)
class TriedLine:
    """One ticket that a rule would have changed."""

    ticket: Ticket
    steps: list[str]
    already: list[str]  # what is so already


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have done to past tickets."""

    days: int
    looked_at: int
    matching: int
    lines: list[TriedLine]
    missed: list[tuple[str, int]]  # the condition that did not hold, and on how many tickets


def _days(text: str) -> int:
    days = number_in(text)
    return days if days in DAYS else 7


def _tried(agent: Agent, ruling: Ruling, scope: Scope, *, shop: Shop | None, days: int) -> Trial:
    now = timezone.now()
    shops = [shop.pk] if shop else list(agent.shop_ids())
    tried = queries.try_out(ruling, shop_ids=shops, since=now - timedelta(days=days), now=now)
    matching = [one for one in tried if one.verdict.holds]
    lines = [
        TriedLine(
            one.ticket,
            [words.step_words(wanted.step, scope) for wanted in one.wanted if wanted.is_needed],
            [words.step_words(wanted.step, scope) for wanted in one.wanted if not wanted.is_needed],
        )
        for one in matching[:_SHOWN]
    ]
    missed = Counter(
        held.condition for one in tried if not one.verdict.holds for held in one.verdict.looked_at if not held.holds
    )
    said = [(words.condition_words(condition, scope), count) for condition, count in missed.most_common()]
    return Trial(days, len(tried), len(matching), lines, said)


@require_POST
@for_agents(_MAY)
def do(request: HttpRequest, agent: Agent, rule_id: int) -> HttpResponse:
    """Move a rule up or down, use it or no longer, or delete it."""
    row, now = _rule_for(agent, rule_id), timezone.now()
    match request.POST.get("deed", ""):
        case "up" | "down" as way:
            among = list(queries.rules_for(agent).values_list("pk", flat=True))
            actions.move_rule(rule=row, up=way == "up", among=among, agent=agent, now=now)
        case "on" | "off" as way:
            actions.switch_rule(rule=row, is_active=way == "on", agent=agent, now=now)
        case "delete":
            actions.delete_rule(rule=row, agent=agent, now=now)
            messages.success(request, _("“%(name)s” is gone.") % {"name": row.name})
    return redirect("console:rules")


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the log."""

    run: RuleRun
    event: str
    steps: list[str]
    left_out: list[str]
    why: str


@require_GET
@for_agents(_MAY)
def log(request: HttpRequest, agent: Agent, rule_id: int) -> HttpResponse:
    """Show what a rule did, newest first."""
    row, scope = _rule_for(agent, rule_id), Scope(agent)
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in set(Outcome) else ""
    rows = queries.runs_of(row, outcome=outcome, before=number_in(request.GET.get("before", "")))
    rows = rows.filter(ticket__shop__in=agent.shop_ids())
    found = list(rows[: _PAGE + 1])
    context = {
        "row": row,
        "tab": "log",
        "lines": [_run_line(run, scope) for run in found[:_PAGE]],
        "older": found[_PAGE - 1].pk if len(found) > _PAGE else None,
        "outcome": outcome,
        "outcomes": [("", _("All")), *((one.value, words.outcome_words(one)) for one in Outcome)],
    }
    return page(request, agent, "rule_log", context)


def _run_line(run: RuleRun, scope: Scope) -> RunLine:
    done = [words.step_words(step, scope) for step in steps_from([d for d in run.done if "left_out" not in d])]
    left_out = [words.step_words(step, scope) for step in steps_from([d for d in run.done if "left_out" in d])]
    why = words.stop_words(run.detail) if run.outcome == Outcome.STOPPED else run.detail
    return RunLine(run, words.event_words(run.event), done, left_out, why)
