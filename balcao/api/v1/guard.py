"""What surrounds every view of the API: what it takes, the idempotency key, and errors that Django made itself."""

from collections.abc import Callable, Mapping
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

Queries = Callable[[], Mapping[tuple[str, str], frozenset[str]]]  # names of parameters, by method and route


def guarded(view: View, *, takes: str, queries: Queries) -> View:
    """Surround a view that takes bodies of one media type and query parameters of known names."""
    inner = once(view)

    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _check_media_type(request, takes)
            _check_query(request, queries())
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


def _check_query(request: HttpRequest, queries: Mapping[tuple[str, str], frozenset[str]]) -> None:
    """Refuse a parameter that is not known: a filter with a slip of the pen would let everything through."""
    route = request.resolver_match.route if request.resolver_match else ""
    known = queries.get((str(request.method), route))
    unknown = sorted(set(request.GET) - known) if known is not None else []
    if unknown:
        errors = [{"parameter": name, "detail": "There is no such parameter.", "code": "unknown"} for name in unknown]
        raise Problem(422, "invalid", "There is no such query parameter.", errors=errors)


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer an address that the API does not have."""
    return response_of(not_found(f"The address {request.path}"), request=request)
