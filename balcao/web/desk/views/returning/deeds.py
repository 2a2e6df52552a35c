"""What is done with a return on the desk: taken in, looked at, judged, decided."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from balcao.kit.numbers import number_in
from balcao.returns.actions import judging
from balcao.returns.actions.choosing import choose_outcome
from balcao.returns.actions.photos import NoPhoto, add_photo
from balcao.returns.actions.troubles import CannotReturn, Trouble
from balcao.returns.actions.warehouse import Found, inspect, receive
from balcao.returns.models import Return, ReturnLine
from balcao.returns.types import Disposition, Grade, Outcome
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.components.returning import photos_in
from balcao.web.desk.orders.typed import minor_units
from balcao.web.desk.returns.view import may_work_here
from balcao.web.desk.views.returning.looking import drawn, return_for

_MOST_GRAMS = 1_000_000
_MOST_PIECES = 10_000
_LONGEST = 2000


def trouble_words(trouble: Trouble) -> str:
    """Return why something cannot be done with a return."""
    return {
        Trouble.NOT_NOW: _("It has come too far for this, or not far enough."),
        Trouble.NO_GROUNDS: _("Name the rule, and say to the customer why."),
        Trouble.TOO_MUCH: _("No rule allows to take that much off."),
        Trouble.NO_SUCH_LINE: _("Say how many pieces were found of at least one item."),
        Trouble.NO_SUCH_OUTCOME: _("Neither law nor shop offers this."),
        Trouble.NO_VARIANT: _("Please choose what is wanted for it."),
        Trouble.TOO_MANY: _("Some of it comes back already, or was paid back."),
        Trouble.NOTHING: _("Choose at least one item."),
        Trouble.OTHER_ORDER: _("The process of this ticket is about another order."),
        Trouble.ALREADY: _("This ticket has a return already."),
        Trouble.MIXED: _("One return has one outcome: make two of them."),
        Trouble.THEIR_CHOICE: _("The customer may choose freely."),
        Trouble.NO_PATH: _("The shop has no process for returns in use."),
    }[trouble]


def _refused(request: HttpRequest, agent: Agent, row: Return, cannot: CannotReturn) -> HttpResponse:
    row.refresh_from_db()
    return drawn(request, agent, row, sorry=trouble_words(cannot.trouble), status=422)


@require_POST
@for_agents(Permission.STAGE_WORK)
def take_in(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Take a parcel in."""
    row = _for_warehouse(agent, pk)
    grams = number_in(request.POST.get("grams", "").strip())
    receive(
        row=row,
        key=f"desk:{row.pk}:{request.POST.get('key', '')[:40]}",
        agent=agent,
        now=timezone.now(),
        grams=grams if grams is not None and grams <= _MOST_GRAMS else None,
        code=request.POST.get("code", "").strip()[:120],
        remark=request.POST.get("remark", "")[:_LONGEST],
    )
    messages.success(request, _("Taken in."))
    return redirect("desk:return", row.pk)


def _for_warehouse(agent: Agent, pk: int) -> Return:
    row = return_for(agent, pk)
    if not may_work_here(agent, row.shop_id):
        raise PermissionDenied
    return row


