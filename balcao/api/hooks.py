"""Inbound webhooks: one address for each channel and each shop system.

The key in it authorises nothing; the plug-in checks the caller.
"""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from balcao.channels.models import Channel
from balcao.commerce.models import Backend
from balcao.pipeline import hooks, shop_hooks
from balcao.ports.channel import ChannelError
from balcao.ports.commerce import CommerceError
from balcao.ports.hooks import Forbidden, HookRequest

MOST_BYTES = 60_000_000  # a mail of 25 MB as base64 within a form, and room
MOST_SHOP_BYTES = 4_000_000  # an order or a product with everything in it

log = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """Hand a call to its channel; 2xx only after everything it brought is kept."""
    channel = get_object_or_404(Channel.objects.select_related("shop"), public_key=key, is_active=True)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return _said("Too large.", 413)
    try:
        answer = hooks.receive(channel=channel, request=_frozen(request, body), now=timezone.now())
    except Forbidden as error:
        return _said(str(error), 403)
    except ChannelError as error:
        log.warning("Channel %s could not take a webhook: %s", channel.pk, error)
        return _said(str(error), 503)
    return HttpResponse(answer.body, status=answer.status, content_type=answer.media_type)


@csrf_exempt
@require_http_methods(["POST"])
def shop_hook(request: HttpRequest, key: str) -> HttpResponse:
    """Hand a call to its shop system; 2xx only after it is noted what is to be read anew."""
    rows = Backend.objects.select_related("shop").filter(is_active=True)
    backend = get_object_or_404(rows, public_key=key)
    body = request.read(MOST_SHOP_BYTES + 1)
    if len(body) > MOST_SHOP_BYTES:
        return _said("Too large.", 413)
    try:
        heard = shop_hooks.receive(backend=backend, request=_frozen(request, body), now=timezone.now())
    except Forbidden as error:
        return _said(str(error), 403)
    except CommerceError as error:
        log.warning("Shop system %s could not take a webhook: %s", backend.pk, error)
        return _said(str(error), 400 if error.permanent else 503)
    return _said(heard.body, heard.status)


def _said(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain")


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


urlpatterns = [path("shop/<str:key>/", shop_hook, name="shop_hook"), path("<str:key>/", hook, name="hook")]
