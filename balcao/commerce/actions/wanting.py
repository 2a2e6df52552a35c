"""What is to be read anew from a shop system: because it told us, because somebody looks, after an action."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from balcao.commerce.models import Backend, Wanted
from balcao.commerce.rules import refreshing as rules
from balcao.commerce.types import WantedKind
from balcao.kit import wake


@transaction.atomic
def want(*, backend: Backend, kind: WantedKind, refs: Iterable[str], now: datetime) -> None:
    """Let things be read anew; one that waits already stays one."""
    rows = [Wanted(backend=backend, kind=kind, ref=ref, asked_at=now, due_at=now) for ref in sorted(set(refs)) if ref]
    Wanted.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["backend", "kind", "ref"],
        update_fields=["asked_at", "due_at", "tries"],
    )
    wake.notify(wake.Topic.WORK)


def want_again(*, backend: Backend, kind: WantedKind, refs: Iterable[str], now: datetime) -> None:
    """Let things be read anew that somebody looks at, unless that was asked for a moment ago."""
    asked = set(refs)
    recent = Wanted.objects.filter(backend=backend, kind=kind, ref__in=asked, asked_at__gt=now - rules.AGAIN)
    if left := asked - set(recent.values_list("ref", flat=True)):
        want(backend=backend, kind=kind, refs=left, now=now)
