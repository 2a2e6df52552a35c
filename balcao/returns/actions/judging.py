"""What people say to a return: to grant or refuse it, and what it comes to once it was looked at."""

from datetime import datetime

from django.db import transaction

from balcao.kit.redact import redact_cards
from balcao.processes.actions.moving import Mover
from balcao.returns.actions import advancing
from balcao.returns.actions.advancing import advance
from balcao.returns.actions.holding import take_hold
from balcao.returns.actions.telling import actor_of, tell
from balcao.returns.actions.troubles import CannotReturn, Trouble
from balcao.returns.models import Return
from balcao.returns.queries.outcomes import most_withheld, worth_of
from balcao.returns.types import Outcome
from balcao.staff.models import Agent

_STAGES = {
    Outcome.REFUND: "refunding",
    Outcome.EXCHANGE: "exchanging",
    Outcome.REPAIR: "repairing",
    Outcome.CREDIT: "crediting",
}


@transaction.atomic
def judge(
    *, row: Return, is_granted: bool, agent: Agent, now: datetime, rule: str = "", remark: str = "", reason: str = ""
) -> None:
    """Grant or refuse a return. Whoever refuses names the rule and tells the customer why; nothing else can refuse.

    `reason` is the key that the path asks for. The process goes on where its path allows it.
    """
    take_hold(row)
    if row.is_granted is not None or row.decided_at is not None:
        raise CannotReturn(Trouble.NOT_NOW)
    if not is_granted and not (rule.strip() and remark.strip()):
        raise CannotReturn(Trouble.NO_GROUNDS)
    row.is_granted, row.judge, row.judged_at = is_granted, agent, now
    row.judged_by_rule, row.judged_remark = rule.strip()[:60], redact_cards(remark.strip())
    row.save(update_fields=["is_granted", "judge", "judged_at", "judged_by_rule", "judged_remark"])
    tell("granted" if is_granted else "refused", row, actor=actor_of(agent), now=now, rule=row.judged_by_rule)
    mover, key = Mover(agent=agent), f"return:judged:{row.pk}"
    if is_granted:
        advance(row, "approved", mover=mover, key=key, now=now)
        return
    fields = {"rule": row.judged_by_rule, "refusal_text": row.judged_remark}
    advance(row, "refused", mover=mover, key=key, now=now, fields=fields, reason=reason)


@transaction.atomic
def decide(
    *, row: Return, agent: Agent | None, now: datetime, withheld: int = 0, remark: str = "", key: str = ""
) -> None:
    """Give the customer what they chose. Only a person takes something off, with words, and where a rule allows it."""
    take_hold(row)
    if row.inspected_at is None or row.decided_at is not None:
        raise CannotReturn(Trouble.NOT_NOW)
    if withheld and not (agent and remark.strip()):
        raise CannotReturn(Trouble.NO_GROUNDS)
    if not 0 <= withheld <= most_withheld(row)[0]:
        raise CannotReturn(Trouble.TOO_MUCH)
    worth = worth_of(row)
    row.goods, row.freight = worth.expected.goods, worth.expected.freight
    row.withheld, row.withheld_remark = withheld, redact_cards(remark.strip())[:500]
    row.decided_at, row.decided_by = now, agent
    row.save(update_fields=["goods", "freight", "withheld", "withheld_remark", "decided_at", "decided_by"])
    outcome = _given(row)
    tell("decided", row, actor=actor_of(agent), now=now, outcome=outcome, amount=_amount(row), withheld=withheld)
    advancing.fill(row, {"amount": worth_of(row).refund, "remedy": outcome.value}, now=now)
    row.process.refresh_from_db()
    if agent:  # a way that money takes is taken by somebody
        advance(row, _STAGES.get(outcome, ""), mover=Mover(agent=agent), key=f"return:decided:{row.pk}:{key}", now=now)


def _given(row: Return) -> Outcome:
    outcome = Outcome.REFUND
    for line in row.lines.all():
        outcome = Outcome(line.outcome)
        line.given = outcome
        line.save(update_fields=["given"])
    return outcome


def _amount(row: Return) -> int:
    worth = worth_of(row)
    is_credit = row.lines.filter(given=Outcome.CREDIT).exists()
    return worth.credit if is_credit else worth.refund
