"""Agents, teams and departments."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.shops.models import Shop
from balcao.staff import actions as staff
from balcao.staff.models import Agent, Department, Team
from balcao.staff.queries import agents_in_reach
from balcao.staff.types import Permission, Role
from balcao.web.accounts.mails import send_invitation
from balcao.web.components.access import for_agents
from balcao.web.console.frame import actor_of, page
from balcao.web.console.words import role_help, role_words

_MAY = Permission.STAFF_EDIT


class AgentForm(forms.Form):
    """An agent as an admin sets them up; nobody gives away more than they have."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    every_shop = forms.BooleanField(label=gettext_lazy("Works for every shop, also for those to come"), required=False)
    shops = forms.ModelMultipleChoiceField(
        Shop.objects.none(), label=gettext_lazy("Shops"), required=False, widget=forms.CheckboxSelectMultiple
    )
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), label=gettext_lazy("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )
    departments = forms.ModelMultipleChoiceField(
        Department.objects.all(),
        label=gettext_lazy("Departments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, admin: Agent, agent: Agent | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shops = Shop.objects.filter(pk__in=admin.shop_ids())
        self.fields["shops"].queryset = shops  # type: ignore[attr-defined] # a ModelMultipleChoiceField
        roles = [(role.value, f"{role_words(role)}: {role_help(role)}") for role in Role]
        self.fields["role"].choices = roles  # type: ignore[attr-defined] # a ChoiceField
        if not admin.every_shop:
            del self.fields["every_shop"]
        if agent is not None:
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        """See to it that an agent works for some shop."""
        cleaned = dict(super().clean() or {})
        if not cleaned.get("every_shop") and not cleaned.get("shops"):
            self.add_error("shops", _("Choose at least one shop."))
        return cleaned


class MembersForm(forms.Form):
    """A team or department with its members."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    members = forms.ModelMultipleChoiceField(
        Agent.objects.none(), label=gettext_lazy("Members"), required=False, widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(
        self, *args: Any, model: type[Team | Department], row: Team | Department | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        agents = Agent.objects.filter(is_active=True)
        self.fields["members"].queryset = agents  # type: ignore[attr-defined] # a ModelMultipleChoiceField
        self._model, self._row = model, row
        if row is None:
            del self.fields["is_active"]

    def clean_name(self) -> str:
        """Refuse a name that another one has."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        others = self._model._default_manager.filter(name__iexact=name)  # noqa: SLF001 - Django's public name for it
        if others.exclude(pk=self._row.pk if self._row else 0).exists():
            raise forms.ValidationError(_("This name is taken."))
        return name


def agent_for(admin: Agent, agent_id: int) -> Agent:
    """Return an agent whom this admin may change; any other does not exist for them."""
    agent = agents_in_reach(admin).filter(pk=agent_id).first()
    if agent is None:
        raise Http404
    return agent


@require_GET
@for_agents(_MAY)
def agents(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the agents."""
    rows = agents_in_reach(agent).prefetch_related("shops", "teams").order_by("-is_active", "name", "id")
    steps = dict(rows.annotate(steps=Count("authenticator", distinct=True)).values_list("pk", "steps"))
    listed = [(row, role_words(row.role), bool(steps.get(row.pk)), row.has_usable_password()) for row in rows]
    return page(request, agent, "agents", {"agents": listed})


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def agent_new(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Invite somebody by mail."""
    initial = {"role": Role.AGENT, "language": agent.language.lower(), "shops": list(agent.shop_ids())}
    form = AgentForm(request.POST or None, admin=agent, initial=initial)
    if form.is_valid() and (invited := _create(agent, form)):
        messages.success(request, _("%(name)s is invited; a mail is on its way.") % {"name": invited.name})
        return redirect("console:agents")
    return page(request, agent, "agent_form", {"form": form, "who": None}, status=422 if form.errors else 200)


def _create(admin: Agent, form: AgentForm) -> Agent | None:
    now, facts = timezone.now(), form.cleaned_data
    try:
        invited = staff.create_agent(actor=actor_of(admin), now=now, **{**facts, "role": Role(facts["role"])})
    except staff.AddressTaken:
        form.add_error("email", _("Another agent has this address."))
        return None
    _invite(admin, invited)
    return invited


def _invite(admin: Agent, invited: Agent) -> None:
    staff.invite(agent=invited, actor=actor_of(admin), now=timezone.now())
    send_invitation.enqueue(invited.pk, admin.name)


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def agent_edit(request: HttpRequest, agent: Agent, agent_id: int) -> HttpResponse:
    """Show and change an agent."""
    who = agent_for(agent, agent_id)
    initial = {name: getattr(who, name) for name in ("name", "language", "role", "every_shop")}
    initial |= {name: getattr(who, name).all() for name in ("shops", "teams", "departments")}
    initial["language"] = who.language.lower()  # pt-BR and pt-br are one
    form = AgentForm(request.POST or None, admin=agent, agent=who, initial=initial)
    if form.is_valid() and _change(agent, who, form):
        messages.success(request, _("Kept."))
        return redirect("console:agent", who.pk)
    context = {
        "form": form,
        "who": who,
        "is_invited": not who.has_usable_password(),
        "steps": Authenticator.objects.filter(user=who).count(),
    }
    return page(request, agent, "agent_form", context, status=422 if form.errors else 200)


def _change(admin: Agent, who: Agent, form: AgentForm) -> bool:
    facts = dict(form.cleaned_data)
    facts["role"] = Role(facts["role"])
    try:
        staff.edit_agent(agent=who, actor=actor_of(admin), now=timezone.now(), **facts)
    except staff.LastAdmin:
        form.add_error("role", _("This is the last admin: make somebody else admin first."))
        return False
    return True


@require_POST
@for_agents(_MAY)
def agent_do(request: HttpRequest, agent: Agent, agent_id: int) -> HttpResponse:
    """Let an agent in or shut them out, invite them again, or take lost second steps away."""
    who, now, actor = agent_for(agent, agent_id), timezone.now(), actor_of(agent)
    deed = request.POST.get("deed", "")
    if deed == "invite" and not who.has_usable_password():
        _invite(agent, who)
        messages.success(request, _("Invited again; a mail is on its way."))
    elif deed == "steps":
        staff.forget_second_steps(agent=who, actor=actor, now=now)
        messages.success(
            request, _("The second steps are gone: the password alone opens the desk until new ones are set.")
        )
    elif deed in ("enable", "disable"):
        try:
            staff.set_active(agent=who, is_active=deed == "enable", actor=actor, now=now)
        except staff.LastAdmin:
            messages.error(request, _("This is the last admin: make somebody else admin first."))
    return redirect("console:agent", who.pk)


@require_GET
@for_agents(_MAY)
def teams(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the teams."""
    rows = Team.objects.prefetch_related("members").order_by("-is_active", "name")
    return page(request, agent, "groups", {"rows": rows})


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def team(request: HttpRequest, agent: Agent, row_id: int | None = None) -> HttpResponse:
    """Make or change a team."""
    row = Team.objects.filter(pk=row_id).first() if row_id else None
    if row_id and row is None:
        raise Http404
    initial = {"name": row.name, "members": row.members.all(), "is_active": row.is_active} if row else {}
    form = MembersForm(request.POST or None, model=Team, row=row, initial=initial)
    if form.is_valid():
        facts = {**form.cleaned_data, "members": list(form.cleaned_data["members"])}
        shared = {"actor": actor_of(agent), "now": timezone.now(), **facts}
        if row is None:
            staff.create_team(**shared)
        else:
            staff.edit_team(team=row, **shared)
        messages.success(request, _("Kept."))
        return redirect("console:teams")
    return page(request, agent, "group_form", {"form": form, "row": row}, status=422 if form.errors else 200)
