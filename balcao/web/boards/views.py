"""The boards' pages, and the same numbers as a file."""

import csv
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from balcao.insights.queries.kinds import figures as promises_of_kinds
from balcao.insights.rules import since
from balcao.insights.types import KindFigures, Span
from balcao.kit.numbers import number_in
from balcao.notices.queries import unread_count
from balcao.processes.queries.blueprints import startable
from balcao.staff.models import Agent
from balcao.staff.queries import shops_of
from balcao.staff.types import Permission
from balcao.web.boards.drawing import Board, Names, board_of
from balcao.web.boards.kinds import lines_of
from balcao.web.components.access import for_agents

_MAY = Permission.BOARD_READ


@require_safe
@for_agents(_MAY)
def stages(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show time by stage and department, where tickets stick, and who must do what."""
    board, wanted = _board(request, agent)
    around, names = _around(agent, wanted, file="boards:stages_file"), Names()
    blueprints = {row.pk: names.process(row.pk) for shop in around["shops"] for row in startable(shop.pk)}
    context = {"board": board, **around, "blueprints": sorted(blueprints.items(), key=lambda pair: pair[1])}
    return render(request, "boards/stages.html", context)


@require_safe
@for_agents(_MAY)
def stages_file(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Give the table of the page as a file, with times in seconds."""
    board, _wanted = _board(request, agent)
    columns = ("process", "stage", "owner", "stays", "late", "came_back", "lasted_s", "waited_s", "open_s")
    answer, writer = _file("stages.csv", *columns)
    for row in board.stages:
        one = row.figures
        facts = (one.stays, one.late, one.again, one.lasted, one.waited, one.used)
        writer.writerow([*(_harmless(word) for word in (row.process, row.name, row.owner)), *facts])
    return answer


@require_safe
@for_agents(_MAY)
def kinds(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show how answers and solutions kept their promises, for each kind of matter."""
    figures, wanted = _kinds(request, agent)
    around = _around(agent, wanted, file="boards:kinds_file")
    return render(request, "boards/kinds.html", {"lines": lines_of(figures), **around})


@require_safe
@for_agents(_MAY)
def kinds_file(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Give the same as a file, with times in seconds."""
    figures, _wanted = _kinds(request, agent)
    answer, writer = _file("kinds.csv", "kind", "promise", "ended", "late", "lasted_s")
    for one in sorted(figures, key=lambda one: (one.kind or "", one.clock)):
        writer.writerow([one.kind or "", one.clock, one.ended, one.late, round(one.lasted.total_seconds())])
    return answer


def _around(agent: Agent, wanted: Mapping[str, Any], *, file: str) -> dict[str, Any]:
    """Return what the frame of every board shows; `rest`: what is asked besides the span, for addresses."""
    asked = {name: value for name, value in wanted.items() if value and name != "span"}
    return {
        **wanted,
        "rest": f"&{urlencode(asked)}" if asked else "",
        "file": reverse(file),
        "spans": [(Span.WEEK, _("Week")), (Span.MONTH, _("Month")), (Span.QUARTER, _("Quarter"))],
        "shops": shops_of(agent),
        "unread": unread_count(agent),
    }


def _file(name: str, *columns: str) -> tuple[HttpResponse, Any]:
    """Begin a file of comma-separated values; return the answer and who writes its rows."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write("\ufeff")  # so that spreadsheets read it as UTF-8
    writer = csv.writer(answer)
    writer.writerow(columns)
    return answer, writer


def _kinds(request: HttpRequest, agent: Agent) -> tuple[list[KindFigures], dict[str, Any]]:
    span, shop, now = _span(request), number_in(request.GET.get("shop", "")), timezone.now()
    shops = agent.shop_ids() & {shop} if shop else agent.shop_ids()
    figures = promises_of_kinds(shops=shops, since=since(span, now=now), until=now)
    return figures, {"span": span, "shop": shop}


def _span(request: HttpRequest) -> Span:
    asked = request.GET.get("span", "")
    return Span(asked) if asked in set(Span) else Span.MONTH


def _board(request: HttpRequest, agent: Agent) -> tuple[Board, dict[str, Any]]:
    span = _span(request)
    shop, blueprint = (number_in(request.GET.get(name, "")) for name in ("shop", "process"))
    now = timezone.now()
    board = board_of(agent=agent, since=since(span, now=now), now=now, shop=shop, blueprint=blueprint)
    return board, {"span": span, "shop": shop, "process": blueprint}


def _harmless(word: str) -> str:
    """Return a word that no spreadsheet takes for a formula."""
    return f"'{word}" if word[:1] in ("=", "+", "-", "@") else word
