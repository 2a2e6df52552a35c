"""What people do in a matter: each deed of the script as the action that the desk or the customer's page takes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from importlib.resources import files
from typing import Any

from balcao.channels.queries import connection_of
from balcao.commerce.actions import verifying
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.models import Order
from balcao.commerce.types import Level
from balcao.demo.matter import Matter
from balcao.pipeline.inbound import take_in
from balcao.ports.channel import File, RawEnvelope
from balcao.ports.commerce import Refund
from balcao.processes.actions import moving, working
from balcao.processes.actions.moving import Mover
from balcao.processes.models import Blueprint, StageMail
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.processes.types import ForwardState
from balcao.returns.actions import sending, warehouse
from balcao.returns.actions.judging import decide
from balcao.returns.actions.opening import Opener, open_return
from balcao.returns.models import Return
from balcao.returns.queries.cases import Notice, Wanted, returnable
from balcao.returns.types import Grade, Outcome, Reason
from balcao.staff.models import Agent
from balcao.tickets.actions import noting, ordering
from balcao.tickets.actions import sending as writing
from balcao.tickets.models import Ticket
from balcao.tickets.types import Status

Step = Mapping[str, Any]
_CUSTOMER = "customer"


class Unexpected(Exception):
    """A step of the demo did not lead where its script says; the message names the step."""


def ticket_of(pk: int) -> Ticket:
    """Return a ticket as it stands now."""
    return Ticket.objects.select_related("shop", "identity__customer", "assignee", "team").get(pk=pk)


def order_of(matter: Matter) -> Order | None:
    """Return the order that a matter is about."""
    if "order" not in matter.row:
        return None
    return Order.objects.select_related("account__backend__shop", "backend__shop").get(number=matter.row["order"])


def _agent(matter: Matter, step: Step) -> Agent | None:
    return None if step["by"] == _CUSTOMER else matter.front.agents[step["by"]]


def _mover(matter: Matter, step: Step) -> Mover:
    agent = _agent(matter, step)
    return Mover(agent=agent) if agent else Mover(customer=ticket_of(matter.ticket).identity)


def _path(matter: Matter) -> Blueprint:
    found = blueprint_for(matter.row["blueprint"], shop_id=matter.front.shop.pk)
    if found is None:
        raise Unexpected(f"there is no path {matter.row['blueprint']}")
    return found


def _return(matter: Matter) -> Return:
    return Return.objects.select_related("process__ticket", "order__account__backend", "shop").get(
        process=matter.process
    )


def _begin(matter: Matter, step: Step, at: datetime) -> None:
    moving.start(
        ticket=ticket_of(matter.ticket),
        blueprint=_path(matter),
        order=order_of(matter),
        mover=_mover(matter, step),
        key=f"demo:{matter.row['slug']}",
        fields=step["begin"],
        now=at,
    )


def wanted(matter: Matter, step: Step) -> list[Wanted]:
    """Return everything that can still come back of a matter's order, as a step says it."""
    order = order_of(matter)
    return [
        Wanted(
            line=line,
            quantity=step.get("pieces", left),
            reason=Reason(step["open"]),
            outcome=Outcome(step.get("outcome", "refund")),
            variant=step.get("variant", ""),
            remark=matter.row["text"] if matter.row["via"] == "page" else "",
        )
        for line, left in (returnable(order) if order else {}).items()
    ]


def picture(name: str) -> File:
    """Return one of the demo's photos."""
    content = files("balcao.demo").joinpath("photos", name).read_bytes()
    return File(name=name, media_type="image/jpeg", content=content)


def _open(matter: Matter, step: Step, at: datetime) -> None:
    order, ticket = order_of(matter), ticket_of(matter.ticket)
    if order is None:
        raise Unexpected("without an order nothing comes back")
    agent = _agent(matter, step)
    open_return(
        ticket=ticket,
        blueprint=_path(matter),
        order=order,
        wanted=wanted(matter, step),
        notice=Notice(matter.began, matter.row["via"]),
        opener=Opener(agent=agent, identity=ticket.identity, language=matter.row["language"]),
        key=f"demo:{matter.row['slug']}",
        now=at,
    )


def _go(matter: Matter, step: Step, at: datetime) -> None:
    visit = last_visit(matter.process)
    moving.forward(
        visit=visit,
        transition=step["go"],
        mover=_mover(matter, step),
        key=f"demo:{visit.pk}:{step['go']}",
        fields=step.get("fields", {}),
        reason=step.get("reason", ""),
        remark=step.get("remark", ""),
        now=at,
    )


