"""Every error as a problem document (RFC 9457): one type for each thing that a program can do something about."""

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from balcao.customers.types import Refusal as CustomerRefusal
from balcao.customers.types import Refused
from balcao.kit.keyset import BadCursor
from balcao.ports.commerce import ActionKind
from balcao.tickets.types import Refusal, TicketRefused

MEDIA_TYPE = "application/problem+json"
AS_WRITTEN = {"ensure_ascii": False}  # people's words stay readable
_URN = "urn:balcao:problem:"

log = logging.getLogger(__name__)

TITLES = {
    "bad-request": "The request cannot be read.",
    "not-authenticated": "A valid API token is needed.",
    "missing-scope": "The token does not have the scope that this needs.",
    "not-permitted": "The agent that the token acts as may not do this.",
    "acting-agent-needed": "This needs a token that acts as an agent.",
    "not-found": "There is nothing here.",
    "method-not-allowed": "This address does not know that method.",
    "conflict": "It is not possible as things stand.",
    "still-running": "The first request with this idempotency key is not done yet.",
    "too-large": "The request is too large.",
    "unsupported-media-type": "The body is of a type that is not taken here.",
    "invalid": "Something in the request is not valid.",
    "idempotency-key-reused": "This idempotency key was used with another body.",
    "too-many-requests": "Too many requests.",
    "server-error": "Something went wrong on our side.",
}
_BY_STATUS = {
    400: "bad-request",
    401: "not-authenticated",
    403: "not-permitted",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    429: "too-many-requests",
    500: "server-error",
}


