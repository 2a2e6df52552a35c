"""A channel calls us: the caller is checked, what it brings is kept durably, and only then it gets its answer."""

from datetime import datetime

from django.db import transaction

from balcao.channels.actions.keeping import keep
from balcao.channels.models import Channel
from balcao.pipeline.poll import working_connection
from balcao.ports import registry
from balcao.ports.channel import HookAnswer, Hooked
from balcao.ports.hooks import Forbidden, HookRequest


def receive(*, channel: Channel, request: HookRequest, now: datetime) -> HookAnswer:
    """Keep what a webhook brings; raise `Forbidden` for an unproven caller, `ChannelError` to be asked again."""
    adapter = registry.channel(channel.kind)
    if not isinstance(adapter, Hooked):
        raise Forbidden("This kind of channel has no webhook.")
    answer = adapter.receive(request, working_connection(channel))
    with transaction.atomic():
        for raw in answer.envelopes:
            keep(channel=channel, raw=raw, now=now)
    return answer
