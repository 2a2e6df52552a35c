"""Notices that go out by mail too: those nobody has read by their time, all of an agent's in one mail."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from balcao.notices.actions import claim_mails, finish_mails
from balcao.notices.models import Notice, NoticeKind
from balcao.notices.queries import mails_are_due
from balcao.pipeline.late_words import deadline_words
from balcao.staff.models import Agent

log = logging.getLogger(__name__)

RETRY_AFTER = timedelta(minutes=10)


def run_due(*, now: datetime) -> int:
    """Mail the notices that are due; return how many agents were written to."""
    if not mails_are_due(now=now):  # asking costs SQLite's other writers nothing, claiming does
        return 0
    claimed = claim_mails(now=now, again_at=now + RETRY_AFTER)
    written = 0
    for agent, notices in groupby(claimed, key=lambda notice: notice.agent):
        try:
            _write(agent, list(notices))
        except (SMTPResponseException, SMTPRecipientsRefused):  # this mail's own fault
            log.exception("Notices could not be mailed to agent %s", agent.pk)
        except OSError as error:  # the server is away or takes too long: it would keep every other mail waiting as well
            log.error("Notices wait, for the mail server does not answer: %s", error)  # noqa: TRY400 - one line says it
            break
        else:
            written += 1
    return written


def _write(agent: Agent, notices: Sequence[Notice]) -> None:
    """Write one agent one mail; what cannot be sent now stays due and is tried again."""
    with override(agent.language):
        subject = ngettext("%(count)d notice from your desk", "%(count)d notices from your desk", len(notices))
        lines = [f"- {sentence(notice)}\n  {link(notice)}" for notice in notices]
        foot = _("Which notices come by mail is set on your settings page: %(url)s")
        body = "\n\n".join([*lines, foot % {"url": f"{settings.PUBLIC_URL}/me/preferences/"}])
    send_mail(subject % {"count": len(notices)}, body, None, [agent.email])
    finish_mails(notices=notices)


def sentence(notice: Notice) -> str:
    """Say what happened, in the language that is active. No customer's words stand in a mail."""
    if notice.kind in (NoticeKind.DEADLINE, NoticeKind.ESCALATION):
        zone = ZoneInfo(notice.agent.time_zone or "UTC")
        return deadline_words(notice.facts, now=notice.at, zone=zone)
    texts = {
        NoticeKind.MENTION: _("You are mentioned in a note on ticket %(number)s."),
        NoticeKind.ASSIGNED: _("Ticket %(number)s was given to you."),
        NoticeKind.MESSAGE: _("The customer wrote on your ticket %(number)s."),
        NoticeKind.FAILED_SEND: _("An answer on your ticket %(number)s could not be sent, or may not have arrived."),
        NoticeKind.QUARANTINE: _("A message could not be understood and waits in quarantine."),
        NoticeKind.GAP: _("A mailbox holds mails that did not arrive on the desk."),
        NoticeKind.MAILBOX: _("A mailbox cannot be read; what arrives there waits."),
        NoticeKind.APPROVAL: _("An order action waits for your approval."),
        NoticeKind.ORDER: _("There is news of an order action that you asked for on ticket %(number)s."),
        NoticeKind.STAGE: _("A stage of ticket %(number)s needs you."),
        NoticeKind.LATE: _("Ticket %(number)s is about a shipment that is late or lost."),
        NoticeKind.WEBHOOK: _("A webhook does not take what it is sent."),
        NoticeKind.RULE: _("A rule of the shop wants you to look at ticket %(number)s."),
    }
    return texts[NoticeKind(notice.kind)] % {"number": notice.facts.get("number", "")}


def link(notice: Notice) -> str:
    """Return the address of the page that a notice is about."""
    if notice.kind == NoticeKind.WEBHOOK:
        return f"{settings.PUBLIC_URL}/console/webhooks/{notice.subject_id}/"
    if notice.kind == NoticeKind.QUARANTINE:
        return f"{settings.PUBLIC_URL}/console/quarantine/"
    if notice.kind in (NoticeKind.GAP, NoticeKind.MAILBOX):
        return f"{settings.PUBLIC_URL}/console/channels/{notice.subject_id}/intake/"
    if notice.kind == NoticeKind.APPROVAL:
        return f"{settings.PUBLIC_URL}/approvals/"
    return f"{settings.PUBLIC_URL}/tickets/{notice.facts.get('number', '')}/"
