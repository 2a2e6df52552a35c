"""Reading how promises were kept by kind of matter: one statement along an index, bounded by the span."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, DurationField, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum

from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind, ClockState
from balcao.insights.types import KindFigures
from balcao.tickets.models import Ticket
from balcao.tickets.types import Kind

REPORTED = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION)
_IS_LATE = Q(state=ClockState.MISSED, is_voided=False)
_KIND = Subquery(Ticket.objects.filter(pk=OuterRef("ticket_id")).values("kind"))  # clocks lie below tickets


def figures(*, shops: Iterable[int], since: datetime, until: datetime) -> list[KindFigures]:
    """Return how answers and solutions of a span kept their promises, by what the ticket is now said to be.

    A clock that was cancelled, because nothing was owed any more, counts nowhere.
    """
    ended = Clock.objects.filter(shop__in=list(shops), ended_at__gte=since, ended_at__lt=until)
    rows = ended.filter(kind__in=REPORTED, state__in=[ClockState.MET, ClockState.MISSED]).annotate(of=_KIND)
    sums = rows.values_list("of", "kind").annotate(
        ended=Count("pk"),
        late=Count("pk", filter=_IS_LATE),
        lasted=Sum(ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())),
    )
    return [KindFigures(Kind(of) if of else None, ClockKind(clock), *more) for of, clock, *more in sums.order_by()]
