"""Tags."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions.arranging import delete_tag, save_tag
from balcao.tickets.models import Tag
from balcao.tickets.queries.tags import MOST_COUNTED, tag_uses
from balcao.tickets.types import TicketRefused
from balcao.web.components.access import for_agents
from balcao.web.console.frame import actor_of, page

_MAY = Permission.TAG_EDIT
_COLOURS = (
    ("", pgettext_lazy("colour", "Grey")),
    ("glaze", pgettext_lazy("colour", "Blue")),
    ("ok", pgettext_lazy("colour", "Green")),
    ("soon", pgettext_lazy("colour", "Amber")),
    ("late", pgettext_lazy("colour", "Red")),
    ("bell", pgettext_lazy("colour", "Brass")),
)


class TagForm(forms.Form):
    """A tag's name and colour."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    colour = forms.ChoiceField(label=gettext_lazy("Colour"), choices=_COLOURS, required=False)


def _tag_for(tag_id: int) -> Tag:
    tag = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        raise Http404
    return tag


@require_GET
@for_agents(_MAY)
def tags(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the tags with how often each is used."""
    return page(request, agent, "tags", {"tags": tag_uses(), "most": MOST_COUNTED})


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def tag(request: HttpRequest, agent: Agent, tag_id: int | None = None) -> HttpResponse:
    """Make or change a tag."""
    row = _tag_for(tag_id) if tag_id else None
    initial: dict[str, Any] = {"name": row.name, "colour": row.colour} if row else {}
    form = TagForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            save_tag(tag=row, actor=actor_of(agent), now=timezone.now(), **form.cleaned_data)
        except TicketRefused:
            form.add_error("name", _("This name is taken."))
        else:
            messages.success(request, _("Kept."))
            return redirect("console:tags")
    return page(request, agent, "tag_form", {"form": form, "row": row}, status=422 if form.errors else 200)


@require_POST
@for_agents(_MAY)
def tag_delete(request: HttpRequest, agent: Agent, tag_id: int) -> HttpResponse:
    """Delete a tag and take it off every ticket."""
    row = _tag_for(tag_id)
    delete_tag(tag=row, actor=actor_of(agent), now=timezone.now())
    messages.success(request, _("The tag “%(name)s” is gone.") % {"name": row.name})
    return redirect("console:tags")
