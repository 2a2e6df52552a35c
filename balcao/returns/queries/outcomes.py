"""What may be chosen for a return, and what it comes to."""

from dataclasses import dataclass

from balcao.commerce import queries as commerce
from balcao.commerce.models import Order
from balcao.commerce.types import Offer
from balcao.ports.commerce import Action, ActionKind, Exchange, GiveCredit, Refund, Swap
from balcao.ports.money import paid_with, way_back
from balcao.processes.models import Process
from balcao.processes.types import Blueprint, Transition
from balcao.returns.models import Return, ReturnLine
from balcao.returns.queries.inspections import current_inspections
from balcao.returns.rules import money
from balcao.returns.rules.documents import decision_from, policy_from
from balcao.returns.rules.money import Before, Expected
from balcao.returns.rules.paying import lessening_rule
from balcao.returns.rules.policy import freight_rule
from balcao.returns.types import FreightBack, Grade, Outcome, Reason


@dataclass(frozen=True, slots=True)
class Worth:
    """What a return comes to, in minor units."""

    expected: Expected
    bonus: int  # on top, where it is credit
    withheld: int
    currency: str

    @property
    def refund(self) -> int:
        """Return what goes back as money."""
        return max(self.expected.total - self.withheld, 0)

    @property
    def credit(self) -> int:
        """Return what a gift card for it holds."""
        return self.refund + self.bonus


def outcomes_of(row: Return) -> tuple[Outcome, ...]:
    """Return what may be chosen for all of its lines, in the order it is offered."""
    lines = decision_from(row.decision).lines
    offered = [dict.fromkeys(outcome for one in line.entitlements for outcome in one.outcomes) for line in lines]
    return tuple(outcome for outcome in offered[0] if all(outcome in others for others in offered[1:]))


def worth_of(row: Return) -> Worth:
    """Return what a return comes to: as it was decided; before that by what was found, or else announced."""
    order, policy = commerce.order_value(row.order), policy_from(row.policy)
    kind, standard = freight_rule(decision_from(row.decision), policy)
    if order.currency != row.order.backend.shop.currency:
        standard = None  # what the usual way costs is not known in this currency: all of it goes back
    if row.decided_at is None:
        worth = money.expected(order, pieces_of(row), freight=kind, standard_freight=standard, before=_before(row))
    else:
        worth = Expected(row.goods, row.freight, tuple(way_back(order, row.goods + row.freight)))
    refund = max(worth.total - row.withheld, 0)
    return Worth(worth, bonus_of(row.order, refund, basis_points=row.bonus), row.withheld, order.currency)


def bonus_of(order: Order, amount: int, *, basis_points: int) -> int:
    """Return what is added where credit is taken for an amount: no more than one gift of the shop may be worth.

    In another currency than the shop's nothing is compared: somebody else has to agree to the whole of it.
    """
    promised = money.bonus(amount, basis_points=basis_points)
    is_comparable = order.currency == order.backend.shop.currency
    return min(promised, commerce.policy_of(order.backend).credit_cap) if is_comparable else promised


def to_send(row: Return) -> list[list[str | int]]:
    """Return what is sent instead: (variant, how many); nothing unless it is an exchange."""
    return [[one.variant, one.quantity] for one in row.lines.order_by("pk") if one.outcome == Outcome.EXCHANGE]


def wanted_words(row: Return) -> str:
    """Return what is sent instead, as people say it; "" unless it is an exchange."""
    wanted = [one for one in row.lines.order_by("pk") if one.outcome == Outcome.EXCHANGE]
    known = commerce.offers(backend=row.order.backend, refs={one.variant for one in wanted})
    return ", ".join(f"{one.quantity} × {_offer_words(known.get(one.variant), one)}" for one in wanted)


def _offer_words(offer: Offer | None, line: ReturnLine) -> str:
    if offer is None:
        return line.variant
    options = ", ".join(value for value in offer.variant.options.values() if value)
    return f"{offer.name or line.name} ({options or offer.variant.sku or line.variant})"


def pieces_of(row: Return) -> money.Pieces:
    """Return the pieces that came and are ours; before anybody looked, those that were announced."""
    looked = current_inspections(row)
    if not looked:
        return tuple((one.line, one.quantity) for one in row.lines.order_by("pk"))
    announced = {one.line: one.quantity for one in row.lines.all()}
    found: dict[str, int] = {}
    for one in looked:
        if one.line and one.grade != Grade.X:
            found[one.line.line] = min(found.get(one.line.line, 0) + one.quantity, announced[one.line.line])
    return tuple(found.items())


