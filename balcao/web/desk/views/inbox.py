"""The inbox: a view with its rows, with or without a ticket open beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from balcao.kit.keyset import BadCursor, decode_cursor, encode_cursor
from balcao.kit.numbers import number_in
from balcao.processes.queries.owed import Slice
from balcao.staff import actions as staff
from balcao.staff.models import Agent, Team
from balcao.staff.types import Permission
from balcao.tickets.models import SavedView
from balcao.tickets.queries import lists
from balcao.tickets.queries.rows import ListRow, RowPage, row_page
from balcao.tickets.queries.walking import MOST_LEGS, Key, Order, View, order_for, orders_of
from balcao.web.components.access import for_agents
from balcao.web.desk.access import is_part
from balcao.web.desk.frame import DeskFrame, context, view_words
from balcao.web.desk.rows import rows_of
from balcao.web.desk.searching import found_page
from balcao.web.desk.stage_lists import Staged, home_key, page_of, slice_words, stages_of


@dataclass(frozen=True, slots=True)
class Chosen:
    """The view that is open; what its head says is read when it is drawn, for further rows have none."""

    desk: DeskFrame
    key: str
    name: str
    nothing: str
    tally: str | None = None
    edit: str = ""
    view: View = View.MINE
    team_id: int | None = None
    query: str = ""  # of a saved view
    owed: Slice | None = None  # what of the agent's departments' stages

    @property
    def count(self) -> int | None:
        """Return the kept count of the view, if it is counted."""
        if self.owed:
            return self.desk.slice_count(self.owed)
        return self.desk.counts.get(self.tally, 0) if self.tally else None

    @property
    def empty(self) -> str:
        """Return what stands in the place of the rows when there are none."""
        return _("Nothing due. The counter is clear.") if self.elsewhere else self.nothing

    @property
    def empty_more(self) -> str:
        """Return where there is work, for an agent who has none."""
        return _("%(count)s tickets belong to nobody yet.") % {"count": self._free} if self.elsewhere else ""

    @property
    def elsewhere(self) -> str:
        """Return the address of that work."""
        return reverse("desk:view", args=[View.UNASSIGNED.value]) if self._free else ""

    @property
    def _free(self) -> int:
        return self.desk.counts.get("unassigned", 0) if self.key == View.MINE else 0


@require_safe
@for_agents(Permission.TICKET_READ)
def inbox(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show the agent's own view; who only does stages sees those of their departments."""
    return view_page(request, agent, home_key(agent, View.MINE.value))


@require_safe
@for_agents(Permission.TICKET_READ)
def view(request: HttpRequest, agent: Agent, key: str) -> HttpResponse:
    """Show one view."""
    return view_page(request, agent, key)


def view_page(request: HttpRequest, agent: Agent, key: str) -> HttpResponse:
    """Answer with the page of a view, or only its next rows."""
    around = context(request, agent)
    rows = list_context(request, agent, around["desk"], key)
    name = "desk/_rows.html" if request.GET.get("after") and is_more(request) else "desk/desk.html"
    return render(request, name, {**around, **rows})


