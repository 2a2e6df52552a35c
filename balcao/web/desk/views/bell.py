"""The bell: what the agent has to be told."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from balcao.notices import actions, queries
from balcao.notices.models import Notice, NoticeKind
from balcao.pipeline.late_words import deadline_words
from balcao.staff.models import Agent
from balcao.web.components.access import for_agents
from balcao.web.desk.access import wants_fragment
from balcao.web.desk.frame import context
from balcao.web.desk.orders.words import state_words, thing_words
from balcao.web.desk.processes.notices import notice_words

_OF_ORDERS = (NoticeKind.APPROVAL, NoticeKind.ORDER)
_SIGNS = {
    NoticeKind.MENTION: "at",
    NoticeKind.ASSIGNED: "user",
    NoticeKind.MESSAGE: "envelope-simple",
    NoticeKind.FAILED_SEND: "warning-fill",
    NoticeKind.QUARANTINE: "shield-warning",
    NoticeKind.GAP: "warning",
    NoticeKind.MAILBOX: "warning",
    NoticeKind.APPROVAL: "seal-question",
    NoticeKind.ORDER: "package",
    NoticeKind.STAGE: "flag",
    NoticeKind.DEADLINE: "clock",
    NoticeKind.ESCALATION: "warning-fill",
    NoticeKind.LATE: "truck",
    NoticeKind.WEBHOOK: "plugs",
    NoticeKind.RULE: "lightning",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One notice as a line."""

    words: str
    sign: str
    address: str
    at: datetime
    is_new: bool


@require_safe
@for_agents()
def notices(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show the newest notices; having been shown they are read."""
    rows = [told(row) for row in queries.latest(agent)]
    name = "desk/_notices.html" if wants_fragment(request) else "desk/notices.html"
    answer = render(request, name, context(request, agent, view=None, notices=rows))
    actions.read(agent=agent, now=timezone.now())
    return answer


@require_POST
@for_agents()
def read(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Mark all notices as read."""
    actions.read(agent=agent, now=timezone.now())
    return redirect("desk:notices")


def told(notice: Notice) -> Told:
    """Return a notice as a line with its address."""
    facts = notice.facts
    sign = _SIGNS[NoticeKind(notice.kind)]
    if notice.kind in (NoticeKind.DEADLINE, NoticeKind.ESCALATION):
        spoken = deadline_words(facts, now=timezone.now(), zone=timezone.get_current_timezone())
        return Told(spoken, sign, _address(notice), notice.at, notice.read_at is None)
    if notice.kind == NoticeKind.STAGE:
        return Told(notice_words(facts).strip(), sign, _address(notice), notice.at, notice.read_at is None)
    said = {name: facts.get(name, "") for name in ("number", "who", "channel", "order", "endpoint", "words")}
    if notice.kind in _OF_ORDERS:
        said["thing"] = thing_words(facts["kind"], facts["amount"] or 0, facts["currency"])
        said["state"] = state_words(facts["state"]) if "state" in facts else ""
    words = {
        NoticeKind.MENTION: _("%(who)s mentions you in %(number)s"),
        NoticeKind.ASSIGNED: _("%(number)s is yours now"),
        NoticeKind.MESSAGE: _("%(who)s wrote in %(number)s"),
        NoticeKind.FAILED_SEND: _("An answer in %(number)s could not be sent"),
        NoticeKind.QUARANTINE: _("A mail could not be understood (%(channel)s)"),
        NoticeKind.GAP: _("Mails are missing from %(channel)s"),
        NoticeKind.MAILBOX: _("%(channel)s cannot be read"),
        NoticeKind.APPROVAL: _("%(who)s asks for your approval: %(thing)s, order %(order)s"),
        NoticeKind.ORDER: _("%(thing)s, order %(order)s: %(state)s"),
        NoticeKind.LATE: _("The shipment of order %(order)s is late or lost: %(number)s"),
        NoticeKind.WEBHOOK: _("The webhook %(endpoint)s does not take what it is sent"),
        NoticeKind.RULE: _("%(number)s: %(words)s"),
    }[NoticeKind(notice.kind)] % said
    return Told(words.strip(), sign, _address(notice), notice.at, notice.read_at is None)


def _address(notice: Notice) -> str:
    if notice.kind == NoticeKind.APPROVAL:
        return reverse("desk:approvals")
    if number := notice.facts.get("number"):
        return reverse("desk:ticket", args=[number])
    if notice.kind == NoticeKind.ORDER:
        return reverse("desk:orders")
    if notice.kind == NoticeKind.WEBHOOK:
        return reverse("console:webhook", args=[notice.subject_id])
    if notice.kind == NoticeKind.QUARANTINE:
        return reverse("console:quarantine")
    return reverse("console:channel_intake", args=[notice.subject_id])
