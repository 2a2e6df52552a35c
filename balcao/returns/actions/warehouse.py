"""What the warehouse does: it takes parcels in and looks at what is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from balcao.kit.redact import redact_cards
from balcao.processes.actions import moving
from balcao.processes.actions.moving import Mover
from balcao.returns.actions import advancing
from balcao.returns.actions.advancing import advance
from balcao.returns.actions.holding import take_hold
from balcao.returns.actions.telling import actor_of, tell
from balcao.returns.actions.troubles import CannotReturn, Trouble
from balcao.returns.models import Arrival, Inspection, Return, ReturnLine
from balcao.returns.queries.inspections import differences_of, inspected
from balcao.returns.queries.outcomes import worth_of
from balcao.returns.rules import inspecting
from balcao.returns.rules.fields import of_inspection
from balcao.returns.types import Disposition, Fault, Grade, Mismatch, Trait
from balcao.staff.models import Agent


@transaction.atomic
def receive(
    *,
    row: Return,
    key: str,
    agent: Agent | None,
    now: datetime,
    grams: int | None = None,
    code: str = "",
    remark: str = "",
) -> Arrival:
    """Take a parcel in, or return the one that was taken in with the same key; the first of a return counts."""
    known = Arrival.objects.filter(key=key).first()
    if known:
        return known
    take_hold(row)
    arrival = Arrival.objects.create(
        goods_return=row, at=now, agent=agent, grams=grams, code=code[:120], remark=redact_cards(remark), key=key
    )
    is_first = row.received_at is None
    if is_first:
        row.received_at = now
        row.save(update_fields=["received_at"])
    tell("received", row, actor=actor_of(agent), now=now, is_first=is_first, grams=grams)
    if is_first:
        moving.note_facts(process=row.process, facts={"return_parcel": "delivered"}, now=now)
        row.process.refresh_from_db()
        advance(row, "received", mover=Mover(agent=agent), key=f"return:received:{arrival.pk}", now=now)
    return arrival


@dataclass(frozen=True, slots=True)
class Found:
    """Pieces as they were found; without a line: something that nobody announced, by its name."""

    quantity: int
    grade: Grade
    line: ReturnLine | None = None
    name: str = ""
    serial: str = ""
    missing: tuple[str, ...] = ()
    disposition: Disposition | None = None  # None: what usually becomes of it
    remark: str = ""


@transaction.atomic
def inspect(*, row: Return, found: Sequence[Found], agent: Agent, now: datetime) -> list[Inspection]:
    """Write down what was found. Who looks again replaces what was found before; both stay on record."""
    take_hold(row)
    if row.received_at is None or row.decided_at is not None or not found:
        raise CannotReturn(Trouble.NOT_NOW)
    if any((one.line and one.line.goods_return_id != row.pk) or one.quantity < 1 for one in found):
        raise CannotReturn(Trouble.NO_SUCH_LINE)
    row.inspections.filter(replaced_at=None).update(replaced_at=now)
    rows = Inspection.objects.bulk_create(_inspection(row, one, agent, now) for one in found)
    row.inspected_at = now
    row.save(update_fields=["inspected_at"])
    grades = [[one.line_id, one.quantity, one.grade, one.disposition] for one in rows]
    tell("inspected", row, actor=actor_of(agent), now=now, found=grades)
    values = of_inspection(
        [inspected(one) for one in rows],
        [Disposition(one.disposition) for one in rows],
        differs=any(one.kind == Mismatch.SERIAL for one in differences_of(row)),
    )
    advancing.fill(row, values | {"amount": worth_of(row).refund}, now=now)
    key = f"return:inspected:{rows[-1].pk}"
    advance(row, "inspected", mover=Mover(agent=agent), key=key, now=now)
    return rows


def _inspection(row: Return, found: Found, agent: Agent, now: datetime) -> Inspection:
    return Inspection(
        goods_return=row,
        line=found.line,
        name=found.name[:300] or (found.line.name if found.line else ""),
        quantity=found.quantity,
        grade=found.grade,
        serial=found.serial.strip()[:80],
        missing=[part.strip()[:120] for part in found.missing if part.strip()],
        disposition=found.disposition or _usual(found),
        remark=redact_cards(found.remark.strip()),
        agent=agent,
        at=now,
    )


def _usual(found: Found) -> Disposition:
    fault = Fault(found.line.fault) if found.line else Fault.CUSTOMER
    traits = frozenset(Trait(one) for one in found.line.traits) if found.line else frozenset[Trait]()
    return inspecting.disposition_of(found.grade, fault=fault, traits=traits)
