"""Inbound webhooks: one address for each channel. Its key authorises nothing; the channel checks the caller."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from balcao.channels.models import Channel
from balcao.pipeline import hooks
from balcao.ports.channel import ChannelError
from balcao.ports.hooks import Forbidden, HookRequest

MOST_BYTES = 60_000_000  # a mail of 25 MB as base64 within a form, and room

log = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """Hand a call to its channel; 2xx only after everything it brought is kept."""
    channel = get_object_or_404(Channel.objects.select_related("shop"), public_key=key, is_active=True)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse("Too large.", status=413, content_type="text/plain")
    try:
        answer = hooks.receive(channel=channel, request=_frozen(request, body), now=timezone.now())
    except Forbidden as error:
        return HttpResponse(str(error), status=403, content_type="text/plain")
    except ChannelError as error:
        log.warning("Channel %s could not take a webhook: %s", channel.pk, error)
        return HttpResponse(str(error), status=503, content_type="text/plain")
    return HttpResponse(answer.body, status=answer.status, content_type=answer.media_type)


def _frozen(request: HttpRequest, body: bytes) -> HookRequest:
    return HookRequest(
        method=request.method or "POST",
        path=request.path,
        headers={
            **{name.lower(): value for name, value in request.headers.items()},
            "x-forwarded-proto": request.scheme or "https",  # as the settings trust it, not as the caller says
        },
        query={name: request.GET[name] for name in request.GET},
        body=body,
        remote_address=request.META.get("REMOTE_ADDR", ""),
    )


urlpatterns = [path("<str:key>/", hook, name="hook")]
