"""Calendars: when work is done, in versions that hold from an instant on."""

import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from balcao.deadlines.actions.calendars import create_calendar, edit_calendar, rename_calendar
from balcao.deadlines.actions.defaults import office_spec, with_holidays
from balcao.deadlines.models import Calendar, CalendarVersion
from balcao.deadlines.queries.hours import compiled_spec
from balcao.deadlines.rules.calendars import next_opening
from balcao.deadlines.rules.holidays import places
from balcao.deadlines.types import ClockRefused
from balcao.kit.locales import locale_of
from balcao.staff.models import Agent
from balcao.staff.queries import shops_of
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.components.lengths import length
from balcao.web.console.frame import first_shop, of_a_shop, page
from balcao.web.console.hours_form import HoursDraft, draft_in, draft_of, empty_rows, preview

_MAY = Permission.DEADLINE_EDIT
_MOST_YEARS = 5
_LONG_AGO = datetime(2000, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC"))


class CalendarForm(forms.Form):
    """What a calendar is called, where it is, and from when on its hours hold."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    shop = forms.ChoiceField(label=gettext_lazy("Shop"), required=False)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    country = forms.ChoiceField(label=gettext_lazy("Holidays of"), required=False)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)
    valid_from = forms.DateTimeField(
        label=gettext_lazy("Holds from"),
        help_text=gettext_lazy("In the calendar's own time. Empty: from now on."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)
    first = forms.IntegerField(label=gettext_lazy("From the year"), required=False, min_value=1990, max_value=2100)
    last = forms.IntegerField(label=gettext_lazy("To the year"), required=False, min_value=1990, max_value=2100)

    def __init__(self, *args: Any, agent: Agent, row: Calendar | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [("", _("Every shop"))] if agent.every_shop else []
        self._offer("shop", every + [(str(shop.pk), shop.name) for shop in shops_of(agent)])
        self._offer("zone", [(zone, zone.replace("_", " ")) for zone in _zones()])
        self._offer("country", [("", _("None")), *_countries()])
        if row is None:
            for name in ("is_active", "valid_from", "reason"):
                del self.fields[name]
        else:
            del self.fields["shop"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined] # a ChoiceField


def _zones() -> list[str]:
    return [zone for zone in sorted(zoneinfo.available_timezones()) if "/" in zone or zone == "UTC"]


def _countries() -> list[tuple[str, str]]:
    """Return the countries and regions whose holidays are known, by name."""
    territories = locale_of(get_language() or "en").territories
    known = places()
    found = []
    for country in sorted(known, key=lambda code: str(territories.get(code, code))):
        name = str(territories.get(country, country))
        found.append((country, name))
        found += [(f"{country}-{region}", f"{name}: {region}") for region in known[country]]
    return found


def _calendars(agent: Agent) -> "QuerySet[Calendar]":
    return Calendar.objects.filter(Q(shop=None) | Q(shop__in=agent.shop_ids()))


def _calendar_for(agent: Agent, pk: int) -> Calendar:
    """Return a calendar that the agent may edit; one of every shop is for those who work for every shop."""
    row = _calendars(agent).filter(pk=pk).first()
    if row is None or (row.shop_id is None and not agent.every_shop):
        raise Http404
    return row


@dataclass(frozen=True, slots=True)
class Listed:
    """A calendar as a line of the list."""

    calendar: Calendar
    version: CalendarVersion
    is_never_open: bool
    last_holiday: str
    may_edit: bool


@require_GET
@for_agents(_MAY)
def calendars(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the calendars, and say which of them never open."""
    now = timezone.now()
    rows = _calendars(agent).select_related("shop").prefetch_related("versions", "departments__department")
    rows = rows.annotate(targets_count=Count("targets", filter=Q(targets__is_active=True), distinct=True))
    listed = [_listed(row, agent, now) for row in rows.order_by("-is_active", "name", "pk")]
    return page(request, agent, "calendars", {"rows": listed})


def _day_words(day: str) -> str:
    return format_date(date.fromisoformat(day), "medium", locale=locale_of(get_language() or "en")) if day else ""


def _listed(row: Calendar, agent: Agent, now: datetime) -> Listed:
    versions = sorted(row.versions.all(), key=lambda one: one.number)
    version = ([one for one in versions if one.valid_from <= now] or versions[:1])[-1]
    return Listed(
        calendar=row,
        version=version,
        is_never_open=next_opening(compiled_spec(version.spec), now) is None,
        last_holiday=_day_words(max(version.spec.get("names", {}), default="")),
        may_edit=row.shop_id is not None or agent.every_shop,
    )


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
@of_a_shop
def calendar_new(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Make a calendar; its form begins with the office hours of the first shop."""
    shop, now = first_shop(agent), timezone.now()
    initial = {"shop": str(shop.pk), "zone": shop.time_zone, "country": shop.region, **_years(now)}
    form = CalendarForm(request.POST or None, agent=agent, row=None, initial=initial)
    begun = office_spec(zone=shop.time_zone, country=shop.region, language=get_language() or "en", year=now.year)
    draft = _draft(request, form) or draft_of(begun)
    if request.method == "POST" and form.is_valid() and "deed" not in request.POST and draft.check():
        row = _create(agent, form, draft)
        messages.success(request, _("Kept."))
        return redirect("console:calendar", row.pk)
    return _form_page(request, agent, form, draft, None)


def _years(now: datetime) -> dict[str, int]:
    return {"first": now.year, "last": now.year + 1}


def _draft(request: HttpRequest, form: CalendarForm) -> HoursDraft | None:
    """Return what stands in the form, with holidays brought in if that was asked for."""
    if request.method != "POST":
        return None
    draft = draft_in(request.POST, request.POST.get("zone", ""))
    if form.is_valid() and request.POST.get("deed") == "holidays" and draft.check():
        return _bring(request, form, draft)
    if request.POST.get("deed") == "preview":
        draft.check()
    return draft


def _bring(request: HttpRequest, form: CalendarForm, draft: HoursDraft) -> HoursDraft:
    facts, year = form.cleaned_data, timezone.now().year
    first = facts["first"] or year
    last = min(max(facts["last"] or first, first), first + _MOST_YEARS)
    before, language = draft.spec(), get_language() or "en"
    after = with_holidays(before, country=facts["country"], first=first, last=last, language=language)
    count = len(after["overrides"]) - len(before["overrides"])
    messages.info(request, _("Days brought in: %(count)s. Nothing is kept yet.") % {"count": count})
    return draft_of(after)


def _create(agent: Agent, form: CalendarForm, draft: HoursDraft) -> Calendar:
    facts = form.cleaned_data
    shop = next((shop for shop in shops_of(agent) if str(shop.pk) == facts["shop"]), None)
    return create_calendar(
        key=_free_key(facts["name"]),
        name=facts["name"],
        spec=draft.spec(),
        shop=shop,
        country=facts["country"],
        agent=agent,
        now=timezone.now(),
        valid_from=_LONG_AGO,
    )


def _free_key(name: str) -> str:
    """Return a key like the name that no other calendar has."""
    base = slugify(name)[:50] or "calendar"
    taken = set(Calendar.objects.filter(key__startswith=base).values_list("key", flat=True))
    return next(
        key for number in range(len(taken) + 1) if (key := f"{base}-{number + 1}" if number else base) not in taken
    )


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def calendar(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Show a calendar with its versions, and make its next one."""
    row = _calendar_for(agent, pk)
    last = row.versions.order_by("-number")[0]
    initial = {"name": row.name, "zone": row.zone, "country": row.country, "is_active": row.is_active}
    form = CalendarForm(request.POST or None, agent=agent, row=row, initial={**initial, **_years(timezone.now())})
    draft = _draft(request, form) or draft_of(last.spec)
    if request.method == "POST" and form.is_valid() and "deed" not in request.POST and draft.check():
        _keep(request, agent, row, form, draft)
        return redirect("console:calendar", row.pk)
    return _form_page(request, agent, form, draft, row)


def _keep(request: HttpRequest, agent: Agent, row: Calendar, form: CalendarForm, draft: HoursDraft) -> None:
    facts, now = form.cleaned_data, timezone.now()
    rename_calendar(
        calendar=row,
        name=facts["name"],
        country=facts["country"],
        is_active=facts["is_active"],
        agent=agent,
        now=now,
    )
    since = facts["valid_from"]
    valid_from = since.replace(tzinfo=zoneinfo.ZoneInfo(draft.zone)) if since else now
    try:
        version = edit_calendar(
            calendar=row, spec=draft.spec(), valid_from=valid_from, now=now, agent=agent, reason=facts["reason"]
        )
    except ClockRefused:  # the hours are what they were
        messages.success(request, _("Kept."))
    else:
        words = _("Kept as version %(number)s. What runs by these hours is counted anew; broken promises stay broken.")
        messages.success(request, words % {"number": version.number})


def _form_page(
    request: HttpRequest, agent: Agent, form: CalendarForm, draft: HoursDraft, row: Calendar | None
) -> HttpResponse:
    is_good = (
        draft.is_good
        and (row is not None or bool(draft.zone))
        and HoursDraft(draft.zone, [*draft.week], [*draft.dates]).check()
    )
    now = timezone.now()
    today = now.date().isoformat()
    more = {
        "form": form,
        "draft": draft,
        "row": row,
        "coming": [one for one in draft.dates if one.key >= today or one.error],
        "past": [one for one in draft.dates if one.key < today and not one.error],
        "blank": empty_rows(),
        "sources": sorted({one.source for one in draft.dates if one.source}),
        "weeks": preview(draft.spec(), now=now) if is_good else [],
        "length": length,
        "versions": row.versions.select_related("made_by").order_by("-number") if row else [],
        "is_never_open": is_good and next_opening(compiled_spec(draft.spec()), now) is None,
    }
    is_refused = request.method == "POST" and (bool(form.errors) or not draft.is_good)
    return page(request, agent, "calendar_form", more, status=422 if is_refused else 200)