def _before(row: Return) -> Before:
    """Return what other returns of the order came to."""
    others = Return.objects.filter(order=row.order, decided_at__isnull=False).exclude(pk=row.pk)
    pieces = tuple(piece for one in others.prefetch_related("lines") for piece in pieces_of(one))
    return Before(pieces, sum(one.freight for one in others))


def most_withheld(row: Return) -> tuple[int, str]:
    """Return what may be taken off at most, with the rule that allows it; 0 where none does."""
    order, decision = commerce.order_value(row.order), decision_from(row.decision)
    looked, most, rule = current_inspections(row), 0, ""
    for line in row.lines.all():
        grades = [Grade(one.grade) for one in looked if one.line_id == line.pk]
        found = lessening_rule(decision, Reason(line.reason), grades)
        if found is not None:
            worn = sum(one.quantity for one in looked if one.line_id == line.pk and one.grade in (Grade.C, Grade.D))
            most += money.expected(order, ((line.line, worn),), freight=FreightBack.NONE).goods
            rule = found or rule
    return most, rule


def order_action(row: Return, kind: ActionKind) -> Action | None:
    """Return the order action by which a decided return is settled; None where it is not settled by such a one.

    What a stage asks for by itself is made from here: the sums are those that were decided. A lower price is agreed on
    by people, and so is its sum.
    """
    if row.lines.filter(outcome=Outcome.REDUCTION).exists():
        return None
    worth, reason = worth_of(row), row.written
    if kind == ActionKind.REFUND:
        return _refund(row, worth, reason)
    if kind == ActionKind.GIVE_CREDIT:
        return GiveCredit(worth.credit, reason, settles=worth.refund, pieces=money.joined(pieces_of(row)))
    if kind == ActionKind.EXCHANGE:
        swaps = tuple(Swap(one.line, one.variant, one.quantity) for one in row.lines.all())
        return Exchange(swaps, _pays_difference(row, swaps), reason)
    return None


def amount_of(row: Return, kind: ActionKind) -> int | None:
    """Return the sum of the order action that settles a return, a bonus apart; None where people agree on one."""
    is_computed = kind in (ActionKind.REFUND, ActionKind.GIVE_CREDIT) and order_action(row, kind) is not None
    return worth_of(row).refund if is_computed else None


def bonus_on_top(process: Process) -> int:
    """Return what credit carries beyond what the process's return comes to; 0 where it has none."""
    row = getattr(process, "goods_return", None)
    return worth_of(row).bonus if row and amount_of(row, ActionKind.GIVE_CREDIT) is not None else 0


def settled_amounts(process: Process, way: Transition, blueprint: Blueprint) -> dict[str, int]:
    """Return by their keys the fields of sums that a way hands to order actions, as the process's return has them."""
    row = getattr(process, "goods_return", None)
    if row is None:
        return {}
    found = {}
    for effect in blueprint.stage(way.target).effects:
        field = effect.arguments.get("amount", "")
        amount = amount_of(row, ActionKind(effect.arguments["action"])) if field else None
        if amount is not None:
            found[field] = amount
    return found


def _pays_difference(row: Return, swaps: tuple[Swap, ...]) -> str:
    """Return with what the customer pays more for what they get: as they paid most of the order; "" for no more."""
    order = commerce.order_value(row.order)
    lines = {line.ref: line for line in order.lines}
    known = commerce.offers(backend=row.order.backend, refs={swap.variant for swap in swaps})
    more = sum(
        (known[swap.variant].price_beside(lines[swap.line], order.currency) - lines[swap.line].unit_price)
        * swap.quantity
        for swap in swaps
        if swap.variant in known and swap.line in lines
    )
    held = paid_with(order)
    return max(held, key=lambda ref: held[ref]) if more > 0 and held else ""


def _refund(row: Return, worth: Worth, reason: str) -> Refund:
    """Return the refund of the pieces; of the sum where something is taken off, for no piece is paid back in part."""
    if worth.withheld:
        return Refund(reason, amount=worth.refund)
    return money.refund_action(worth.expected, pieces_of(row), reason=reason)
