"""Departments: who is in them, which role they play in processes, and in which hours they work."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.deadlines.actions.calendars import set_department_calendar
from balcao.deadlines.models import Calendar, DepartmentCalendar
from balcao.processes import types
from balcao.processes.actions.departments import bring_departments
from balcao.processes.queries.designing import roles_unplayed
from balcao.processes.queries.roles import ROLE_NAMES, roles_without_department
from balcao.processes.rules.editing import fresh_key
from balcao.shops.models import Shop
from balcao.staff import actions as staff
from balcao.staff.models import Agent, Department
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.designing.words import role_words, said
from balcao.web.console.frame import actor_of, page
from balcao.web.console.views.people import MembersForm

_MAY = Permission.STAFF_EDIT
_OWN = "+"  # a role of its own, named after the department


class DepartmentForm(MembersForm):
    """A department: its members, its part in processes, its hours."""

    key = forms.ChoiceField(label=gettext_lazy("Role in processes"), required=False)
    lead = forms.ModelChoiceField(
        Agent.objects.none(), label=gettext_lazy("Answers for its delays"), required=False, empty_label="–"
    )
    email = forms.EmailField(
        label=gettext_lazy("Asked by mail at"),
        required=False,
        help_text=gettext_lazy("For those who do not use the desk: their answer does the stage, or becomes a note."),
    )
    calendar = forms.ModelChoiceField(
        Calendar.objects.none(),
        label=gettext_lazy("Works by the calendar"),
        required=False,
        empty_label=gettext_lazy("The shop's own hours"),
    )

    def __init__(self, *args: Any, row: Department | None, **kwargs: Any) -> None:
        super().__init__(*args, model=Department, row=row, **kwargs)
        fields: Any = self.fields
        fields["lead"].queryset = Agent.objects.filter(is_active=True)
        fields["calendar"].queryset = Calendar.objects.filter(is_active=True)
        fields["key"].choices = _role_choices(row)
        self._department = row

    def clean_key(self) -> str | None:
        """Refuse a role that another department plays."""
        key = str(self.cleaned_data["key"])
        others = Department.objects.exclude(pk=self._department.pk if self._department else 0)
        if key == _OWN:
            taken = {str(other) for other in others.values_list("key", flat=True)} | set(map(str, types.Department))
            return fresh_key(str(self.cleaned_data.get("name", "")), taken, fallback="department")[:30]
        if key and (other := others.filter(key=key).first()):
            raise forms.ValidationError(_("%(name)s plays this role.") % {"name": other.name})
        return key or None


def _role_choices(row: Department | None) -> list[tuple[str, str]]:
    own = row.key if row and row.key and row.key not in set(types.Department) else None
    roles = [(role.value, role_words(role)) for role in types.Department]
    return [("", _("None")), *roles, (own, own) if own else (_OWN, _("One of its own, named after it"))]


@require_GET
@for_agents(_MAY)
def departments(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the departments, and the roles of processes that nobody plays."""
    rows = Department.objects.select_related("lead", "hours__calendar").prefetch_related("members")
    rows = rows.order_by("-is_active", "name")
    found = [(row, role_words(row.key) if row.key else "", _hours_of(row)) for row in rows]
    unplayed = [
        (role_words(role), ", ".join(dict.fromkeys(said(read.names, read.key) for read in reads)))
        for role, reads in roles_unplayed().items()
    ]
    return page(
        request,
        agent,
        "departments",
        {
            "rows": found,
            "unplayed": unplayed,
            "usual": [ROLE_NAMES[role] for role in roles_without_department()] if Shop.objects.exists() else [],
            "unseen": [row for row in rows if row.is_active and not row.email and not row.members.all()],
            "unled": [row for row in rows if row.is_active and row.lead is None],
        },
    )


@require_POST
@for_agents(_MAY)
def departments_usual(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Bring in a department for each role that has none, named in the language of the first shop."""
    shop = Shop.objects.first()
    made = bring_departments(
        language=shop.language if shop else agent.language, actor=actor_of(agent), now=timezone.now()
    )
    if made:
        messages.success(request, _("Brought in: %(names)s.") % {"names": ", ".join(row.name for row in made)})
    return redirect("console:departments")


def _hours_of(row: Department) -> str:
    hours: DepartmentCalendar | None = getattr(row, "hours", None)
    return hours.calendar.name if hours else ""


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def department(request: HttpRequest, agent: Agent, row_id: int | None = None) -> HttpResponse:
    """Make or change a department."""
    row = Department.objects.filter(pk=row_id).first() if row_id else None
    if row_id and row is None:
        raise Http404
    form = DepartmentForm(request.POST or None, row=row, initial=_initial(row) if row else {})
    if form.is_valid():
        _keep(row, dict(form.cleaned_data), agent)
        messages.success(request, _("Kept."))
        return redirect("console:departments")
    return page(request, agent, "department", {"form": form, "row": row}, status=422 if form.errors else 200)


def _initial(row: Department) -> dict[str, Any]:
    hours = DepartmentCalendar.objects.filter(department=row).first()
    return {
        "name": row.name,
        "members": row.members.all(),
        "is_active": row.is_active,
        "key": row.key or "",
        "lead": row.lead_id,
        "email": row.email,
        "calendar": hours.calendar_id if hours else None,
    }


@transaction.atomic
def _keep(row: Department | None, given: dict[str, Any], agent: Agent) -> None:
    now, calendar = timezone.now(), given.pop("calendar")
    facts = {**given, "members": list(given["members"]), "actor": actor_of(agent), "now": now}
    kept = staff.create_department(**facts) if row is None else staff.edit_department(department=row, **facts)
    before = DepartmentCalendar.objects.filter(department=kept).values_list("calendar", flat=True).first()
    if before != (calendar.pk if calendar else None):
        set_department_calendar(department=kept, calendar=calendar, agent=agent, now=now)
