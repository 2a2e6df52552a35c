"""Putting a form on the shop's own site."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from balcao.channels.queries import connection_of
from balcao.ports import registry
from balcao.ports.channel import Hosted
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.frame import page
from balcao.web.console.kinds import kind_words
from balcao.web.console.views.channels import channel_for


@require_GET
@for_agents(Permission.CHANNEL_EDIT)
def embed(request: HttpRequest, agent: Agent, channel_id: int) -> HttpResponse:
    """Show the form's address and the lines that put it on a page."""
    channel = channel_for(agent, channel_id)
    adapter = registry.channel(channel.kind)
    if not isinstance(adapter, Hosted):
        raise Http404
    address = settings.PUBLIC_URL + reverse("portal:form", args=[channel.public_key])
    script = settings.PUBLIC_URL + reverse("portal:embed", args=[channel.public_key])
    context = {
        "channel": channel,
        "kind": kind_words(channel.kind),
        "state": None,
        "tab": "embed",
        "is_hosted": True,
        "address": address,
        "snippet": f'<div data-balcao-form="{channel.public_key}"></div>\n<script src="{script}" async></script>',
        "origins": ", ".join(adapter.origins(connection_of(channel))),
    }
    return page(request, agent, "channel_embed", context)
