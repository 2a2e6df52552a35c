"""What surrounds every page of the desk: the views with their counts, the shops, who is at the counter."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from balcao.commerce.queries import waiting_count
from balcao.journal.queries import head_position
from balcao.kit.prepared import Prepared
from balcao.notices.models import Notice
from balcao.processes.queries.asked import asked_count, decides
from balcao.processes.queries.owed import Slice
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Team
from balcao.staff.queries import at_the_counter, colleagues, shops_of
from balcao.staff.types import Permission
from balcao.tickets.models import SavedView, Tag
from balcao.tickets.queries import lists
from balcao.tickets.queries.walking import View
from balcao.web.desk.stage_lists import TONES, slice_count, slice_name, slice_words, slices_of

_MOST_NAMES = 4
_MOST_NOTICES = 99  # that the bell counts


@dataclass(frozen=True, slots=True)
class ViewLink:
    """One view in the list at the left."""

    key: str
    name: str
    icon: str
    address: str
    count: int | None = None
    keys: str = ""
    tone: str = ""  # of a count above nought: "soon", "late"


@dataclass(frozen=True, slots=True)
class Group:
    """Views under one heading; `add` is where another one is made."""

    title: str
    links: list[ViewLink]
    add: str = ""


@dataclass(frozen=True, slots=True)
class Can:
    """What the agent may do, for the templates."""

    reply: bool
    note: bool
    edit: bool
    merge: bool
    bulk: bool
    customer: bool
    merge_customers: bool
    share: bool


def can_of(agent: Agent) -> Can:
    """Return what an agent may do."""
    return Can(
        reply=agent.may(Permission.TICKET_REPLY),
        note=agent.may(Permission.TICKET_NOTE),
        edit=agent.may(Permission.TICKET_EDIT),
        merge=agent.may(Permission.TICKET_MERGE),
        bulk=agent.may(Permission.TICKET_BULK),
        customer=agent.may(Permission.CUSTOMER_EDIT),
        merge_customers=agent.may(Permission.CUSTOMER_MERGE),
        share=agent.may(Permission.VIEW_SHARE),
    )


_VIEWS = {
    View.MINE: (pgettext_lazy("view", "Mine"), "tray"),
    View.UNASSIGNED: (pgettext_lazy("view", "Nobody's"), "hand"),
    View.OURS: (pgettext_lazy("view", "All open"), "chats-circle"),
    View.MENTIONS: (pgettext_lazy("view", "Mentions"), "at"),
    View.QUICK: (pgettext_lazy("view", "Quick"), "lightning"),
    View.ACTION: (pgettext_lazy("view", "Action"), "wrench"),
    View.FORWARDED: (pgettext_lazy("view", "Forwarded"), "arrow-bend-double-up-right"),
    View.SOON: (pgettext_lazy("view", "Due soon"), "hourglass-medium"),
    View.BREACHED: (pgettext_lazy("view", "Breached"), "warning"),
    View.RISK: (pgettext_lazy("view", "At risk"), "warning-circle"),
    View.OTHERS: (pgettext_lazy("view", "Others' turn"), "truck"),
    View.WAITING: (pgettext_lazy("view", "Customer's turn"), "user"),
    View.SNOOZED: (pgettext_lazy("view", "Snoozed"), "moon-stars"),
    View.SOLVED: (pgettext_lazy("view", "Solved"), "check"),
    View.CLOSED: (pgettext_lazy("view", "Closed"), "lock-simple"),
    View.SPAM: (pgettext_lazy("view", "Spam"), "prohibit"),
    View.TRASH: (pgettext_lazy("view", "Trash"), "trash"),
    View.TEAM: (pgettext_lazy("view", "Team"), "users"),
}


_PROMISES = (View.SOON, View.BREACHED, View.RISK)
_TONES = {View.SOON: "soon", View.BREACHED: "late", View.RISK: "soon"}


def view_words(view: View) -> tuple[str, str]:
    """Return a view's name and icon."""
    words, icon = _VIEWS[view]
    return str(words), icon


_TEAMS = Prepared(lambda agent: Team.objects.filter(is_active=True, members=agent).order_by("name"))
_SAVED = Prepared(
    lambda agent: SavedView.objects.filter(Q(agent=agent) | Q(agent__isnull=True)).order_by("place", "name")
)
_UNREAD = Prepared(
    lambda agent: Notice.objects.filter(agent=agent, read_at__isnull=True).values_list("pk", flat=True)[:_MOST_NOTICES]
)


