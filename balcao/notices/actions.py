"""Telling agents: one notice per agent and fact, read by looking, mailed if the agent wants it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.kit.db import locked
from balcao.notices.models import Notice, NoticeKind
from balcao.notices.rules import wants
from balcao.staff.models import Agent

MOST_MAIL_TRIES = 12
MAIL_DELAY = timedelta(minutes=2)  # whoever reads the bell within it gets no mail


def tell(
    *,
    agents: Iterable[Agent],
    kind: NoticeKind,
    subject: Subject,
    facts: dict[str, Any],
    now: datetime,
    shop_id: int = 0,
    keeps_newest: bool = False,
) -> list[Notice]:
    """Tell agents one thing, each as their settings say; several of one kind on one subject become one.

    `keeps_newest`: that one tells the newest, as what was told before is not true any more.
    """
    told = [a for a in agents if a.is_active and wants(a.settings, kind, "bell")]
    same = Notice.objects.filter(
        agent__in=told, kind=kind, subject_kind=subject.kind, subject_id=subject.id, read_at__isnull=True
    )
    unread = set(same.values_list("agent_id", flat=True))
    if keeps_newest and unread:
        same.update(facts=facts, at=now)
    fresh = [
        Notice(
            agent=agent,
            kind=kind,
            at=now,
            subject_kind=subject.kind,
            subject_id=subject.id,
            facts=facts,
            mail_due_at=now + MAIL_DELAY if wants(agent.settings, kind, "mail") else None,
        )
        for agent in told
        if agent.pk not in unread
    ]
    if not fresh:
        return []
    notices = Notice.objects.bulk_create(fresh)
    about = [subject, *(Subject(SubjectKind.AGENT, notice.agent_id) for notice in notices)]
    record(name=f"notice.{kind}", at=now, actor=SYSTEM, about=about, shop_id=shop_id, facts={"kind": str(kind)})
    return notices


def settle(*, kind: NoticeKind, subject: Subject, now: datetime) -> int:
    """Mark notices of one kind on one subject as read by everybody: nothing is left to do about it."""
    same = Notice.objects.filter(kind=kind, subject_kind=subject.kind, subject_id=subject.id, read_at__isnull=True)
    return same.update(read_at=now, mail_due_at=None)


def read(*, agent: Agent, now: datetime, notices: Iterable[int] | None = None, subject: Subject | None = None) -> int:
    """Mark an agent's notices as read: these, those about one subject, or all."""
    mine = Notice.objects.filter(agent=agent, read_at__isnull=True)
    if notices is not None:
        mine = mine.filter(pk__in=list(notices))
    if subject is not None:
        mine = mine.filter(subject_kind=subject.kind, subject_id=subject.id)
    return mine.update(read_at=now, mail_due_at=None)


@transaction.atomic
def claim_mails(*, now: datetime, again_at: datetime, limit: int = 200) -> list[Notice]:
    """Take unread notices whose mail is due, by agent; unless finished they come up again at `again_at`."""
    due = Notice.objects.filter(mail_due_at__lte=now, read_at__isnull=True, agent__is_active=True)
    due = due.order_by("agent_id", "id")
    found = list(locked(due.select_related("agent"), skip_locked=True)[:limit])
    for notice in found:
        notice.mail_tries += 1
        notice.mail_due_at = again_at if notice.mail_tries < MOST_MAIL_TRIES else None
    Notice.objects.bulk_update(found, ["mail_due_at", "mail_tries"])
    return found


def finish_mails(*, notices: Iterable[Notice]) -> None:
    """Note that the mail about these notices went out."""
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mail_due_at=None)