@require_POST
@for_agents(Permission.STAGE_WORK)
def look(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Write down what was found, with pictures."""
    row = _for_warehouse(agent, pk)
    lines = {line.pk: line for line in row.lines.all()}
    found = [one for line in lines.values() for one in _found_of(request, line)] + _unannounced(request)
    try:
        rows = inspect(row=row, found=found, agent=agent, now=timezone.now())
    except CannotReturn as cannot:
        trouble = Trouble.NO_SUCH_LINE if not found else cannot.trouble
        return _refused(request, agent, row, CannotReturn(trouble))
    for one in rows:
        for file in photos_in(request, f"photo-{one.line_id}"):
            with suppress(NoPhoto):  # the findings stand without it
                add_photo(row=row, file=file, line=one.line, agent=agent, now=timezone.now())
    messages.success(request, _("Written down."))
    return redirect("desk:return", row.pk)


def _found_of(request: HttpRequest, line: ReturnLine) -> list[Found]:
    """Return what was filled in of a line, one finding for each of its rows that has pieces."""
    listed = []
    for place in range(line.quantity):
        typed = {name: request.POST.get(f"{name}-{line.pk}-{place}", "").strip() for name in _TYPED}
        count = number_in(typed["found"]) or 0
        if 0 < count <= _MOST_PIECES and typed["grade"] in set(Grade):
            listed.append(_finding(typed, count, line))
    return listed


_TYPED = ("found", "grade", "serial", "missing", "disposition", "remark")


def _finding(typed: dict[str, str], count: int, line: ReturnLine | None) -> Found:
    chosen = typed["disposition"]
    return Found(
        quantity=count,
        grade=Grade(typed["grade"]),
        line=line,
        name=typed.get("name", "")[:300],
        serial=typed["serial"][:80],
        missing=tuple(part.strip() for part in typed["missing"].split(",") if part.strip())[:20],
        disposition=Disposition(chosen) if chosen in set(Disposition) else None,
        remark=typed["remark"][:_LONGEST],
    )


def _unannounced(request: HttpRequest) -> list[Found]:
    typed = {name: request.POST.get(f"other-{name}", "").strip() for name in (*_TYPED, "name")}
    count = number_in(typed["found"]) or 0
    is_filled = typed["name"] and typed["grade"] in set(Grade) and 0 < count <= _MOST_PIECES
    return [_finding(typed, count, None)] if is_filled else []


@require_POST
@for_agents(Permission.STAGE_WORK, Permission.ORDER_ACT)
def judge(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Grant or refuse a return."""
    row = return_for(agent, pk)
    is_granted = request.POST.get("answer") == "grant"
    try:
        judging.judge(
            row=row,
            is_granted=is_granted,
            agent=agent,
            now=timezone.now(),
            rule=request.POST.get("rule", "")[:60],
            remark=request.POST.get("remark", "")[:_LONGEST],
            reason="outside" if not is_granted else "",
        )
    except CannotReturn as cannot:
        return _refused(request, agent, row, cannot)
    messages.success(request, _("Granted.") if is_granted else _("Refused, with its rule."))
    return redirect("desk:return", row.pk)


@require_POST
@for_agents(Permission.STAGE_WORK, Permission.ORDER_ACT)
def decide(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Give the customer what they chose, less what a rule lets the shop take off."""
    row = return_for(agent, pk)
    remark = request.POST.get("remark", "")[:500]
    withheld = minor_units(request.POST.get("withheld", "").strip() or "0", row.order.currency)
    if withheld is None:
        return _refused(request, agent, row, CannotReturn(Trouble.TOO_MUCH))
    try:
        judging.decide(row=row, agent=agent, now=timezone.now(), withheld=withheld, remark=remark)
    except CannotReturn as cannot:
        return _refused(request, agent, row, cannot)
    messages.success(request, _("Decided."))
    return redirect("desk:return", row.pk)


@require_POST
@for_agents(Permission.STAGE_WORK, Permission.ORDER_ACT)
def outcome(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Write down that the customer wants something else for it."""
    row, wanted = return_for(agent, pk), request.POST.get("outcome", "")
    if wanted not in set(Outcome):
        return _refused(request, agent, row, CannotReturn(Trouble.NO_SUCH_OUTCOME))
    try:
        variants = {line.line: request.POST.get(f"variant-{line.pk}", line.variant) for line in row.lines.all()}
        given: dict[str, Any] = {"agent": agent, "identity": None, "now": timezone.now(), "variants": variants}
        choose_outcome(row=row, outcome=Outcome(wanted), **given)
    except CannotReturn as cannot:
        return _refused(request, agent, row, cannot)
    return redirect("desk:return", row.pk)
