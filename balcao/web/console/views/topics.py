"""Topics: the tree of reasons why customers write."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.kit.numbers import number_in
from balcao.ports.commerce import ActionKind
from balcao.processes.models import Blueprint
from balcao.processes.queries.blueprints import blueprint_of
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions.topics import TopicFacts, delete_topic, move_topic, save_topic
from balcao.tickets.models import Topic
from balcao.tickets.queries.topics import Branch, branches, every_topic, topics_below, used_topics
from balcao.tickets.rules.topics import said_in
from balcao.tickets.types import Kind, Refusal, TicketRefused
from balcao.web.components.access import for_agents
from balcao.web.components.formats import language_title
from balcao.web.components.matters import kind_sign, kind_words
from balcao.web.console.frame import actor_of, page
from balcao.web.console.policy_words import action_words

_MAY = Permission.TAG_EDIT
_LANGUAGES = ("en", "pt-BR", "tr")  # of the desk: whoever works here reads one of them
_NEVER_ASKED = (ActionKind.PLACE_ORDER, ActionKind.CHANGE_DEFAULT_ADDRESS)  # no deed on the order in question
_HELP = {
    Kind.QUICK: gettext_lazy("One answer, from what we know."),
    Kind.ACTION: gettext_lazy("One deed on the order."),
    Kind.FORWARDED: gettext_lazy("Work of other departments."),
}


class TopicForm(forms.Form):
    """One topic: its names, its place, what it takes and what it starts."""

    parent = forms.ChoiceField(label=gettext_lazy("Stands below"), required=False)
    shop = forms.ModelChoiceField(
        Shop.objects.none(), label=gettext_lazy("Shop"), required=False, empty_label=gettext_lazy("Every shop")
    )
    kind = forms.ChoiceField(label=pgettext_lazy("topic", "Kind"), widget=forms.RadioSelect)
    blueprint = forms.ChoiceField(label=gettext_lazy("Starts the process"), required=False)
    deed = forms.ChoiceField(
        label=gettext_lazy("Asks for the order action"),
        required=False,
        help_text=gettext_lazy("Put first on the ticket when it is of the kind “Action”."),
    )
    for_customers = forms.BooleanField(
        label=gettext_lazy("Offered to customers in web forms"),
        required=False,
        help_text=gettext_lazy("As soon as one topic is, only those that are; until then the first level."),
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, agent: Agent, topic: Topic | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.pk: row for row in every_topic()}
        self.codes = list(dict.fromkeys([*_LANGUAGES, *(topic.names if topic else ())]))
        self.fields["shop"].queryset = Shop.objects.filter(pk__in=agent.shop_ids())  # type: ignore[attr-defined] # a ModelChoiceField
        self._choose("parent", [("", _("Nothing: it stands at the top")), *_parents(self.rows, topic)])
        self._choose("kind", [(kind.value, f"{kind_words(kind)}: {_HELP[kind]}") for kind in Kind])
        self._choose("blueprint", [("", _("None")), *_blueprints(topic)])
        asked = [kind for kind in ActionKind if kind not in _NEVER_ASKED]
        self._choose("deed", [("", _("None")), *((kind.value, action_words(kind)) for kind in asked)])
        for code in self.codes:
            self._add_texts(code, topic)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined] # a ChoiceField

    def _add_texts(self, code: str, topic: Topic | None) -> None:
        title = language_title(code, language=get_language() or "en")
        name, hint = (topic.names.get(code, ""), topic.hints.get(code, "")) if topic else ("", "")
        widget = forms.TextInput({"lang": code})
        self.fields[f"name-{code}"] = forms.CharField(
            label=title, required=False, initial=name, max_length=120, widget=widget
        )
        self.fields[f"hint-{code}"] = forms.CharField(
            label=title, required=False, initial=hint, max_length=300, widget=widget
        )

    def name_fields(self) -> list[forms.BoundField]:
        """Return the names, one for each language."""
        return [self[f"name-{code}"] for code in self.codes]

    def hint_fields(self) -> list[forms.BoundField]:
        """Return the hints, one for each language."""
        return [self[f"hint-{code}"] for code in self.codes]

    def clean(self) -> dict[str, Any]:
        """Refuse a topic without any name."""
        cleaned = dict(super().clean() or {})
        if not any(cleaned.get(f"name-{code}", "").strip() for code in self.codes):
            self.add_error(f"name-{self.codes[0]}", _("Give it a name in one language at least."))
        return cleaned

    def facts(self) -> TopicFacts:
        """Return what was said of the topic."""
        given = self.cleaned_data
        return TopicFacts(
            names={code: given[f"name-{code}"] for code in self.codes},
            hints={code: given[f"hint-{code}"] for code in self.codes},
            kind=Kind(given["kind"]),
            parent=self.rows[int(given["parent"])] if given["parent"] else None,
            shop=given["shop"],
            blueprint=given["blueprint"],
            deed=given["deed"],
            for_customers=given["for_customers"],
            is_active=given["is_active"],
        )


def _parents(rows: dict[int, Topic], topic: Topic | None) -> list[tuple[str, str]]:
    own = topics_below([topic.pk]) if topic else set()
    tree = [one for one in branches(list(rows.values()), language=_language()) if one.topic.pk not in own]
    return [(str(one.topic.pk), "\u2003" * one.depth + one.name) for one in tree]


def _blueprints(topic: Topic | None) -> list[tuple[str, str]]:
    rows = Blueprint.objects.filter(is_active=True, current__isnull=False).select_related("current")
    known = {row.key: said_in(blueprint_of(row.current).names, [_language()]) for row in rows if row.current}
    if topic and topic.blueprint:
        known.setdefault(topic.blueprint, topic.blueprint)
    return sorted(known.items(), key=lambda one: one[1])


def _language() -> str:
    return get_language() or "en"


def _topic_for(agent: Agent, topic_id: int) -> Topic:
    topic = Topic.objects.filter(pk=topic_id).first()
    if topic is None or (topic.shop_id is not None and not agent.sees_shop(topic.shop_id)):
        raise Http404
    return topic


@require_GET
@for_agents(_MAY)
def topics(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show the tree with what each topic takes and starts."""
    rows = [row for row in every_topic() if row.shop_id is None or agent.sees_shop(row.shop_id)]
    context = {
        "branches": branches(rows, language=_language()),
        "used": used_topics() | {row.parent_id for row in rows},
        "kind_words": kind_words,
        "kind_sign": kind_sign,
        "blueprints": dict(_blueprints(None)),
        "deeds": {kind.value: action_words(kind) for kind in ActionKind},
        "shops": {shop.pk: shop.name for shop in Shop.objects.filter(pk__in=agent.shop_ids())},
        "moved": number_in(request.GET.get("moved", "")),
    }
    return page(request, agent, "topics", context)


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def topic(request: HttpRequest, agent: Agent, topic_id: int | None = None) -> HttpResponse:
    """Make or change a topic."""
    row = _topic_for(agent, topic_id) if topic_id else None
    form = TopicForm(request.POST or None, agent=agent, topic=row, initial=_initial(request, row))
    if form.is_valid():
        try:
            kept = save_topic(topic=row, facts=form.facts(), actor=actor_of(agent), now=timezone.now())
        except TicketRefused as refused:
            form.add_error("parent", _refusal(refused))
        else:
            messages.success(request, _("Kept."))
            return redirect(f"{reverse('console:topics')}#topic-{kept.pk}")
    branch = _branch(row) if row else None
    return page(
        request, agent, "topic_form", {"form": form, "row": row, "branch": branch}, status=422 if form.errors else 200
    )


