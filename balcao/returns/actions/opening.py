"""Opening a return: what is wanted is weighed, its process begins, and everything stands as it was at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from balcao.commerce import queries as commerce
from balcao.commerce.models import Account, Order
from balcao.customers.models import Identity
from balcao.kit.db import locked
from balcao.kit.redact import redact_cards
from balcao.ports import commerce as port
from balcao.processes.actions import moving
from balcao.processes.actions.moving import Mover
from balcao.processes.models import Blueprint, Process
from balcao.processes.types import ProcessState
from balcao.returns.actions import advancing
from balcao.returns.actions.telling import tell
from balcao.returns.actions.troubles import CannotReturn, Trouble
from balcao.returns.models import NumberSeries, Return, ReturnLine
from balcao.returns.queries.cases import Notice, Wanted, Weighed, returnable, weigh
from balcao.returns.queries.outcomes import to_send, wanted_words, worth_of
from balcao.returns.rules.documents import plain
from balcao.returns.rules.fields import of_wish
from balcao.returns.rules.reasons import fault_of
from balcao.returns.types import Answer, LineCase, Outcome
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Opener:
    """Who asks for a return: the customer themselves, or an agent in their name."""

    agent: Agent | None = None
    identity: Identity | None = None
    language: str = ""

    @property
    def mover(self) -> Mover:
        """Return them as processes know them."""
        return Mover(agent=self.agent, customer=None if self.agent else self.identity)


@transaction.atomic
def open_return(
    *,
    ticket: Ticket,
    blueprint: Blueprint,
    order: Order,
    wanted: Sequence[Wanted],
    notice: Notice,
    opener: Opener,
    key: str,
    now: datetime,
) -> Return:
    """Open a return of some lines, or return the one that was opened with the same key.

    Its process begins with it, unless one that has no return yet runs on the ticket. Raises `CannotReturn`.
    """
    known = Return.objects.filter(key=key).first()
    if known:
        return known
    _hold(order)
    check_wanted(order, wanted)
    weighed = weigh(order, wanted, notice=notice, now=now)
    process = _process(ticket, blueprint, order, weighed, opener, key, now)
    row = Return.objects.create(
        process=process,
        shop_id=ticket.shop_id,
        order=order,
        number=_next_number(),
        prefix=weighed.policy.prefix,
        key=key,
        language=opener.language or ticket.language,
        channel=notice.channel,
        notice_at=notice.at,
        opened_at=now,
        agent=opener.agent,
        identity=opener.identity,
        decision=plain(weighed.decision),
        policy=plain(weighed.policy),
        answer=weighed.decision.answer,
        risk_score=weighed.risk.score,
        risk_findings=[plain(one) for one in weighed.risk.findings],
        bonus=weighed.policy.bonus,
    )
    _add_lines(row, order, wanted, weighed, now)
    tell(
        "opened",
        row,
        actor=opener.mover.actor,
        now=now,
        answer=weighed.decision.answer,
        score=weighed.risk.score,
        lines=[[one.line, one.quantity, one.reason] for one in wanted],
    )
    values = of_wish([one.reason for one in wanted], [fault_of(one.reason) for one in wanted], wanted[0].outcome)
    advancing.fill(row, values | {"amount": worth_of(row).refund, "wanted": wanted_words(row)}, now=now)
    facts = facts_of(weighed) | {"return_known": True, "to_send": to_send(row)}
    moving.note_facts(process=row.process, facts=facts, now=now)
    return row


def facts_of(weighed: Weighed) -> dict[str, Any]:
    """Return what the guards of the process may know of the decision."""
    is_granted = weighed.decision.answer == Answer.GRANT
    return {
        "within_policy": is_granted,
        "needs_review": not is_granted,
        "risk_score": weighed.risk.score,
    }


def _hold(order: Order) -> None:
    """Let one at a time look at what can still come back; everybody locks the account first."""
    locked(Account.objects.filter(pk=order.account_id)).get()
    fresh = locked(Order.objects.filter(pk=order.pk)).get()
    order.document, order.stage, order.version = fresh.document, fresh.stage, fresh.version


def check_wanted(order: Order, wanted: Sequence[Wanted]) -> None:
    """Raise `CannotReturn` where these pieces cannot come back, whatever anybody's right is."""
    if not wanted:
        raise CannotReturn(Trouble.NOTHING)
    left = returnable(order)
    for one in wanted:
        if one.line not in left:
            raise CannotReturn(Trouble.NO_SUCH_LINE, one.line)
        left[one.line] -= one.quantity
        if one.quantity < 1 or left[one.line] < 0:
            raise CannotReturn(Trouble.TOO_MANY, one.line)
        if one.outcome == Outcome.EXCHANGE and not one.variant:
            raise CannotReturn(Trouble.NO_VARIANT, one.line)
    if len({one.line for one in wanted}) < len(wanted):
        raise CannotReturn(Trouble.TOO_MANY)
    if len({one.outcome for one in wanted}) > 1:
        raise CannotReturn(Trouble.MIXED)


def _process(
    ticket: Ticket, blueprint: Blueprint, order: Order, weighed: Weighed, opener: Opener, key: str, now: datetime
) -> Process:
    running = Process.objects.filter(ticket=ticket, state=ProcessState.RUNNING).first()
    if running is None:
        return moving.start(
            ticket=ticket, blueprint=blueprint, order=order, mover=opener.mover, key=f"return:{key}"[:80], now=now
        )
    if running.order_id not in (None, order.pk):
        raise CannotReturn(Trouble.OTHER_ORDER)
    if Return.objects.filter(process=running).exists():
        raise CannotReturn(Trouble.ALREADY)
    if running.order_id is None:
        running.order = order
        running.save(update_fields=["order"])
    return running


def _next_number() -> int:
    """Return the next number; the series stays locked until the transaction ends, so ask late."""
    table = NumberSeries._meta.db_table  # noqa: SLF001 - Django's public-by-custom options
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET last = last + 1 WHERE id = 1 RETURNING last")  # noqa: S608 - our own name
        row = cursor.fetchone()
        return int(row[0]) if row else NumberSeries.objects.create(id=1, last=10_001).last


def _add_lines(row: Return, order: Order, wanted: Sequence[Wanted], weighed: Weighed, now: datetime) -> None:
    lines = {line.ref: line for line in commerce.order_value(order).lines}
    cases = {one.line: one for one in weighed.case.lines}
    ReturnLine.objects.bulk_create(_line(row, one, lines[one.line], cases[one.line], weighed, now) for one in wanted)


def _line(row: Return, wanted: Wanted, line: port.Line, case: LineCase, weighed: Weighed, now: datetime) -> ReturnLine:
    answers = next(one for one in weighed.decision.lines if one.line == wanted.line)
    offered = {outcome for one in answers.entitlements for outcome in one.outcomes}
    if wanted.outcome not in offered and offered:
        raise CannotReturn(Trouble.NO_SUCH_OUTCOME, wanted.line)
    return ReturnLine(
        goods_return=row,
        line=wanted.line,
        name=line.name[:300],
        sku=line.sku[:120],
        quantity=wanted.quantity,
        reason=wanted.reason,
        remark=redact_cards(wanted.remark.strip()),
        fault=fault_of(wanted.reason),
        traits=sorted(case.traits),
        is_opened=wanted.is_opened,
        serial=wanted.serial[:80],
        outcome=wanted.outcome,
        variant=wanted.variant[:120],
        agreed_at=now if wanted.outcome == Outcome.CREDIT else None,
    )
