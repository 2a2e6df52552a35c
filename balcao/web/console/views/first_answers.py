"""What first messages on a channel are answered with, before anybody has read them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from balcao.channels.actions.connecting import set_first_answers
from balcao.channels.models import Channel
from balcao.channels.queries import config_of
from balcao.kit.placeholders import PLACEHOLDERS, problems_in
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.components.formats import language_title
from balcao.web.console.frame import actor_of, page
from balcao.web.console.views.channels import channel_context, channel_for

_KNOWN = ("customer.name", "customer.first_name", "ticket.number", "ticket.subject", "shop.name")


class AnswersForm(forms.Form):
    """A text for each language of the shop; an empty one answers nothing."""

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = list(dict.fromkeys([*channel.shop.languages, *channel.first_answers])) or ["en"]
        for code in self.codes:
            self.fields[code] = forms.CharField(
                label=language_title(code, language=get_language() or "en"),
                required=False,
                strip=False,
                max_length=5000,
                initial=channel.first_answers.get(code, ""),
                widget=forms.Textarea({"rows": 6, "lang": code}),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse placeholders that are not known before an agent has come."""
        cleaned = dict(super().clean() or {})
        for code in self.codes:
            for problem in problems_in(cleaned.get(code, ""), known=_KNOWN):
                self.add_error(code, _("%(name)s is not known here.") % {"name": problem.name})
        return cleaned


@require_http_methods(["GET", "POST"])
@for_agents(Permission.CHANNEL_EDIT)
def first_answers(request: HttpRequest, agent: Agent, channel_id: int) -> HttpResponse:
    """Show and change the words."""
    channel = channel_for(agent, channel_id)
    form = AnswersForm(request.POST if request.method == "POST" else None, channel=channel)
    if form.is_valid():
        set_first_answers(channel=channel, texts=form.cleaned_data, actor=actor_of(agent), now=timezone.now())
        messages.success(request, _("Kept."))
        return redirect("console:channel_answers", channel.pk)
    known = []
    for name in _KNOWN:
        words = PLACEHOLDERS[name]
        known.append((name, _(words)))
    context = channel_context(channel, config_of(channel)) | {"tab": "answers", "form": form, "placeholders": known}
    return page(request, agent, "channel_answers", context, status=422 if form.errors else 200)
