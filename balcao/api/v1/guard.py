"""What surrounds every view of the API: the body's type, the idempotency key, and errors that Django made itself."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from balcao.api.v1.idempotency import once
from balcao.api.v1.problems import Problem, as_problem, from_exception, not_found, response_of

View = Callable[..., HttpResponse]

JSON = "application/json"
FORM = "multipart/form-data"
_WITH_BODY = {"POST", "PATCH", "PUT"}


def guarded(view: View, *, takes: str) -> View:
    """Surround a view that takes bodies of one media type."""
    inner = once(view)

    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _check_media_type(request, takes)
            response = inner(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - every error of the API is a problem document; the rest is logged
            response = response_of(from_exception(error), request=request)
        response = as_problem(response, request=request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return respond


def _check_media_type(request: HttpRequest, takes: str) -> None:
    has_body = request.headers.get("Content-Length", "") not in {"", "0"}
    if request.method in _WITH_BODY and has_body and request.content_type != takes:
        detail = f"Send the body as {takes}."
        raise Problem(415, "unsupported-media-type", detail, headers={"Accept-Post": takes, "Accept-Patch": takes})


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer an address that the API does not have."""
    return response_of(not_found(f"The address {request.path}"), request=request)
