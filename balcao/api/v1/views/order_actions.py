"""What is done to orders: tried out, put into the ledger, agreed to, declined, taken back."""

import hashlib
from datetime import datetime
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Path as Named
from ninja import Query, Router, Status

from balcao.api.v1.access import Bearer, Caller, caller_of, order_action_for, order_for, ticket_for
from balcao.api.v1.idempotency import HEADER
from balcao.api.v1.paging import Paged, after_id
from balcao.api.v1.problems import Problem, invalid
from balcao.api.v1.schemas.ledger import DenialOut, DryRunOut, OrderActionOut, OrderActionPage, dry_run_out
from balcao.api.v1.schemas.order_actions import ActionInput, Asked, DeclineInput, PlaceOrderInput
from balcao.api.v1.views import orders
from balcao.api.v1.words import Id, Number
from balcao.commerce import queries
from balcao.commerce.actions import ledger
from balcao.commerce.actions.ledger import ActionDenied, Asker
from balcao.commerce.models import Account, LedgerEntry, Order
from balcao.commerce.rules.denials import field_of, sentence
from balcao.commerce.types import Denial, Level
from balcao.customers.queries import identities_of
from balcao.journal.types import Actor, ActorKind
from balcao.ports.commerce import Action, ActionKind, OrderStage
from balcao.staff.models import Agent
from balcao.staff.types import Permission, Scope
from balcao.tickets.actions import ordering
from balcao.tickets.models import Ticket
from balcao.tickets.queries.ordering import orders_of_ticket
from balcao.tickets.queries.speaking import Speaking

router = Router(tags=["Orders"])
ACT = Bearer(Scope.ORDERS_WRITE, Permission.ORDER_ACT)
SEE = Bearer(Scope.ORDERS_READ, Permission.ORDER_APPROVE)
APPROVE = Bearer(Scope.ORDERS_WRITE, Permission.ORDER_APPROVE)

_WAITING = "approvals"
_OUTCOMES = {200: DryRunOut, 201: OrderActionOut}
_DECIDED = "Somebody has decided on it meanwhile, or nobody has to."


class _Deed:
    """One action, with all that a decision about it looks at."""

    def __init__(self, action: Action, account: Account, order: Order | None, asker: Asker) -> None:
        self.action = action
        self.account = account
        self.order = order
        self.asker = asker

    @property
    def _needed(self) -> Level:
        return queries.policy_of(self.account.backend).level(self.action.kind)

    def tried(self) -> DryRunOut:
        """Return what would happen."""
        verdict = ledger.try_out(action=self.action, account=self.account, order=self.order, asker=self.asker)
        denial = self._told(verdict.denial) if verdict.denial else None
        return dry_run_out(self.action, verdict, denial, level=self.asker.level, needed_level=self._needed)

    def put(self, ticket: Ticket | None, key: str, agreed: str) -> LedgerEntry:
        """Put it into the ledger; raises `ActionDenied`."""
        how: Any = {"action": self.action, "asker": self.asker, "key": key, "now": _now(), "agreed": agreed}
        if ticket and self.order:
            return ordering.act_from(ticket=ticket, order=self.order, **how)
        return ledger.ask(account=self.account, order=self.order, **how)

    def _told(self, denial: Denial) -> DenialOut:
        stage = OrderStage(self.order.stage) if self.order else None
        return DenialOut(code=denial, detail=gettext(sentence(denial, stage)), pointer=self._pointer(denial))

    def _pointer(self, denial: Denial) -> str:
        field = field_of(denial, self.action)
        return f"#/{field}" if field else ""

    def refuse(self, denial: Denial) -> NoReturn:
        """Answer that it is not allowed, and what could be done about it."""
        told = self._told(denial)
        if told.pointer:
            errors = [{"pointer": told.pointer, "detail": told.detail, "code": denial.value}]
            raise Problem(422, "invalid", told.detail, errors=errors, refusal=denial.value)
        errors = [self._unknown()] if denial == Denial.LEVEL else []
        raise Problem(409, "conflict", told.detail, errors=errors, refusal=denial.value)

    def _unknown(self) -> dict[str, str]:
        detail = (
            f"The customer is {self.asker.level.name.lower()}, and has to be {self._needed.name.lower()}: "
            "name the ticket on which they write, and have them verified there."
        )
        return {"pointer": "#/ticket", "detail": detail, "code": Denial.LEVEL.value}