class Problem(Exception):
    """An answer that is an error, with what the caller can do about it."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        errors: Sequence[dict[str, Any]] = (),
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.errors, self.headers, self.more = list(errors), headers or {}, more


def not_found(what: str) -> Problem:
    """Return the answer for what does not exist, or not for this caller."""
    return Problem(404, "not-found", f"{what} does not exist, or is not of a shop that this token sees.")


def invalid(pointer: str, detail: str, *, code: str = "value") -> Problem:
    """Return the answer for one field of the body that cannot be taken."""
    return Problem(422, "invalid", detail, errors=[{"pointer": pointer, "detail": detail, "code": code}])


def invalid_parameter(name: str, detail: str) -> Problem:
    """Return the answer for a query parameter that cannot be taken."""
    return Problem(422, "invalid", detail, errors=[{"parameter": name, "detail": detail, "code": "value"}])


def response_of(problem: Problem, *, request: HttpRequest) -> HttpResponse:
    """Write a problem as the response."""
    document = {
        "type": _URN + problem.kind,
        "title": TITLES[problem.kind],
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        **problem.more,
        **({"errors": problem.errors} if problem.errors else {}),
    }
    return JsonResponse(
        document, status=problem.status, content_type=MEDIA_TYPE, headers=problem.headers, json_dumps_params=AS_WRITTEN
    )


def as_problem(response: HttpResponse, *, request: HttpRequest) -> HttpResponse:
    """Return an error that Django answered by itself as a problem; everything else as it is."""
    if response.status_code < HTTPStatus.BAD_REQUEST or response.headers.get("Content-Type") == MEDIA_TYPE:
        return response
    kind = _BY_STATUS.get(response.status_code, "bad-request")
    kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
    detail = f"{request.method} is not possible here." if kind == "method-not-allowed" else TITLES[kind]
    return response_of(Problem(response.status_code, kind, detail, headers=kept), request=request)


# --- From exceptions --------------------------------------------------------------------------------------------------

_REFUSALS = {
    Refusal.EMPTY: (422, "There is no text and no file."),
    Refusal.TOO_LONG: (422, "The text is longer than the channel can carry."),
    Refusal.MERGED: (409, "The ticket was merged into another one."),
    Refusal.HELD_OPEN: (409, "A process runs on the ticket: bring it to its end first."),
    Refusal.NO_RECIPIENT: (422, "There is nobody to write to: give `to`."),
    Refusal.NO_ANSWER_CHANNEL: (409, "The shop has no channel on which an answer could travel."),
    Refusal.CANNOT_START: (422, "On this channel the shop cannot write first."),
    Refusal.SOMETHING_NEWER: (409, "Something newer came in than `seen_message_id`."),
    Refusal.SAME_TICKET: (422, "A ticket cannot be merged into itself."),
    Refusal.OTHER_SHOP: (422, "The two tickets belong to different shops."),
    Refusal.NOTHING_LEFT: (409, "At least one message has to stay in the ticket."),
    Refusal.ALREADY_UNDONE: (409, "It was undone already."),
    Refusal.MERGED_ON: (409, "A later merge has to be undone first."),
    Refusal.CHANGED_SINCE: (409, "The messages are not in this ticket any more."),
    Refusal.NO_SUCH_AGENT: (422, "The agent is not active, or does not work for the ticket's shop."),
    Refusal.IN_THE_PAST: (422, "The time is in the past."),
    Refusal.NAME_TAKEN: (409, "The name is taken."),
    Refusal.NOT_FOR_SHOP: (422, "The topic is out of use, or belongs to another shop."),
}


_KINDS = frozenset(ActionKind)


def from_exception(error: Exception) -> Problem:
    """Return what to answer when this was raised; the unforeseen is logged and told without its details."""
    for kind, translate in _TRANSLATIONS:
        if isinstance(error, kind):
            return translate(error)
    log.error("The API failed", exc_info=error)
    return Problem(500, "server-error", "The fault was logged. Nothing was changed by this request.")


def _of_ticket(error: Any) -> Problem:
    status, detail = _REFUSALS.get(error.refusal, (409, "The ticket does not allow it."))
    return Problem(status, _BY_STATUS[status], detail, refusal=str(error.refusal))


def _of_customer(error: Any) -> Problem:
    status = 422 if error.code == CustomerRefusal.UNREADABLE else 409
    return Problem(status, _BY_STATUS[status], str(error), refusal=str(error.code))


def _of_validation(error: Any) -> Problem:
    errors = [_fault(each) for each in error.errors]
    return Problem(422, "invalid", f"{errors[0]['detail']}" if errors else TITLES["invalid"], errors=errors)


def _fault(error: dict[str, Any]) -> dict[str, Any]:
    source, *place = error["loc"]
    found = {"detail": error["msg"], "code": error["type"]}
    if source in {"body", "form", "file"}:
        inside = place[1:] if source == "body" else place
        if inside and inside[0] in _KINDS:  # which kind of body it was taken for: no part of the body's own path
            inside = inside[1:]
        return {"pointer": "#" + "".join(f"/{part}" for part in inside), **found}
    return {"parameter": str(place[-1]), **found}


def _of_http(error: Any) -> Problem:
    kind = _BY_STATUS.get(error.status_code, "bad-request")
    return Problem(error.status_code, kind, str(error))


def _unauthenticated(_: Any) -> Problem:
    detail = "Send `Authorization: Bearer balcao_...` with a token that is neither revoked nor over."
    return Problem(401, "not-authenticated", detail, headers={"WWW-Authenticate": 'Bearer realm="balcao"'})


def _fixed(status: int, kind: str, detail: str) -> Callable[[Any], Problem]:
    return lambda _: Problem(status, kind, detail)


_TRANSLATIONS: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (Problem, lambda error: error),
    (TicketRefused, _of_ticket),
    (Refused, _of_customer),
    (ValidationError, _of_validation),
    (AuthenticationError, _unauthenticated),
    (HttpError, _of_http),
    (BadCursor, lambda error: invalid_parameter("cursor", str(error))),
    (Http404, _fixed(404, "not-found", "There is nothing at this address.")),
    (PermissionDenied, _fixed(403, "not-permitted", TITLES["not-permitted"])),
    (RequestDataTooBig, _fixed(413, "too-large", "The request is larger than this server takes.")),
    (MultiPartParserError, _fixed(400, "bad-request", "The multipart body cannot be read.")),
    (UnreadablePostError, _fixed(400, "bad-request", "The body broke off.")),
    (SuspiciousOperation, _fixed(400, "bad-request", TITLES["bad-request"])),
    (BadRequest, _fixed(400, "bad-request", TITLES["bad-request"])),
)


def install(api: NinjaAPI) -> None:
    """Let every exception of this API become a problem."""

    def respond(request: HttpRequest, error: Any) -> HttpResponse:
        return response_of(from_exception(error), request=request)

    for kind in (Exception, Http404, HttpError, ValidationError, AuthenticationError):
        api.add_exception_handler(kind, respond)
