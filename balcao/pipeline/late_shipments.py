"""Shipments that go wrong: the desk opens a ticket before the customer complains, if the shop wants that."""

import logging
import zoneinfo
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.automation.queries.telling import spoken
from balcao.channels.models import Channel
from balcao.channels.queries import connection_of
from balcao.commerce import queries
from balcao.commerce.actions import watching
from balcao.commerce.models import Backend, Order
from balcao.commerce.rules.watching import Alarm, Trouble
from balcao.commerce.types import Watch
from balcao.kit import locales
from balcao.ports import commerce as port
from balcao.ports import registry
from balcao.ports.channel import IdentityKind, Party
from balcao.staff.models import Team
from balcao.tickets.actions.warning import Warned, warn

log = logging.getLogger(__name__)


def run_due(*, now: datetime) -> int:
    """Look at the orders of which something may be wrong by now; return how many were told of."""
    told = 0
    for backend in Backend.objects.filter(is_active=True, policy__watch__is_on=True).select_related("shop"):
        watch = queries.policy_of(backend).watch
        told += sum(_try(pk, backend, watch, now) for pk in watching.due(backend=backend, now=now))
    return told


def _try(order_id: int, backend: Backend, watch: Watch, now: datetime) -> bool:
    try:
        return _look(order_id, backend, watch, now)
    except Exception:  # the next one is not held up for ever
        log.exception("Order %s could not be looked at", order_id)
        watching.look_later(order_id=order_id, now=now)
        return False


@transaction.atomic
def _look(order_id: int, backend: Backend, watch: Watch, now: datetime) -> bool:
    noted = watching.note_alarms(order_id=order_id, watch=watch, now=now)
    if noted is None or not noted[1]:
        return False
    row, alarms = noted
    order = queries.order_value(row)
    channel, party = _channel_of(backend), _party_of(order.account)
    if channel is None or party is None:
        return False
    shop = backend.shop
    with override(spoken(shop.languages)):
        warned = _warned(row, order, alarms, watch, now)
    warn(warned=warned, channel=channel, party=party, language=shop.language, now=now)
    return True


def _channel_of(backend: Backend) -> Channel | None:
    """Return from where the customer can be written to."""
    rows = Channel.objects.filter(shop=backend.shop, is_active=True).select_related("shop").order_by("id")
    return next((row for row in rows if registry.channel(row.kind).limits(connection_of(row)).starts), None)


def _party_of(account: port.Account) -> Party | None:
    if account.email:
        return Party(IdentityKind.EMAIL, account.email, account.name)
    return Party(IdentityKind.PHONE, account.phone, account.name) if account.phone else None


def _warned(row: Order, order: port.Order, alarms: list[Alarm], watch: Watch, now: datetime) -> Warned:
    zone = zoneinfo.ZoneInfo(row.backend.shop.time_zone or "UTC")
    language = spoken(row.backend.shop.languages)
    parcels = {parcel.ref: parcel for parcel in order.shipments}
    lines = []
    for alarm in alarms:
        parcel = parcels.get(alarm.parcel)
        since = alarm.at - timedelta(days=_patience(alarm.trouble, watch))
        day = locales.spoken_day(since.astimezone(zone).date(), year=now.year, language=language)
        values = {"parcel": _named(parcel), "since": day}
        lines.append(f"– {_words(alarm.trouble) % values}".strip())
    head = _("News of the shipment of order %(number)s:") % {"number": order.number}
    team = Team.objects.filter(pk=watch.team, is_active=True).values_list("pk", flat=True).first()
    subject = _subject(alarms[0].trouble) % {"number": order.number}
    return Warned(row, subject, "\n".join([head, *lines]), team)


def _patience(trouble: Trouble, watch: Watch) -> int:
    """Return for how many days something was waited for before it counted."""
    return {Trouble.LATE: watch.late_days, Trouble.SILENT: watch.silent_days}.get(trouble, 0)


def _named(parcel: port.Shipment | None) -> str:
    return " ".join(filter(None, (parcel.carrier, parcel.code))) if parcel else ""


def _words(trouble: Trouble) -> str:
    return {
        Trouble.LATE: _("It was promised for %(since)s and is not there. %(parcel)s"),
        Trouble.FAILED: _("The carrier could not deliver it (%(since)s). %(parcel)s"),
        Trouble.LOST: _("The carrier lost it (%(since)s). %(parcel)s"),
        Trouble.SILENT: _("The carrier has seen nothing of it since %(since)s. %(parcel)s"),
    }[trouble]


def _subject(trouble: Trouble) -> str:
    return {
        Trouble.LATE: _("Late shipment: order %(number)s"),
        Trouble.FAILED: _("Shipment could not be delivered: order %(number)s"),
        Trouble.LOST: _("Lost shipment: order %(number)s"),
        Trouble.SILENT: _("Shipment without news: order %(number)s"),
    }[trouble]
