"""What the customer wants for it, as long as nothing is decided."""

from datetime import datetime

from django.db import transaction

from balcao.customers.models import Identity
from balcao.processes.actions import moving
from balcao.returns.actions import advancing
from balcao.returns.actions.holding import take_hold
from balcao.returns.actions.telling import actor_of, tell
from balcao.returns.actions.troubles import CannotReturn, Trouble
from balcao.returns.models import Return
from balcao.returns.queries.outcomes import outcomes_of, to_send, wanted_words
from balcao.returns.rules.fields import of_outcome
from balcao.returns.types import Outcome
from balcao.staff.models import Agent


@transaction.atomic
def choose_outcome(
    *,
    row: Return,
    outcome: Outcome,
    agent: Agent | None,
    identity: Identity | None,
    now: datetime,
    variants: dict[str, str] | None = None,
) -> None:
    """Change what the customer wants; who chooses credit agrees to it with that. Raises `CannotReturn`.

    `variants` says by line what an exchange is for.
    """
    take_hold(row)
    if row.decided_at is not None:
        raise CannotReturn(Trouble.NOT_NOW)
    if outcome not in outcomes_of(row):
        raise CannotReturn(Trouble.NO_SUCH_OUTCOME)
    wanted = variants or {}
    for line in row.lines.all():
        line.variant = wanted.get(line.line, "")[:120] if outcome == Outcome.EXCHANGE else ""
        if outcome == Outcome.EXCHANGE and not line.variant:
            raise CannotReturn(Trouble.NO_VARIANT, line.line)
        line.outcome, line.agreed_at = outcome, now if outcome == Outcome.CREDIT else None
        line.save(update_fields=["outcome", "variant", "agreed_at"])
    tell("outcome.chosen", row, actor=actor_of(agent, identity), now=now, outcome=outcome)
    advancing.fill(row, of_outcome(outcome) | {"wanted": wanted_words(row)}, now=now)
    moving.note_facts(process=row.process, facts={"to_send": to_send(row)}, now=now)