def _branch(row: Topic) -> Branch:
    return next(one for one in branches(every_topic(), language=_language()) if one.topic.pk == row.pk)


def _initial(request: HttpRequest, row: Topic | None) -> dict[str, Any]:
    if row is None:
        below = number_in(request.GET.get("below", ""))
        return {"kind": Kind.QUICK.value, "parent": below or ""}
    names = ("kind", "blueprint", "deed", "for_customers", "is_active")
    return {name: getattr(row, name) for name in names} | {"parent": row.parent_id or "", "shop": row.shop_id}


@require_POST
@for_agents(_MAY)
def topic_move(request: HttpRequest, agent: Agent, topic_id: int) -> HttpResponse:
    """Move a topic up or down among its siblings."""
    row = _topic_for(agent, topic_id)
    by = -1 if request.POST.get("to") == "up" else 1
    move_topic(topic=row, by=by, actor=actor_of(agent), now=timezone.now())
    return redirect(f"{reverse('console:topics')}?moved={row.pk}#topic-{row.pk}")


@require_POST
@for_agents(_MAY)
def topic_delete(request: HttpRequest, agent: Agent, topic_id: int) -> HttpResponse:
    """Delete a topic that nothing hangs on."""
    row = _topic_for(agent, topic_id)
    name = said_in(row.names, [_language()])
    try:
        delete_topic(topic=row, actor=actor_of(agent), now=timezone.now())
    except TicketRefused as refused:
        messages.error(request, _refusal(refused))
    else:
        messages.success(request, _("The topic “%(name)s” is gone.") % {"name": name})
    return redirect("console:topics")


def _refusal(refused: TicketRefused) -> str:
    return {
        Refusal.TOPIC_IN_USE: _("Tickets have this topic, or others stand below it. Take it out of use instead."),
        Refusal.TOPIC_INSIDE_ITSELF: _("A topic cannot stand below itself."),
        Refusal.NOT_FOR_SHOP: _("That topic belongs to another shop."),
    }[refused.refusal]
