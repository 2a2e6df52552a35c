"""The boards' pages, and the same numbers as a file."""

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from balcao.insights.rules import since
from balcao.insights.types import Span
from balcao.kit.numbers import number_in
from balcao.notices.queries import unread_count
from balcao.processes.queries.blueprints import startable
from balcao.staff.models import Agent
from balcao.staff.queries import shops_of
from balcao.staff.types import Permission
from balcao.web.boards.drawing import Board, Names, board_of
from balcao.web.components.access import for_agents

_MAY = Permission.BOARD_READ


@require_safe
@for_agents(_MAY)
def stages(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show time by stage and department, where tickets stick, and who must do what."""
    board, wanted = _board(request, agent)
    shops, names = shops_of(agent), Names()
    blueprints = {row.pk: names.process(row.pk) for shop in shops for row in startable(shop.pk)}
    context = {
        "board": board,
        **wanted,
        "spans": [(Span.WEEK, _("Week")), (Span.MONTH, _("Month")), (Span.QUARTER, _("Quarter"))],
        "shops": shops,
        "blueprints": sorted(blueprints.items(), key=lambda pair: pair[1]),
        "unread": unread_count(agent),
    }
    return render(request, "boards/stages.html", context)


@require_safe
@for_agents(_MAY)
def stages_file(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Give the table of the page as a file, with times in seconds."""
    board, _wanted = _board(request, agent)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="stages.csv"'
    answer.write("\ufeff")  # so that spreadsheets read it as UTF-8
    writer = csv.writer(answer)
    writer.writerow(["process", "stage", "owner", "stays", "late", "came_back", "lasted_s", "waited_s", "open_s"])
    for row in board.stages:
        one = row.figures
        facts = (one.stays, one.late, one.again, one.lasted, one.waited, one.used)
        writer.writerow([*(_harmless(word) for word in (row.process, row.name, row.owner)), *facts])
    return answer


def _board(request: HttpRequest, agent: Agent) -> tuple[Board, dict[str, Any]]:
    asked = request.GET.get("span", "")
    span = Span(asked) if asked in set(Span) else Span.MONTH
    shop, blueprint = (number_in(request.GET.get(name, "")) for name in ("shop", "process"))
    now = timezone.now()
    board = board_of(agent=agent, since=since(span, now=now), now=now, shop=shop, blueprint=blueprint)
    return board, {"span": span, "shop": shop, "blueprint": blueprint}


def _harmless(word: str) -> str:
    """Return a word that no spreadsheet takes for a formula."""
    return f"'{word}" if word[:1] in ("=", "+", "-", "@") else word