@orders.router.post(  # there: one address has one place
    "/orders/{id}/actions", auth=ACT, response=_OUTCOMES, operation_id="actOnOrder", summary="Do something to an order"
)
def act_on_order(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    body: ActionInput,
) -> Status[DryRunOut | OrderActionOut]:
    """Put an action into the ledger (an `Idempotency-Key` is needed), or with `dry_run` say exactly what it would do.

    A worker carries it out; ask for it again, or follow the journal. Reasons come in the language of `Accept-Language`.
    """
    caller, asked = caller_of(request), body.root
    agent, order = caller.person(), order_for(caller, id)
    ticket = _ticket(caller, asked.ticket, order) if asked.ticket else None
    concerns_order = asked.kind != ActionKind.CHANGE_DEFAULT_ADDRESS
    level = Speaking(ticket, order.account, order, now=_now()).level
    asker = Asker(agent=agent, level=level, ticket=ticket.pk if ticket else None)
    deed = _Deed(asked.action(order.account.ref), order.account, order if concerns_order else None, asker)
    return _answer(request, caller, deed, ticket, asked)


def _ticket(caller: Caller, number: int, order: Order) -> Ticket:
    try:
        ticket = ticket_for(caller, number)
    except Problem as problem:
        raise invalid("#/ticket", problem.detail) from problem
    if not _is_about(ticket, order):
        raise invalid("#/ticket", f"Ticket {number} is not about this order, nor is the order its customer's.")
    return ticket


def _is_about(ticket: Ticket, order: Order) -> bool:
    if queries.belongs_to(order, identities=identities_of(ticket.identity.customer_id)):
        return True
    return any(row.pk == order.pk for row in orders_of_ticket(ticket))


def _answer(
    request: HttpRequest, caller: Caller, deed: _Deed, ticket: Ticket | None, asked: Asked
) -> Status[DryRunOut | OrderActionOut]:
    if asked.dry_run:
        return Status(200, deed.tried())
    key = _key(request, caller)
    try:
        return Status(201, _out(deed.put(ticket, key, asked.agreed)))
    except ActionDenied as denied:
        deed.refuse(denied.denial)


def _key(request: HttpRequest, caller: Caller) -> str:
    """Return by what the ledger knows a repeat of this request, also when its answer is remembered no more."""
    given = request.headers.get(HEADER)
    if not given:
        detail = f"Money or goods move: send an `{HEADER}`, a word of your own, so that a repeat does nothing twice."
        raise Problem(422, "invalid", detail, errors=[{"header": HEADER, "detail": detail, "code": "missing"}])
    digest = hashlib.sha256(f"{request.path}\n{given}\n".encode() + request.body).hexdigest()
    return f"api:{caller.token.pk}:{digest[:40]}"


@orders.router.post(
    "/tickets/{number}/orders",
    auth=ACT,
    response=_OUTCOMES,
    operation_id="placeOrder",
    summary="Place an order for a customer",
)
def place_order(
    request: HttpRequest, number: Named[Number], body: PlaceOrderInput
) -> Status[DryRunOut | OrderActionOut]:
    """Place an order for a ticket's customer, to be paid by them (an `Idempotency-Key` is needed)."""
    caller = caller_of(request)
    agent, ticket = caller.person(), ticket_for(caller, number)
    account = _account(ticket, body.account)
    level = Speaking(ticket, account, None, now=_now()).level
    deed = _Deed(body.action(account.ref), account, None, Asker(agent=agent, level=level, ticket=ticket.pk))
    return _answer(request, caller, deed, ticket, body)


