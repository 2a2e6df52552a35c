"""Pages for when something is not there, not allowed, or broken; the last of them asks no database."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from balcao.web.components.page import Page

_TEMPLATE = "faults/fault.html"


class _BlindPage(Page):
    """A page that does not ask who looks: what would answer may be what is broken."""

    agent = None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what cannot be understood."""
    return _fault(
        request, HTTPStatus.BAD_REQUEST, _("This was not understood"), _("Please go back and try it another way.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer who may not do what they asked for."""
    words = _("Your role does not reach this far. Whoever administers your Balcão can change that.")
    return _fault(request, HTTPStatus.FORBIDDEN, _("This is not for you"), words)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without its token: mostly of a page that was open through a sign-out."""
    words = _("Nothing was changed. Go back, load the page again and send it once more.")
    return _fault(request, HTTPStatus.FORBIDDEN, _("This page was open for too long"), words)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for an address where nothing stands, or nothing that this person may see."""
    words = _("The address is mistyped, or what stood here is gone.")
    return _fault(request, HTTPStatus.NOT_FOUND, _("There is nothing here"), words)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer somebody who tries too often."""
    words = _("Please wait a few minutes, then try again.")
    return _fault(request, HTTPStatus.TOO_MANY_REQUESTS, _("Too many tries"), words)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when we failed; the log says why."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    words = _("It was our fault and has been written down. What was kept before stays kept. Please try again.")
    more = {"page": _BlindPage(request), "status": status, "title": _("Something broke here"), "words": words}
    return HttpResponse(render_to_string(_TEMPLATE, more), status=status)


def _fault(request: HttpRequest, status: HTTPStatus, title: str, words: str) -> HttpResponse:
    return render(request, _TEMPLATE, {"status": status, "title": title, "words": words}, status=status)
