"""Telling admins that an endpoint does not take what it is sent."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from balcao.journal.models import Entry
from balcao.journal.types import Subject, SubjectKind
from balcao.notices.actions import tell
from balcao.notices.models import NoticeKind
from balcao.staff.models import Agent
from balcao.staff.rules import roles_that_may
from balcao.staff.types import Permission
from balcao.webhooks.models import Endpoint


def _tell_admins(told: Entry, now: datetime) -> None:
    endpoint = Endpoint.objects.filter(pk=told.facts["endpoint"]).first()
    if endpoint is None:
        return
    is_theirs = Q(every_shop=True) | Q(shops=endpoint.shop_id) if endpoint.shop_id else Q(every_shop=True)
    admins = Agent.objects.filter(is_theirs, role__in=roles_that_may(Permission.WEBHOOK_EDIT), is_active=True)
    subject = Subject(SubjectKind.ENDPOINT, endpoint.pk)
    tell(
        agents=admins.distinct(),
        kind=NoticeKind.WEBHOOK,
        subject=subject,
        facts={"endpoint": endpoint.name},
        now=now,
        shop_id=told.shop_id,
    )


TELLERS: dict[str, Callable[[Entry, datetime], None]] = {
    "webhook.endpoint.disabled": _tell_admins,
    "webhook.delivery.failed": _tell_admins,
}