def _account(ticket: Ticket, ref: str) -> Account:
    """Return the customer's account in the shop of a ticket: the only one, or the one that is named."""
    known = queries.accounts_of(identities=identities_of(ticket.identity.customer_id), shop_id=ticket.shop_id)
    mine = [one for one in known if ref in ("", one.ref)]
    if len(mine) == 1:
        return mine[0]
    refs = ", ".join(one.ref for one in known) or "none"
    raise invalid("#/account", f"Name one of the accounts that the ticket's customer has in its shop: {refs}.")


# --- The second pair of eyes ------------------------------------------------------------------------------------------


@router.get(
    "/approvals",
    auth=SEE,
    response=OrderActionPage,
    operation_id="listApprovals",
    summary="List what waits for approval",
)
def list_approvals(request: HttpRequest, query: Query[Paged]) -> OrderActionPage:
    """Return the order actions above somebody's limit that nobody decided on yet, the oldest first."""
    shops = caller_of(request).eyes.shop_ids()
    after = after_id(query.cursor, order=_WAITING)
    rows = queries.waiting_for_approval(shop_ids=shops, after=after, limit=query.limit + 1)
    return orders.action_page(rows, query, order=_WAITING)


@router.post(
    "/order-actions/{id}/approve",
    auth=APPROVE,
    response=OrderActionOut,
    operation_id="approveOrderAction",
    summary="Approve an order action",
)
def approve(request: HttpRequest, id: Named[Id]) -> OrderActionOut:  # noqa: A002 - the name in the address
    """Let an action go ahead that waits for a second pair of eyes: never one's own."""
    caller = caller_of(request)
    entry = _of_others(order_action_for(caller, id), caller.person())
    return _decided(caller, entry, is_first=ledger.approve(entry=entry, agent=caller.person(), now=_now()))


@router.post(
    "/order-actions/{id}/decline",
    auth=APPROVE,
    response=OrderActionOut,
    operation_id="declineOrderAction",
    summary="Decline an order action",
)
def decline(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    body: DeclineInput,
) -> OrderActionOut:
    """Refuse an action that waits for a second pair of eyes; who asked for it reads the reason."""
    caller = caller_of(request)
    entry = _of_others(order_action_for(caller, id), caller.person())
    is_first = ledger.decline(entry=entry, agent=caller.person(), reason=body.reason, now=_now())
    return _decided(caller, entry, is_first=is_first)


@router.post(
    "/order-actions/{id}/withdraw",
    auth=ACT,
    response=OrderActionOut,
    operation_id="withdrawOrderAction",
    summary="Take an order action back",
)
def withdraw(request: HttpRequest, id: Named[Id]) -> OrderActionOut:  # noqa: A002 - the name in the address
    """Take one's own action back while it waits for approval, or for a shop system that does not answer."""
    caller = caller_of(request)
    agent, entry = caller.person(), order_action_for(caller, id)
    if entry.agent_id != agent.pk:
        raise Problem(403, "not-permitted", "Only who asked for it can take it back; decline it instead.")
    actor = Actor(ActorKind.AGENT, agent.pk)
    return _decided(caller, entry, is_first=ledger.withdraw(entry=entry, actor=actor, now=_now()))


def _of_others(entry: LedgerEntry, agent: Agent) -> LedgerEntry:
    if entry.agent_id == agent.pk:
        raise Problem(403, "not-permitted", gettext(sentence(Denial.ROLE)), refusal=Denial.ROLE.value)
    return entry


def _decided(caller: Caller, entry: LedgerEntry, *, is_first: bool) -> OrderActionOut:
    if not is_first:
        raise Problem(409, "conflict", _DECIDED)
    return _out(order_action_for(caller, entry.pk))


def _out(entry: LedgerEntry) -> OrderActionOut:
    return orders.actions_out([entry])[0]


def _now() -> datetime:
    return timezone.now()
