"""What an order action would do, and what became of it."""

from datetime import datetime

from django.utils.translation import gettext
from ninja import Field, Schema

from balcao.api.v1.schemas.orders import InstrumentOut, instrument_out
from balcao.commerce.models import LedgerEntry
from balcao.commerce.rules import documents
from balcao.commerce.types import Denial, Effect, LedgerState, Verdict
from balcao.ports.commerce import Action, ActionKind, OrderStage


class MovementOut(Schema):
    """Money that moves."""

    instrument: InstrumentOut
    amount: int = Field(description="To the customer; negative: from them.")


class StockOut(Schema):
    """Pieces of a variant that leave or enter the stock."""

    variant: str
    quantity: int


class EffectOut(Schema):
    """What exactly an action does."""

    movements: list[MovementOut]
    given: int = Field(description="What the customer gets back in all.")
    paid: int = Field(description="What the customer pays in all.")
    restocked: list[StockOut]
    taken: list[StockOut]
    stage: OrderStage | None = Field(description="Of the order afterwards, when it changes.")


class DenialOut(Schema):
    """Why an action is not allowed."""

    code: Denial
    detail: str = Field(description="The reason as a sentence, in the language of `Accept-Language` (en, pt-BR, tr).")
    pointer: str = Field(description="JSON pointer to what could be given otherwise; empty: it is not in the request.")


class DryRunOut(Schema):
    """What an action would do now, or why it cannot be done."""

    is_allowed: bool
    effect: EffectOut | None
    denial: DenialOut | None
    needs_approval: bool = Field(description="It is above the limit of the agent's role: somebody else has to agree.")
    level: int = Field(description="How sure we are of the customer: 0 claimed, 1 plausible, 2 verified.")
    needed_level: int
    agreed: str = Field(description="Stands for this effect: give it back to get this one or none.")


class OrderActionOut(Schema):
    """One entry of the ledger: an action, by whom it was asked for, and how it ended."""

    id: int
    order_id: int | None
    shop_id: int
    kind: ActionKind
    action: dict[str, object] = Field(description="The action's fields; what has its usual value is left out.")
    effect: EffectOut
    state: LedgerState
    level: int
    ticket: int | None = Field(description="The number of the ticket on which it was asked for.")
    agent_id: int | None = Field(description="Who asked; null: the customer, or the system.")
    approver_id: int | None
    approved_at: datetime | None
    result_ref: str = Field(description="The shop system's key of what came of it.")
    detail: str = Field(description="The shop system's words, or why it was declined.")
    code: str = Field(description="Why it was refused.")
    created_at: datetime
    settled_at: datetime | None


class OrderActionPage(Schema):
    """One page of order actions."""

    rows: list[OrderActionOut]
    next_cursor: str | None


def effect_out(effect: Effect) -> EffectOut:
    """Return an effect."""
    moves = [MovementOut(instrument=instrument_out(one.instrument), amount=one.amount) for one in effect.movements]
    return EffectOut(
        movements=moves,
        given=effect.given,
        paid=effect.paid,
        restocked=[StockOut(variant=ref, quantity=count) for ref, count in effect.restocked],
        taken=[StockOut(variant=ref, quantity=count) for ref, count in effect.taken],
        stage=effect.stage,
    )


def dry_run_out(
    action: Action, verdict: Verdict, denial: DenialOut | None, *, level: int, needed_level: int
) -> DryRunOut:
    """Return what a verdict says."""
    return DryRunOut(
        is_allowed=verdict.is_allowed,
        effect=effect_out(verdict.effect) if verdict.effect else None,
        denial=denial,
        needs_approval=verdict.needs_approval,
        level=level,
        needed_level=needed_level,
        agreed=documents.agreed(action, verdict.effect) if verdict.effect else "",
    )


_COPIED = (
    "order_id",
    "kind",
    "action",
    "state",
    "level",
    "agent_id",
    "approver_id",
    "approved_at",
    "result_ref",
    "code",
    "created_at",
    "settled_at",
)


def order_action_out(entry: LedgerEntry, *, ticket: int | None) -> OrderActionOut:
    """Return an entry of the ledger whose backend is loaded, with its ticket's number."""
    said, *theirs = entry.detail.split("\n")
    return OrderActionOut(
        **{name: getattr(entry, name) for name in _COPIED},
        id=entry.pk,
        shop_id=entry.backend.shop_id,
        ticket=ticket,
        detail="\n".join([gettext(said) if said else "", *theirs]),
        effect=effect_out(documents.effect_from(entry.effect)),
    )
