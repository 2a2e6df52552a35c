"""Running a request once for each idempotency key, whatever crashes in between.

A claim is committed first, so that a repeat meanwhile hears that the first still runs. The change and its answer are
then committed together: a crash before that leaves nothing but the claim, which ends by itself; a crash after it leaves
the answer, which is given again.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from balcao.api.models import KeyedRequest
from balcao.staff.models import ApiToken

KEPT_FOR = timedelta(hours=48)
RUNS_AT_MOST = timedelta(seconds=90)  # a claim older than this is of a process that died
_FORGOTTEN_AT_ONCE = 100


class StillRunning(Exception):
    """The first request with this key has not been answered yet."""


class OtherBody(Exception):
    """The key was used with another body before."""


class TakenOver(Exception):
    """A repeat took the place of a run that took so long; what that run did is rolled back."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a request, or the answer that it got before."""

    row: KeyedRequest
    is_new: bool


def claim(*, token: ApiToken, route: str, key: str, body_hash: str, now: datetime) -> Claim:
    """Claim a key before its request runs, or find how it was answered; `OtherBody`, `StillRunning`."""
    fresh = KeyedRequest(
        token=token, route=route, key=key, body_hash=body_hash, began_at=now, holder=secrets.token_hex(8)
    )
    _forget_old(now=now)
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
            return Claim(fresh, is_new=True)
    except IntegrityError:
        found = KeyedRequest.objects.filter(token=token, route=route, key=key).first()
    if found is None:  # its run failed and let go of it at this very moment
        raise StillRunning
    if found.body_hash != body_hash:
        raise OtherBody
    if found.status is not None:
        return Claim(found, is_new=False)
    return _take_over(found, fresh.holder, now=now)


def _take_over(found: KeyedRequest, holder: str, *, now: datetime) -> Claim:
    mine = KeyedRequest.objects.filter(pk=found.pk, holder=found.holder, status__isnull=True)
    if now - found.began_at < RUNS_AT_MOST or not mine.update(holder=holder, began_at=now):
        raise StillRunning
    found.holder, found.began_at = holder, now
    return Claim(found, is_new=True)


def settle(*, row: KeyedRequest, status: int, answer: str) -> None:
    """Store the answer in the transaction of the change itself; `TakenOver` rolls that back."""
    mine = KeyedRequest.objects.filter(pk=row.pk, holder=row.holder, status__isnull=True)
    if not mine.update(status=status, answer=answer):
        raise TakenOver


def let_go(*, row: KeyedRequest) -> None:
    """Forget a claim whose request changed nothing, so that the caller may mend it and try again."""
    KeyedRequest.objects.filter(pk=row.pk, holder=row.holder, status__isnull=True).delete()


def _forget_old(*, now: datetime) -> None:
    """Delete some of the requests whose time is over; each new one pays for the old ones."""
    old = KeyedRequest.objects.filter(began_at__lt=now - KEPT_FOR).values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE]
    ids = list(old)
    if ids:
        KeyedRequest.objects.filter(pk__in=ids).delete()
