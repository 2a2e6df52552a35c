"""`Idempotency-Key` on every POST: the same key changes things once, and is answered alike for two days."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from balcao.api.actions import Claim, OtherBody, StillRunning, TakenOver, claim, let_go, settle
from balcao.api.v1.access import Caller, bearer_secret, caller_with
from balcao.api.v1.problems import Problem

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Run a view that changes something once for each key; raise `Problem`."""

    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get(HEADER)
        caller = caller_with(request, bearer_secret(request)) if key is not None and request.method == "POST" else None
        if key is None or caller is None:
            return view(request, *args, **kwargs)
        found = _claimed(request, caller, key)
        if not found.is_new:
            return _replay(found)
        return _run(found, lambda: view(request, *args, **kwargs))

    return respond


def _claimed(request: HttpRequest, caller: Caller, key: str) -> Claim:
    if not _KEY.fullmatch(key):
        detail = "An idempotency key has 1 to 255 visible ASCII characters."
        raise Problem(422, "invalid", detail, errors=[{"header": HEADER, "detail": detail, "code": "key"}])
    route = f"{request.method} {request.path}"[:200]
    body_hash = _body_hash(request)
    try:
        return claim(token=caller.token, route=route, key=key, body_hash=body_hash, now=timezone.now())
    except OtherBody as error:
        detail = "Repeat the request exactly as it was, or use a new key for another one."
        raise Problem(422, "idempotency-key-reused", detail) from error
    except StillRunning as error:
        raise _still_running() from error


def _run(claimed: Claim, call: Callable[[], HttpResponse]) -> HttpResponse:
    is_settled = False
    try:
        with transaction.atomic():
            response = call()
            if 200 <= response.status_code < 300:  # noqa: PLR2004 - success
                settle(row=claimed.row, status=response.status_code, answer=response.content.decode())
                is_settled = True
            else:  # nothing was changed, so nothing is remembered: the caller mends the request and tries again
                transaction.set_rollback(True)
    except TakenOver as error:
        raise _still_running() from error
    finally:
        if not is_settled:
            let_go(row=claimed.row)
    return response


def _replay(found: Claim) -> HttpResponse:
    return HttpResponse(
        found.row.answer,
        status=found.row.status,
        content_type="application/json; charset=utf-8",
        headers={"Idempotent-Replayed": "true"},
    )


def _still_running() -> Problem:
    return Problem(409, "still-running", "Ask again in a moment with the same key.", headers={"Retry-After": "2"})


def _body_hash(request: HttpRequest) -> str:
    """Return the digest of what was sent; of a form by its fields, for each sending draws another boundary."""
    if request.content_type != "multipart/form-data":
        return hashlib.sha256(request.body).hexdigest()
    fields = sorted((name, values) for name, values in request.POST.lists())
    files = sorted((name, each.name, _digest(each)) for name, sent in request.FILES.lists() for each in sent)
    return hashlib.sha256(json.dumps([fields, files]).encode()).hexdigest()


def _digest(file: Any) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
