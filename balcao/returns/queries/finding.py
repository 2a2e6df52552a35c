"""Finding returns: by what a scanner or a person gives, and those that somebody has to do something with."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from balcao.processes.types import ProcessState
from balcao.returns.models import Return
from balcao.returns.rules import numbers

_MOST = 50
_LONGEST = 120


def found(typed: str, *, shop_ids: Iterable[int]) -> list[Return]:
    """Return the returns that carry a number, a parcel's code, or are of an order with that number; newest first."""
    plain = typed.strip()[:_LONGEST]
    number = numbers.read(plain)
    named = Q(tracking__iexact=plain) | Q(order__number__iexact=plain) | Q(labels__code=plain)
    rows = _rows(shop_ids).filter(Q(number=number) if number else named).distinct() if plain else _rows(()).none()
    return list(rows.order_by("-pk")[:_MOST])


def of_pk(pk: int) -> Return | None:
    """Return one return with what its page shows."""
    return _all().filter(pk=pk).first()


def awaited(*, shop_ids: Iterable[int]) -> list[Return]:
    """Return what is on its way to the warehouse, longest on its way first."""
    rows = _rows(shop_ids).filter(process__state=ProcessState.RUNNING, received_at=None, posted_at__isnull=False)
    return list(rows.order_by("posted_at")[:_MOST])


def to_inspect(*, shop_ids: Iterable[int]) -> list[Return]:
    """Return what came and nobody has looked at yet, longest there first."""
    rows = _rows(shop_ids).filter(process__state=ProcessState.RUNNING, received_at__isnull=False, inspected_at=None)
    return list(rows.order_by("received_at")[:_MOST])


def of_order(order_id: int) -> list[Return]:
    """Return what comes back of an order, newest first."""
    return list(_all().filter(order=order_id).order_by("-pk")[:_MOST])


def _all() -> "QuerySet[Return]":
    return Return.objects.select_related("process__ticket__shop", "order__account", "order__backend__shop", "shop")


def _rows(shop_ids: Iterable[int]) -> "QuerySet[Return]":
    return _all().filter(shop__in=shop_ids)
