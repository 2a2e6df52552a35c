"""Texts of the shop's own that a stage sends by itself."""

from datetime import datetime
from zoneinfo import ZoneInfo

from balcao.automation.models import Macro
from balcao.automation.queries.macros import text_by_itself
from balcao.automation.queries.telling import Told
from balcao.commerce.queries import order_value
from balcao.pipeline.stages.wanted import CannotAct
from balcao.processes.models import Process
from balcao.processes.queries.cases import case_address
from balcao.tickets.queries.speaking import Speaking


def text_of(template: str, process: Process, *, now: datetime) -> str:
    """Return the text of a macro in the customer's language, with what may be told of the order; raises CannotAct."""
    macro = Macro.objects.filter(key=template, agent=None, is_active=True).first()
    if macro is None:
        raise CannotAct("no_template")
    filled = text_by_itself(macro=macro, ticket=process.ticket, told=_told(process, now))
    if filled.empty or not filled.text.strip():
        raise CannotAct("lacks_words")
    return filled.text


def _told(process: Process, now: datetime) -> Told | None:
    order = process.order
    if order is None:
        return None
    level = Speaking(process.ticket, order.account, order, now=now).level
    zone = ZoneInfo(process.ticket.shop.time_zone)
    return Told(order=order_value(order), level=level, now=now, zone=zone, page=case_address(process))
