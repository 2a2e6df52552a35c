"""A virtual ticket through a process: when it begins, how long each stage takes, which way it goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from balcao.deadlines.rules.timetables import OutOfRange
from balcao.processes.queries.hours import hours_of
from balcao.processes.rules.simulating import simulate
from balcao.processes.types import Blueprint, Hours, SimulatedVisit, Simulation, Stage, Step, Transition
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.designing import words
from balcao.web.console.designing.drawing import main_path
from balcao.web.console.frame import page
from balcao.web.console.views.processes.finding import design_for, shop_choices

_MOST = 40  # stays


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay as the page shows and asks for it."""

    number: int
    stage: Stage
    visit: SimulatedVisit
    ways: list[Transition]
    way: str
    lasts: str  # limit, half, own
    amount: int
    scale: str
    stands: bool  # the promise, meanwhile
    percent: float  # of the promise used by now


@require_GET
@for_agents(Permission.PROCESS_READ)
def attempt(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Walk a virtual ticket through a process."""
    design = design_for(agent, blueprint_id)
    if design.read is None or not [one for one in design.read.stages if one.is_start]:
        return redirect("console:process", blueprint_id)
    shops = [design.row.shop] if design.row.shop else list(Shop.objects.filter(pk__in=agent.shop_ids()))
    shop = next((one for one in shops if str(one.pk) == request.GET.get("shop", "")), shops[0] if shops else None)
    hours = hours_of(shop, at=timezone.now())
    starts_at = _start(request.GET.get("at", ""))
    try:
        walk = _Walk(design.read, hours, starts_at, request.GET)
        context: dict[str, Any] = {"stays": walk.stays, "result": walk.result, "left": walk.left}
    except OutOfRange:
        context = {"stays": [], "result": None, "left": 0, "wrong": _("Calendars do not reach that far.")}
    known = {
        "design": design,
        "tab": "try",
        "read": design.read,
        "words": words,
        "said": words.said,
        "roles": words.Roles(),
    }
    asked = {
        "shops": shops,
        "shop_choices": shop_choices(shops),
        "shop": shop,
        "starts_at": timezone.localtime(starts_at),
    }
    return page(request, agent, "process_try", {**known, **asked, **context})


def _start(text: str) -> datetime:
    try:
        asked = parse_datetime(text)
    except ValueError:
        asked = None
    if asked is None:
        return timezone.now().replace(second=0, microsecond=0)
    return asked if timezone.is_aware(asked) else timezone.make_aware(asked)


class _Walk:
    """The walk that the address asks for; what it leaves open goes along the main path, each stage at its limit."""

    def __init__(self, read: Blueprint, hours: Hours, starts_at: datetime, asked: Mapping[str, str]) -> None:
        self.read, self.asked = read, asked
        self.main = main_path(read)
        self.known = {stage.key for stage in read.stages}
        self.steps = self._steps()
        self.result: Simulation = simulate(read, self.steps, starts_at=starts_at, hours=hours)
        self.left = read.total_seconds - self.result.total_used_seconds  # less than nothing: how late
        self.stays = [self._stay(number, visit) for number, visit in enumerate(self.result.visits)]

    def _steps(self) -> list[Step]:
        steps: list[Step] = []
        stage = self.read.start
        times: dict[str, int] = {}
        while not stage.is_end and len(steps) < _MOST:
            way = self._way(stage, len(steps), times)
            steps.append(Step(way.key if way else "", self._seconds(stage, len(steps))))
            if way is None:
                break
            times[way.key] = times.get(way.key, 0) + 1
            stage = self.read.stage(way.target)
        return steps

    def _way(self, stage: Stage, number: int, times: Mapping[str, int]) -> Transition | None:
        ways = [way for way in self._ways(stage) if not way.most or times.get(way.key, 0) < way.most]
        chosen = next((way for way in ways if way.key == self.asked.get(f"w{number}")), None)
        if chosen or not ways:
            return chosen
        return min(ways, key=lambda way: (way.is_rework, way.target not in self.main))

    def _ways(self, stage: Stage) -> list[Transition]:
        ways = () if stage.is_end else self.read.ways_from(stage.key)
        return [way for way in ways if way.target in self.known]

    def _seconds(self, stage: Stage, number: int) -> int | None:
        match self.asked.get(f"d{number}"):
            case "half":
                return stage.limit_seconds // 2
            case "own":
                amount, scale = self._own(number)
                return amount * words.scale_seconds(scale, stage.unit)
        return None

    def _own(self, number: int) -> tuple[int, str]:
        amount, scale = self.asked.get(f"n{number}", ""), self.asked.get(f"s{number}", "h")
        return min(int(amount), 9999) if amount.isdecimal() else 0, scale if scale in ("m", "h", "d") else "h"

    def _stay(self, number: int, visit: SimulatedVisit) -> Stay:
        stage = self.read.stage(visit.stage)
        lasts = self.asked.get(f"d{number}", "limit")
        amount, scale = self._own(number)
        percent = 100 * visit.total_used_seconds / max(self.read.total_seconds, 1)
        return Stay(
            number,
            stage,
            visit,
            self._ways(stage),
            self.steps[number].transition if number < len(self.steps) else "",
            lasts if lasts in ("half", "own") else "limit",
            amount,
            scale,
            stage.stops_total,
            min(percent, 100),
        )
