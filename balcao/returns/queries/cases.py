"""What a decision looks at, brought together from an order, its customer and what came back before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from balcao.commerce import models as orders
from balcao.commerce import queries as commerce
from balcao.commerce.types import LedgerState
from balcao.deadlines.rules.holidays import holiday_dates
from balcao.ports import commerce as port
from balcao.ports import money
from balcao.ports.commerce import ActionKind, KeyKind
from balcao.processes.models import Process
from balcao.processes.types import Outcome as End
from balcao.processes.types import ProcessState
from balcao.returns.models import Return, ReturnLine
from balcao.returns.queries.policies import policy_of
from balcao.returns.rules import money as worth
from balcao.returns.rules.delivering import deliveries
from balcao.returns.rules.documents import policy_from
from balcao.returns.rules.fraud import RiskFacts, risk_of
from balcao.returns.rules.marking import traits_of
from balcao.returns.rules.places import country_of, zone_of
from balcao.returns.rules.policy import decide
from balcao.returns.types import Case, Decision, LineCase, Outcome, Reason, ReturnsPolicy, Risk, Trait
from balcao.tickets.models import Message, Ticket
from balcao.tickets.types import Direction

_YEAR = timedelta(days=365)
_LATELY = timedelta(days=90)
_MOST_COUNTED = 5_000
_GIVEN = (LedgerState.DONE, LedgerState.PARTLY)
_SAME_PERSON = (KeyKind.PHONE, KeyKind.TAX_ID)  # what two accounts of two people do not share


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line as somebody wants to send it back."""

    line: str
    quantity: int
    reason: Reason
    outcome: Outcome = Outcome.REFUND
    remark: str = ""
    is_opened: bool | None = None
    traits: frozenset[Trait] = frozenset()  # beside those that the shop's marks tell
    variant: str = ""  # of an exchange
    serial: str = ""  # as it was sold


