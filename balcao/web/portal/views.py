"""The page of a form, alone or within a shop's own site. It works without JavaScript and knows no login."""

import re
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from balcao.channels.models import Channel
from balcao.channels.queries import connection_of
from balcao.kit.counting import count, name_of
from balcao.pipeline import submissions
from balcao.ports.channel import File, Incomplete
from balcao.tickets.queries.topics import topics_for_customers
from balcao.web.portal.languages import chosen_language, offered_languages
from balcao.web.portal.looks import sheet_of

_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:[0-9]{1,5})?")
_REFERENCE = re.compile(r"[0-9A-F]{8}")
_FLOOD = 200  # submissions of one network address an hour, beyond which nothing more is taken from it
_HOUR = 3600


def _channel_of(key: str) -> Channel:
    channel = Channel.objects.select_related("shop").filter(public_key=key, is_active=True).first()
    if channel is None:
        raise Http404
    try:
        submissions.hosted(channel)
    except submissions.NoPage as error:
        raise Http404 from error
    return channel


@csrf_exempt  # nobody is logged in here, and within another site's page no cookie would come along
@xframe_options_exempt  # `frame-ancestors` says which sites may
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, key: str) -> HttpResponse:
    """Show the form, or keep what somebody wrote into it."""
    channel = _channel_of(key)
    with translation.override(chosen_language(request, channel.shop)):
        answer = _submitted(request, channel) if request.method == "POST" else _page(request, channel)
        return _framed(answer, channel)


def _page(
    request: HttpRequest,
    channel: Channel,
    *,
    answers: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    sorry: str = "",
    status: int = 200,
) -> HttpResponse:
    unseen = dict(submissions.unseen(channel, now=timezone.now()))
    work_bits = unseen.pop("work_bits", "0")
    questions = submissions.hosted(channel).questions(connection_of(channel))
    context = _context(request, channel) | {
        "questions": [(question, _(question.label), (answers or {}).get(question.name, "")) for question in questions],
        "topics": _topics(channel) if any(question.kind == "topic" for question in questions) else [],
        "faults": {name: _(words) for name, words in (faults or {}).items()},
        "unseen": {name: value for name, value in unseen.items() if value},
        "traps": [name for name, value in unseen.items() if not value],
        "work_bits": work_bits,
        "sorry": sorry,
    }
    return render(request, "portal/form.html", context, status=status)


def _topics(channel: Channel) -> list[tuple[str, str]]:
    languages = [translation.get_language() or "en", *channel.shop.languages]
    return [("", _("Please choose")), *topics_for_customers(shop_id=channel.shop_id, languages=languages)]


def _submitted(request: HttpRequest, channel: Channel) -> HttpResponse:
    network = get_adapter().get_client_ip(request)
    answers = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    if _floods(channel, network):
        sorry = _(
            "So many messages came from your connection that we take no more for now. Please try again in an hour."
        )
        return _page(request, channel, answers=answers, sorry=sorry, status=429)
    answers["language"] = translation.get_language() or ""
    try:
        envelope = submissions.submit(
            channel=channel, answers=answers, files=_files(request), network=network, now=timezone.now()
        )
    except Incomplete as wrong:
        return _page(request, channel, answers=answers, faults=wrong.faults, status=422)
    reference = envelope.external_id.rpartition(".")[2][:8].upper()
    return redirect(f"{reverse('portal:thanks', args=[channel.public_key])}?{_query(request)}&reference={reference}")


def _floods(channel: Channel, network: str) -> bool:
    return count(name_of("form-flood", channel.pk, network), seconds=_HOUR) > _FLOOD


def _files(request: HttpRequest) -> list[File]:
    return [
        File(name=given.name or "", media_type=given.content_type or "", content=given.read())
        for given in request.FILES.getlist("files")
    ]


@xframe_options_exempt
@require_GET
def thanks(request: HttpRequest, key: str) -> HttpResponse:
    """Say that the message is here; the reference tells nothing to anybody else."""
    channel = _channel_of(key)
    reference = request.GET.get("reference", "")
    with translation.override(chosen_language(request, channel.shop)):
        context = _context(request, channel) | {"reference": reference if _REFERENCE.fullmatch(reference) else ""}
        return _framed(render(request, "portal/thanks.html", context), channel)


@require_GET
@cache_control(public=True, max_age=300)
def look(request: HttpRequest, key: str) -> HttpResponse:
    """Return the shop's colours as a style sheet."""
    return sheet_of(_channel_of(key).shop)


@require_GET
@cache_control(public=True, max_age=300)
def embed(request: HttpRequest, key: str) -> HttpResponse:
    """Return the script that puts the form into a page of the shop's own site."""
    channel = _channel_of(key)
    address = settings.PUBLIC_URL + reverse("portal:form", args=[channel.public_key])
    title = _("Contact form of %(shop)s") % {"shop": channel.shop.name}
    facts = {"address": address, "key": channel.public_key, "origin": settings.PUBLIC_URL, "title": title}
    return render(request, "portal/embed.js", {"facts": facts}, content_type="text/javascript; charset=utf-8")


def _context(request: HttpRequest, channel: Channel) -> dict[str, Any]:
    return {
        "channel": channel,
        "shop": channel.shop,
        "languages": offered_languages(channel.shop),
        "language": translation.get_language(),
        "is_embedded": "embed" in request.GET,
        "query": _query(request),
    }


def _query(request: HttpRequest) -> str:
    return f"lang={translation.get_language()}{'&embed=1' if 'embed' in request.GET else ''}"


def _framed(answer: HttpResponse, channel: Channel) -> HttpResponse:
    """Let the page stand on the sites that the channel names, and nowhere else."""
    named = submissions.hosted(channel).origins(connection_of(channel))
    origins = " ".join(origin for origin in named if _ORIGIN.fullmatch(origin.lower()))  # nothing else enters a header
    answer.headers["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors 'self' {origins}".rstrip()
    )
    answer.headers["Cache-Control"] = "no-store"
    patch_vary_headers(answer, ["Accept-Language"])
    return answer
