"""The way back: the label or code by which something comes, and what is seen of it on its way."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from balcao.commerce import queries as commerce
from balcao.processes.actions import moving
from balcao.returns.actions.holding import take_hold
from balcao.returns.actions.telling import actor_of, tell
from balcao.returns.models import Label, Return
from balcao.returns.queries.cases import case_of
from balcao.returns.queries.labels import address_lines, warehouse_of
from balcao.returns.rules.documents import decision_from, policy_from
from balcao.returns.rules.paying import payer_of
from balcao.returns.types import DutyKind, Reason, SendingWay
from balcao.staff.models import Agent


@transaction.atomic
def issue_label(
    *, row: Return, way: SendingWay, key: str, agent: Agent | None, now: datetime, carrier: str = "", code: str = ""
) -> Label:
    """Give the customer something to send it with, or return what was given with the same key."""
    known = Label.objects.filter(key=key).first()
    if known:
        return known
    take_hold(row)
    policy, warehouse = policy_from(row.policy), warehouse_of(row)
    account, told = commerce.account_value(row.order.account), commerce.order_value(row.order)
    label = Label.objects.create(
        goods_return=row,
        way=way,
        payer=payer_of(decision_from(row.decision), [Reason(one.reason) for one in row.lines.all()]),
        use_by=_use_by(row, policy.label_days, now),
        sender=address_lines(told.address, name=account.name),
        receiver=address_lines(warehouse if warehouse.name else replace(warehouse, name=row.shop.name)),
        carrier=carrier[:80],
        code=code[:120],
        made_at=now,
        made_by=agent,
        key=key,
    )
    tell("label.issued", row, actor=actor_of(agent), now=now, way=way, payer=label.payer)
    return label


def _use_by(row: Return, days: int, now: datetime) -> date:
    """Return until when a label is good: the shop's days, and never less than the law gives for sending it back."""
    zone = ZoneInfo(case_of(row, now=now).zone)
    ours = (now + timedelta(days=days)).astimezone(zone).date()
    due = decision_from(row.decision).due(DutyKind.SEND_BACK)
    return max(ours, due) if due else ours


@transaction.atomic
def mark_in_transit(
    *, row: Return, posted_at: datetime, agent: Agent | None, now: datetime, carrier: str = "", tracking: str = ""
) -> None:
    """Note that the carrier has it; the first time it was seen counts."""
    take_hold(row)
    known = (row.carrier, row.tracking, row.posted_at)
    row.carrier, row.tracking = carrier[:80] or row.carrier, tracking[:80] or row.tracking
    row.posted_at = min(row.posted_at, posted_at) if row.posted_at else posted_at
    if known == (row.carrier, row.tracking, row.posted_at):
        return
    row.save(update_fields=["carrier", "tracking", "posted_at"])
    posted = row.posted_at.isoformat()
    tell("posted", row, actor=actor_of(agent), now=now, carrier=row.carrier, tracking=row.tracking, posted_at=posted)
    if row.received_at is None:
        moving.note_facts(process=row.process, facts={"return_parcel": "in_transit"}, now=now)