@dataclass(frozen=True, slots=True)
class Notice:
    """How and when the customer said it."""

    at: datetime  # when they sent it, in whatever channel
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A wish to send something back, with what law and shop say to it."""

    case: Case
    policy: ReturnsPolicy
    decision: Decision
    risk: Risk


def weigh(order: orders.Order, wanted: Sequence[Wanted], *, notice: Notice, now: datetime) -> Weighed:
    """Return what law and shop say to a wish. Writes nothing; the order should have its account and shop loaded."""
    told = commerce.order_value(order)
    policy = policy_of(order.backend.shop_id)
    risk = risk_of(_risk_facts(order, told, wanted, policy, now=now))
    case = _case(order, told, wanted, policy, notice=notice, risk=risk, now=now)
    return Weighed(case, policy, decide(case, policy), risk)


def weigh_again(row: Return, *, now: datetime) -> Decision:
    """Return what law and shop say to a return by what has become of it: dates that depend on its way are known by now.

    The policy is the one that held when it was opened.
    """
    return decide(case_of(row, now=now), policy_from(row.policy))


def case_of(row: Return, *, now: datetime) -> Case:
    """Return the case that a return is by now."""
    wanted = [wanted_of(one) for one in row.lines.all()]
    told, notice = commerce.order_value(row.order), Notice(row.notice_at, row.channel)
    policy, risk = policy_from(row.policy), Risk(row.risk_score)
    return _case(row.order, told, wanted, policy, notice=notice, risk=risk, now=now, way=row)


def notice_of(ticket: Ticket) -> Notice:
    """Return when the customer said it: with the first message of the matter, in whatever channel it came."""
    first = Message.objects.filter(ticket=ticket, direction=Direction.IN, is_stranger=False).order_by("at", "pk")
    said = first.select_related("channel").first()
    if said is None:
        return Notice(ticket.opened_at)
    return Notice(min(said.sent_at or said.at, said.at), said.channel.kind)


def wanted_again(row: Return) -> list[Wanted]:
    """Return the lines of a return as they come back for money, where what was wanted instead cannot be had."""
    return [replace(wanted_of(one), outcome=Outcome.REFUND, variant="") for one in row.lines.order_by("pk")]


def wanted_of(row: ReturnLine) -> Wanted:
    """Return a line of a return as it was wanted."""
    return Wanted(
        line=row.line,
        quantity=row.quantity,
        reason=Reason(row.reason),
        outcome=Outcome(row.outcome),
        remark=row.remark,
        is_opened=row.is_opened,
        traits=frozenset(Trait(one) for one in row.traits),
        variant=row.variant,
        serial=row.serial,
    )


def _case(
    order: orders.Order,
    told: port.Order,
    wanted: Sequence[Wanted],
    policy: ReturnsPolicy,
    *,
    notice: Notice,
    risk: Risk,
    now: datetime,
    way: Return | None = None,
) -> Case:
    shop = order.backend.shop
    country = country_of(told.address.country, home=shop.region)
    lines = {line.ref: line for line in told.lines}
    return Case(
        country=country,
        zone=zone_of(country, told.address.region, home=shop.region, home_zone=shop.time_zone),
        ordered_at=told.placed_at or order.placed_at,
        deliveries=deliveries(told),
        lines=tuple(_line(one, lines[one.line], policy) for one in wanted),
        notice_at=notice.at,
        now=now,
        channel=notice.channel,
        is_informed=policy.is_informing,
        promised_at=told.promised_at,
        posted_at=way.posted_at if way else None,
        received_at=way.received_at if way else None,
        holidays=holiday_dates(country, first=order.placed_at.year, last=now.year + 3),
        risk_score=risk.score,
        worth=worth_of(told, wanted),
        is_other_currency=told.currency != shop.currency,
    )


def _line(wanted: Wanted, line: port.Line, policy: ReturnsPolicy) -> LineCase:
    marked = traits_of(sku=line.sku, name=line.name, marks=policy.marks)
    return LineCase(wanted.line, wanted.reason, wanted.traits | marked, wanted.is_opened)


def worth_of(told: port.Order, wanted: Sequence[Wanted]) -> int:
    """Return what the pieces cost, in minor units."""
    return money.price_of(told, worth.joined((one.line, one.quantity) for one in wanted))


# --- What came back before --------------------------------------------------------------------------------------------


def pieces_under_way(order: orders.Order, *, without: Return | None = None) -> worth.Pieces:
    """Return the pieces that are in some return already: still on their way, or settled by what no refund shows."""
    rows = ReturnLine.objects.filter(goods_return__order=order).exclude(goods_return__is_granted=False)
    rows = rows.exclude(goods_return=without) if without else rows
    found = rows.select_related("goods_return__process")
    return tuple((one.line, one.quantity) for one in found if _is_settled_unseen(one, one.goods_return))


def _is_settled_unseen(line: ReturnLine, parent: Return) -> bool:
    process = parent.process
    if process.state == ProcessState.RUNNING:
        return True
    is_unseen = line.given in (Outcome.CREDIT, Outcome.EXCHANGE) or parent.withheld > 0
    return process.outcome == End.DONE and is_unseen and not _is_credited(process)


def _is_credited(process: Process) -> bool:
    """Tell whether the ledger gave credit for it: the order says then for which pieces."""
    return process.effects.filter(entry__kind=ActionKind.GIVE_CREDIT, entry__state__in=_GIVEN).exists()


def returnable(order: orders.Order) -> dict[str, int]:
    """Return by line how many pieces can still come back."""
    return worth.returnable(commerce.order_value(order), pieces_under_way(order))


def _risk_facts(
    order: orders.Order, told: port.Order, wanted: Sequence[Wanted], policy: ReturnsPolicy, *, now: datetime
) -> RiskFacts:
    mine = Return.objects.filter(order__account=order.account)
    count = orders.Order.objects.filter(account=order.account)[:_MOST_COUNTED].count()
    denied = ReturnLine.objects.filter(
        goods_return__in=mine.filter(opened_at__gte=now - _YEAR), reason=Reason.MISSING_PIECE
    )
    return RiskFacts(
        orders=count,
        returned=mine.values("order").distinct().count(),
        segment_rate=_segment_rate(order, now=now),
        accounts_beside=_accounts_beside(order.account),
        denied_receipts=denied.values("goods_return").distinct().count(),
        is_first_order=count == 1,
        worth=worth_of(told, wanted),
        high_worth=policy.review_worth if told.currency == order.backend.shop.currency else None,
    )


def _segment_rate(order: orders.Order, *, now: datetime) -> float | None:
    """Return how often orders of the shop system came back lately; None where there were too few to tell."""
    since = now - _LATELY
    count = orders.Order.objects.filter(backend=order.backend_id, placed_at__gte=since)[:_MOST_COUNTED].count()
    if count < 20:  # noqa: PLR2004 - fewer say nothing of what is usual
        return None
    back = Return.objects.filter(shop_id=order.backend.shop_id, opened_at__gte=since)[:_MOST_COUNTED].count()
    return min(back / count, 1.0)


def _accounts_beside(account: orders.Account) -> int:
    keys = account.keys.filter(kind__in=_SAME_PERSON).values_list("key", flat=True)
    others = orders.AccountKey.objects.filter(
        kind__in=_SAME_PERSON, key__in=list(keys), account__backend=account.backend_id
    )
    return others.exclude(account=account).values("account").distinct().count()