def _verify(matter: Matter, _step: Step, at: datetime) -> None:
    """Let the customer press the link that proves who they are."""
    order, ticket = order_of(matter), ticket_of(matter.ticket)
    if order is None:
        raise Unexpected("without an order nobody has to be verified")
    talk = ticket.conversations.order_by("id")[0]
    place = verifying.Place(matter.began, conversation=talk.pk, ticket=ticket.pk)
    told: dict[str, Any] = {"account": order.account, "order": order, "place": place, "now": at}
    row = verifying.challenge(**told, language=matter.row["language"], agent=None)
    _code, token = verifying.arm(challenge=row)
    verifying.confirm_link(token=token, now=at)


def _approve(matter: Matter, step: Step, at: datetime) -> None:
    """Be the second pair of eyes for the way that somebody asked for."""
    asked = last_visit(matter.process).forwards.get(state=ForwardState.ASKED)
    moving.approve(asked=asked, agent=matter.front.agents[step["by"]], now=at)


def _post(matter: Matter, step: Step, at: datetime) -> None:
    row = _return(matter)
    sending.mark_in_transit(row=row, posted_at=at, agent=None, now=at, carrier=step["carrier"], tracking=step["post"])


def _receive(matter: Matter, step: Step, at: datetime) -> None:
    key = f"demo:{matter.row['slug']}"
    warehouse.receive(row=_return(matter), key=key, agent=_agent(matter, step), now=at, grams=step["receive"])


def _inspect(matter: Matter, step: Step, at: datetime) -> None:
    row, agent, remark = _return(matter), matter.front.agents[step["by"]], step.get("remark", "")
    found = [warehouse.Found(line.quantity, Grade(step["inspect"]), line, remark=remark) for line in row.lines.all()]
    warehouse.inspect(row=row, found=found, agent=agent, now=at)


def _decide(matter: Matter, step: Step, at: datetime) -> None:
    decide(row=_return(matter), agent=matter.front.agents[step["by"]], now=at, key="demo")


def _task(matter: Matter, step: Step, at: datetime) -> None:
    working.add_task(
        visit=last_visit(matter.process),
        title=step["task"],
        department=matter.front.departments[step["to"]],
        seconds=step["hours"] * 3600,
        is_obligatory=True,
        agent=matter.front.agents[step["by"]],
        now=at,
    )


def _done(matter: Matter, step: Step, at: datetime) -> None:
    task = matter.process.tasks.get(key=step["done"], done_at=None)
    working.do_task(task=task, result=step["text"], agent=matter.front.agents[step["by"]], now=at)


def _reply(matter: Matter, step: Step, at: datetime) -> None:
    ticket = ticket_of(matter.ticket)
    talk = ticket.conversations.select_related("ticket__shop", "channel__shop").order_by("id")[0]
    words = writing.Writing(text=step["reply"], then=Status.OPEN)
    writing.send_message(conversation=talk, writing=words, agent=matter.front.agents[step["by"]], now=at)


def _note(matter: Matter, step: Step, at: datetime) -> None:
    noting.add_note(ticket=ticket_of(matter.ticket), text=step["note"], agent=matter.front.agents[step["by"]], now=at)


def _pay(matter: Matter, step: Step, at: datetime) -> None:
    order, agent = order_of(matter), matter.front.agents[step["by"]]
    if order is None:
        raise Unexpected("without an order nothing is paid back")
    action, asker = (
        Refund(step["reason"], amount=step["pay"]),
        Asker(agent=agent, level=Level.VERIFIED, ticket=matter.ticket),
    )
    ordering.act_from(
        ticket=ticket_of(matter.ticket),
        order=order,
        action=action,
        asker=asker,
        key=f"demo:pay:{matter.row['slug']}",
        now=at,
    )


def _mail(matter: Matter, step: Step, at: datetime) -> None:
    """Let a department answer the mail by which it was asked."""
    asked = StageMail.objects.select_related("dispatch__channel").filter(visit__process=matter.process).latest("id")
    box, mail = asked.dispatch.channel, EmailMessage()
    mail["From"], mail["To"] = asked.address, box.address
    mail["Subject"] = f"Re: {asked.dispatch.outbound['subject']}"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<stage-{asked.pk}@casamoringa.example>"
    mail["In-Reply-To"] = mail["References"] = f"<{asked.dispatch.external_id.strip('<>')}>"
    mail.set_content(step["mail"])
    raw = RawEnvelope(external_id=f"demo-stage-{asked.pk}", body=mail.as_bytes(), source="demo", received_at=at)
    taken = take_in(channel=box, raw=raw, connection=connection_of(box), now=at, holder="demo")
    if taken.message:
        raise Unexpected("the department's answer became a message")


DEEDS: Mapping[str, Callable[[Matter, Step, datetime], None]] = {
    "begin": _begin,
    "open": _open,
    "go": _go,
    "verify": _verify,
    "approve": _approve,
    "post": _post,
    "receive": _receive,
    "inspect": _inspect,
    "decide": _decide,
    "task": _task,
    "done": _done,
    "reply": _reply,
    "note": _note,
    "pay": _pay,
    "mail": _mail,
}