def is_more(request: HttpRequest) -> bool:
    """Tell whether only further rows of the list are asked for."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers and not is_part(request, "work")


def list_context(request: HttpRequest, agent: Agent, desk: DeskFrame, key: str) -> dict[str, Any]:
    """Return what the list pane needs."""
    chosen = chosen_view(desk, agent, key)
    order = order_for(chosen.view, _order(request, agent))
    now = timezone.now()
    shown, stages, cursor = _shown(request, agent, desk, chosen, order, now)
    many_shops = desk.shop is None and len(desk.shops) > 1
    rows = rows_of(shown, now=now, address=ticket_address(key), many_shops=many_shops, stages=stages)
    is_sorted = not (chosen.query or chosen.owed)
    return {
        "view": chosen,
        "rows": rows,
        "order": order.value,
        "orders": [(one.value, order_words(one)) for one in orders_of(chosen.view)] if is_sorted else [],
        "order_words": order_words(order) if is_sorted else order_words(Order.DUE) if chosen.owed else "",
        "more": _more(request, key, cursor),
    }


def _shown(
    request: HttpRequest, agent: Agent, desk: DeskFrame, chosen: Chosen, order: Order, now: datetime
) -> tuple[list[ListRow], dict[int, Staged], str]:
    """Return the rows of a page, what they say of stages, and where the next page begins."""
    if chosen.owed:
        after = request.GET.get("after", "")
        return page_of(agent=agent, wanted=chosen.owed, shop_id=desk.shop_id, cursor=after, now=now)
    if chosen.query:
        rows, cursor = found_page(request, agent, chosen.query)
    else:
        page = _page(request, agent, desk, chosen, order)
        rows, cursor = page.rows, _cursor(page, order)
    return rows, stages_of(row.id for row in rows), cursor


def ticket_address(key: str) -> str:
    """Return the address of tickets opened from a view, with `{}` for the number."""
    return reverse("desk:ticket", args=[0]).replace("0", "{}") + (f"?in={key}" if key != View.MINE else "")


def _order(request: HttpRequest, agent: Agent) -> Order:
    asked = request.GET.get("order", "")
    if asked in set(Order) and asked != agent.settings.get("order", Order.NEWEST):
        staff.remember(agent=agent, order=asked)
    kept = asked or agent.settings.get("order", "")
    return Order(kept) if kept in set(Order) else Order.NEWEST


def _page(request: HttpRequest, agent: Agent, desk: DeskFrame, chosen: Chosen, order: Order) -> RowPage:
    return row_page(
        agent=agent,
        view=chosen.view,
        shop_id=desk.shop_id,
        team_id=chosen.team_id,
        order=order,
        after=_key(request.GET.get("after", ""), order),
    )


def _key(cursor: str, order: Order) -> Key | None:
    if not cursor:
        return None
    try:
        at, pk, leg = decode_cursor(cursor, order=f"list:{order}", size=3)
    except BadCursor:
        return None
    is_place = isinstance(at, datetime) and isinstance(pk, int) and isinstance(leg, int) and 0 <= leg < MOST_LEGS
    return Key(at, pk, leg) if is_place else None  # type: ignore[arg-type] # told apart a line before


def _cursor(page: RowPage, order: Order) -> str:
    key = page.next_key
    return encode_cursor(key.at, key.id, key.leg, order=f"list:{order}") if key else ""


def order_words(order: Order) -> str:
    """Return what an order of the list is called."""
    return {
        Order.NEWEST: _("Newest first"),
        Order.OLDEST: _("Oldest first"),
        Order.DUE: _("Due first"),
        Order.DUE_LAST: _("Due last"),
    }[order]


def _more(request: HttpRequest, key: str, cursor: str) -> str:
    return f"{reverse('desk:view', args=[key])}?after={cursor}" if cursor else ""


def chosen_view(desk: DeskFrame, agent: Agent, key: str) -> Chosen:
    """Return the view behind a key of the address: a view's name, `team-3` or `saved-5`."""
    kind, _dash, number = key.partition("-")
    pk = number_in(number)
    if kind == "team" and pk is not None:
        team = Team.objects.filter(pk=pk, is_active=True).first()
        if team is None:
            raise Http404
        tally = lists.count_key(View.TEAM, agent=agent, team_id=team.pk)
        nothing = _("Nothing waits for this team.")
        return Chosen(desk, key, team.name, nothing, tally, view=View.TEAM, team_id=team.pk)
    if kind == "saved" and pk is not None:
        return _saved(desk, agent, pk)
    if key in set(Slice):
        wanted = Slice(key)
        return Chosen(desk, key, slice_words(wanted)[0], _("Your departments owe nothing here."), owed=wanted)
    if key not in set(View) or key == View.TEAM:
        raise Http404
    return _standard(desk, agent, View(key))


def _saved(desk: DeskFrame, agent: Agent, pk: int) -> Chosen:
    saved = next((row for row in desk.saved if row.pk == pk), None)
    if saved is None:
        raise Http404
    edit = reverse("desk:saved_edit", args=[pk]) if may_change(saved, agent) else ""
    return Chosen(desk, f"saved-{pk}", saved.name, _("Nothing fits this view now."), edit=edit, query=saved.query)


def may_change(saved: SavedView, agent: Agent) -> bool:
    """Tell whether an agent may change a saved view: their own, or with the right to share any shared one."""
    return saved.agent_id == agent.pk or (saved.agent_id is None and agent.may(Permission.VIEW_SHARE))


def _standard(desk: DeskFrame, agent: Agent, view: View) -> Chosen:
    nothing = pgettext("empty list", "Nothing here. The counter is clear.")
    return Chosen(desk, view.value, view_words(view)[0], nothing, lists.count_key(view, agent=agent), view=view)


@require_POST
@for_agents(Permission.TICKET_READ)
def shop(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Choose the shop whose tickets the views show; none chosen means all."""
    chosen = number_in(request.POST.get("shop", ""))
    staff.remember(agent=agent, shop=chosen if chosen is not None and agent.sees_shop(chosen) else None)
    return redirect("desk:inbox")