class DeskFrame:
    """Read lazily: a fragment that shows no views asks for none."""

    def __init__(self, request: HttpRequest, agent: Agent) -> None:
        self._agent = agent
        self._request = request
        self._slice_counts: dict[Slice, int] = {}

    @cached_property
    def shops(self) -> list[Shop]:
        """Return the shops this agent works for."""
        return shops_of(self._agent)

    @cached_property
    def shop(self) -> Shop | None:
        """Return the one shop the agent looks at; None for all."""
        chosen = self._agent.settings.get("shop")
        return next((shop for shop in self.shops if shop.pk == chosen), None)

    @property
    def shop_id(self) -> int | None:
        """Return the chosen shop's id."""
        return self.shop.pk if self.shop else None

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return the kept counts by tally key."""
        return lists.counts(agent=self._agent, shop_id=self.shop_id)

    @cached_property
    def own_teams(self) -> list[Team]:
        """Return the teams the agent belongs to."""
        return _TEAMS(self._agent.pk)

    @cached_property
    def saved(self) -> list[SavedView]:
        """Return the agent's own saved views and the shared ones."""
        rows = _SAVED(self._agent.pk)
        return [row for row in rows if row.shop_id is None or self._agent.sees_shop(row.shop_id)]

    def view_link(self, view: View, team: Team | None = None, keys: str = "") -> ViewLink:
        """Return a view's link with its count."""
        name, icon = view_words(view)
        key = f"team-{team.pk}" if team else view.value
        tally = lists.count_key(view, agent=self._agent, team_id=team.pk if team else None)
        return ViewLink(
            key=key,
            name=team.name if team else name,
            icon=icon,
            address=reverse("desk:view", args=[key]),
            count=self.counts.get(tally, 0) if tally else None,
            keys=keys,
            tone=_TONES.get(view, ""),
        )

    @cached_property
    def groups(self) -> list[Group]:
        """Return all views under their headings."""
        first = [View.MINE, View.UNASSIGNED, View.OURS, *_PROMISES, View.WAITING, View.OTHERS, View.SNOOZED]
        kinds = [View.QUICK, View.ACTION, View.FORWARDED]
        rest = [View.SOLVED, View.CLOSED, View.SPAM, View.TRASH]
        return [
            Group("", [*(self.view_link(view) for view in (*first, View.MENTIONS)), *self._approvals]),
            *([Group(_("My department"), self._owed)] if self._owed else []),
            Group(_("By kind"), [self.view_link(view) for view in kinds]),
            *(
                [Group(_("Teams"), [self.view_link(View.TEAM, team) for team in self.own_teams])]
                if self.own_teams
                else []
            ),
            Group(_("Saved views"), [_saved_link(view) for view in self.saved], add=reverse("desk:saved_new")),
            Group(_("Done and set aside"), [self.view_link(view) for view in rest]),
        ]

    @cached_property
    def _owed(self) -> list[ViewLink]:
        """Return the lists of what the agent's departments owe."""
        return [
            ViewLink(
                key=wanted.value,
                name=slice_name(wanted),
                icon=slice_words(wanted)[1],
                address=reverse("desk:view", args=[wanted.value]),
                count=self.slice_count(wanted),
                tone=TONES.get(wanted, ""),
            )
            for wanted in slices_of(self._agent)
        ]

    def slice_count(self, wanted: Slice) -> int:
        """Return how much is in a list of what the agent's departments owe; read once."""
        if wanted not in self._slice_counts:
            self._slice_counts[wanted] = slice_count(
                self.counts, agent=self._agent, wanted=wanted, shop_id=self.shop_id, now=timezone.now()
            )
        return self._slice_counts[wanted]

    @property
    def _approvals(self) -> list[ViewLink]:
        """Return the way to what waits for approval, for those who may approve."""
        is_approver = self._agent.may(Permission.ORDER_APPROVE)
        asked = asked_count(self._agent) if self._agent.may(Permission.STAGE_WORK) and decides(self._agent) else 0
        if not (is_approver or asked):
            return []
        count = asked + (waiting_count(shop_ids=self._agent.shop_ids()) if is_approver else 0)
        return [ViewLink("approvals", _("Approvals"), "seal-check", reverse("desk:approvals"), count=count)]

    @cached_property
    def assignable(self) -> list[Agent]:
        """Return the active agents with whom this one shares a shop, by name."""
        return list(colleagues(self._agent).filter(is_active=True).order_by("name", "id"))

    @cached_property
    def colleagues(self) -> list[Agent]:
        """Return the others who are at the counter now."""
        present = at_the_counter(shop_ids=self._agent.shop_ids())
        return [row for row in present if row.pk != self._agent.pk]

    @property
    def colleague_names(self) -> str:
        """Return the first few names of those at the counter."""
        names = [row.name.split()[0] for row in self.colleagues if row.name.split()]
        shown, rest = names[:_MOST_NAMES], len(names) - _MOST_NAMES
        more = [_("%(count)d more") % {"count": rest}] if rest > 0 else []
        return ", ".join([*shown, *more])

    @cached_property
    def teams(self) -> list[Team]:
        """Return all active teams."""
        return list(Team.objects.filter(is_active=True))

    @cached_property
    def tags(self) -> list[Tag]:
        """Return all tags."""
        return list(Tag.objects.all())

    @cached_property
    def unread_notices(self) -> int:
        """Return how many notices the bell shows, at most 99."""
        return len(_UNREAD(self._agent.pk))

    @cached_property
    def position(self) -> int:
        """Return the journal position this page stands at; live updates go on from there."""
        return head_position()

    @property
    def panes(self) -> dict[str, bool]:
        """Return which panes are open."""
        return {"views": True, "customer": True, **self._agent.settings.get("panes", {})}

    def is_open(self, card: str, *, default: bool) -> bool:
        """Tell whether the agent left a card open."""
        return bool(self._agent.settings.get("cards", {}).get(card, default))


def _saved_link(view: SavedView) -> ViewLink:
    key = f"saved-{view.pk}"
    icon = "bookmark-simple" if view.agent_id else "users"
    return ViewLink(key, view.name, icon, reverse("desk:view", args=[key]))


def context(request: HttpRequest, agent: Agent, **more: Any) -> dict[str, Any]:
    """Return what every desk template needs, and more."""
    return {
        "desk": DeskFrame(request, agent),
        "can": can_of(agent),
        "ticket": None,
        "view": None,
        "search": None,
        "is_fragment": False,
        **more,
    }
