"""Another process begins on a ticket whose process is over; a return begins with what comes back."""

from datetime import datetime

from balcao.processes.actions.moving import BY_ITSELF, note_facts, start
from balcao.processes.models import Blueprint, Process
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.types import BlueprintKind
from balcao.returns.actions.opening import Opener, open_return
from balcao.returns.actions.troubles import CannotReturn
from balcao.returns.queries.cases import Wanted, notice_of, returnable, wanted_again
from balcao.returns.types import Reason
from balcao.staff.models import Agent

_KEPT = ("level",)  # facts of the matter; the others were those of the process


def begin_after(process: Process, blueprint: Blueprint, *, mover: Agent | None, key: str, now: datetime) -> None:
    """Begin a process once this one is over, with what is known; raises `ProcessRefused`.

    A return takes over what was to come back, else everything that is left of the order: whoever cancelled what was on
    its way need not say it again. Where nothing can come back it begins without, and a person looks.
    """
    known = {name: process.facts[name] for name in _KEPT if name in process.facts}
    if process.order and _is_return(blueprint):
        try:
            row = open_return(
                ticket=process.ticket,
                blueprint=blueprint,
                order=process.order,
                wanted=_wanted(process),
                notice=notice_of(process.ticket),
                opener=Opener(agent=mover, language=process.ticket.language),
                key=key,
                now=now,
            )
        except CannotReturn:
            pass
        else:
            note_facts(process=row.process, facts=known, now=now)
            return
    start(
        ticket=process.ticket,
        blueprint=blueprint,
        order=process.order,
        mover=BY_ITSELF,
        key=key,
        facts=known,
        now=now,
    )


def _is_return(blueprint: Blueprint) -> bool:
    return blueprint.current_id is not None and blueprint_by_id(blueprint.current_id).kind is BlueprintKind.RETURN


def _wanted(process: Process) -> list[Wanted]:
    row = getattr(process, "goods_return", None)
    if row is not None:
        return wanted_again(row)
    left = returnable(process.order) if process.order else {}
    return [Wanted(line, count, Reason.CHANGED_MIND) for line, count in left.items() if count]
