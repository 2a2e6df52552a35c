"""The form by which something is sent back: the same for customers on their page and for agents in their name.

Two steps of one plain form: what comes back and why; then what the rules say, what is wanted for it, and photos.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from balcao.commerce import queries as commerce
from balcao.commerce.models import Order
from balcao.ports import commerce as port
from balcao.ports.channel import File
from balcao.returns.queries.cases import Notice, Wanted, Weighed, returnable, weigh
from balcao.returns.queries.outcomes import bonus_of
from balcao.returns.queries.policies import policy_of
from balcao.returns.queries.telling import day_words, doubt_words, explanation_words
from balcao.returns.queries.words import group_words, outcome_words, reason_words
from balcao.returns.rules import money
from balcao.returns.rules.fields import reason_of_field
from balcao.returns.rules.marking import traits_of
from balcao.returns.rules.money import Expected
from balcao.returns.rules.paying import payer_of
from balcao.returns.rules.policy import freight_rule
from balcao.returns.rules.reasons import reasons_by_group
from balcao.returns.types import Answer, LineAnswer, Outcome, Payer, Reason, ReturnsPolicy, Trait
from balcao.web.components.formats import money as money_words

_MOST_PHOTOS = 5  # of one line at once
_LARGEST_PHOTO = 10 * 1024 * 1024
_SEALED = {Trait.HYGIENE, Trait.MEDIA}
_OFFERED = (Outcome.REFUND, Outcome.EXCHANGE, Outcome.CREDIT, Outcome.REPAIR, Outcome.REDUCTION)
_LONGEST = 2000
_UNTYPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_YES, _NO = "yes", "no"


def photos_in(request: HttpRequest, name: str) -> list[File]:
    """Return the pictures that a form sent under a name, as many and as large as are taken."""
    return [
        File(name=one.name or "", media_type=one.content_type or "", content=one.read())
        for one in request.FILES.getlist(name)[:_MOST_PHOTOS]
        if one.size and one.size <= _LARGEST_PHOTO
    ]


def prefilled(order: Order, said: Mapping[str, str]) -> dict[str, str]:
    """Return the form as what is known fills it in: the reason as the process names it, and the only piece there is."""
    left = {ref: count for ref, count in returnable(order).items() if count}
    reason = reason_of_field(said.get("reason", ""))
    form = {f"reason-{ref}": reason.value for ref in left if reason}
    if len(left) == 1:
        form |= {f"qty-{ref}": str(count) for ref, count in left.items()}
    return form


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of the order as the form shows it."""

    ref: str
    name: str
    detail: str
    left: int  # pieces that can still come back
    quantity: int  # that were chosen
    reason: str
    remark: str
    opened: str
    is_sealed: bool  # whether it is asked if the seal is whole
    wants_photos: bool
    variants: tuple[tuple[str, str], ...]  # that it could be exchanged for
    variant: str

    @property
    def counts(self) -> list[tuple[str, str]]:
        """Return how many pieces may be chosen."""
        return [("0", _("keep it")), *((str(n), str(n)) for n in range(1, min(self.left, 50) + 1))]


class ReturnSheet:
    """What somebody wants to send back, as far as the form is filled in."""

    def __init__(
        self, order: Order, form: Mapping[str, str], *, notice: Notice, now: datetime, first: Outcome | None = None
    ) -> None:
        self.order, self.now, self.notice = order, now, notice
        self._first = first  # what is offered before anything else, where it can be had
        self._form = {name: _UNTYPED.sub("", value) for name, value in form.items()}

    @cached_property
    def value(self) -> port.Order:
        """Return the order as its shop told it."""
        return commerce.order_value(self.order)

    @cached_property
    def policy(self) -> ReturnsPolicy:
        """Return what the shop allows."""
        return policy_of(self.order.backend.shop_id)

    # --- What comes back ----------------------------------------------------------------------------------------------

    @cached_property
    def pieces(self) -> list[Piece]:
        """Return the lines of which something can still come back."""
        left = returnable(self.order)
        return [self._piece(line, left[line.ref]) for line in self.value.lines if left.get(line.ref)]

    def _piece(self, line: port.Line, left: int) -> Piece:
        reason = self._typed(f"reason-{line.ref}")
        traits = traits_of(sku=line.sku, name=line.name, marks=self.policy.marks)
        known = reason if reason in set(Reason) else ""
        return Piece(
            ref=line.ref,
            name=line.name,
            detail=", ".join(value for value in line.options.values() if value),
            left=left,
            quantity=self._count(line.ref, left),
            reason=known,
            remark=self._typed(f"remark-{line.ref}")[:_LONGEST],
            opened=self._typed(f"opened-{line.ref}"),
            is_sealed=bool(traits & _SEALED),
            wants_photos=bool(known) and Reason(known).group in self.policy.photos,
            variants=self._variants(line),
            variant=self._typed(f"variant-{line.ref}"),
        )

    def _typed(self, name: str) -> str:
        return self._form.get(name, "").strip()

    def _count(self, ref: str, left: int) -> int:
        typed = self._typed(f"qty-{ref}")
        return min(int(typed), left) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0  # noqa: PLR2004

    def _variants(self, line: port.Line) -> tuple[tuple[str, str], ...]:
        product = self._products.get(line.product_ref)
        if product is None:
            return ()
        return tuple(
            (one.ref, self._variant_words(one, line, product.currency))
            for one in product.variants
            if one.is_available and one.ref != line.variant_ref
        )

    def _variant_words(self, variant: port.Variant, line: port.Line, currency: str) -> str:
        """Return a variant by what tells it apart, with what it costs more or less."""
        name, more = ", ".join(variant.options.values()) or variant.sku or variant.ref, variant.price - line.unit_price
        if not more or currency not in ("", self.value.currency):
            return name
        amount = money_words(abs(more), self.value.currency, language=get_language() or "en")
        return f"{name} ({'+' if more > 0 else '−'} {amount})"

    @cached_property
    def _products(self) -> Mapping[str, port.Product]:
        refs = [line.product_ref for line in self.value.lines if line.product_ref]
        return commerce.products_of_refs(backend=self.order.backend, refs=refs)

    @property
    def chosen(self) -> list[Piece]:
        """Return the lines of which something was chosen."""
        return [one for one in self.pieces if one.quantity]

    @property
    def reasons(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the reasons to choose from, group by group."""
        groups = reasons_by_group().items()
        return [(group_words(group), [(one.value, reason_words(one)) for one in listed]) for group, listed in groups]

    @cached_property
    def faults(self) -> dict[str, str]:
        """Return what is missing by the name of its field; under "" what is missing as a whole."""
        found = {f"reason-{one.ref}": _("Please say why.") for one in self.chosen if not one.reason}
        if not self.chosen:
            found[""] = _("Choose at least one item.")
        return found

    # --- What the rules say -------------------------------------------------------------------------------------------

    @property
    def _plain(self) -> list[Wanted]:
        return [
            Wanted(
                line=one.ref,
                quantity=one.quantity,
                reason=Reason(one.reason),
                remark=one.remark,
                is_opened={_YES: True, _NO: False}.get(one.opened),
            )
            for one in self.chosen
        ]

    @cached_property
    def weighed(self) -> Weighed:
        """Return what law and shop say; ask only where there are no `faults`."""
        return weigh(self.order, self._plain, notice=self.notice, now=self.now)

    @property
    def is_granted(self) -> bool:
        """Tell whether it goes on without anybody looking."""
        return self.weighed.decision.answer == Answer.GRANT

    def answer_of(self, ref: str) -> LineAnswer:
        """Return what is said of one line."""
        return next(one for one in self.weighed.decision.lines if one.line == ref)

    def says(self, ref: str) -> str:
        """Return in a sentence what is said of one line to its customer."""
        answer = self.answer_of(ref)
        if answer.answer == Answer.GRANT:
            last = answer.last_day
            return (
                _("You are in time, until %(day)s.") % {"day": day_words(last.isoformat())}
                if last
                else _("You are in time.")
            )
        causes = [doubt_words(doubt) for doubt in answer.doubts]
        return " ".join([*causes, _("One of us looks at it and answers you.")])

    @property
    def story(self) -> list[tuple[str, str]]:
        """Return how the decision came about: sentences with the rules they rest on."""
        names = {line.ref: line.name for line in self.value.lines}
        return [(explanation_words(one, names=names), one.rule) for one in self.weighed.decision.explanations]

    # --- What is wanted for it ----------------------------------------------------------------------------------------

    @cached_property
    def outcomes(self) -> list[tuple[Outcome, str, str]]:
        """Return what may be chosen for all of it: the outcome, its words, and what it comes to."""
        by_line = [
            dict.fromkeys(outcome for one in line.entitlements for outcome in one.outcomes)
            for line in self.weighed.decision.lines
        ]
        shared = [one for one in by_line[0] if all(one in others for others in by_line[1:])] or [Outcome.REFUND]
        can_exchange = all(one.variants for one in self.chosen)
        possible = [one for one in _OFFERED if one in shared and (one != Outcome.EXCHANGE or can_exchange)]
        offered = possible or [Outcome.REFUND]  # nothing that is offered can be had: a person looks
        offered.sort(key=lambda one: one != self._first)
        return [(one, outcome_words(one), self._comes_to(one)) for one in offered]

    def _comes_to(self, outcome: Outcome) -> str:
        language, currency = get_language() or "en", self.value.currency
        if outcome == Outcome.REFUND:
            return money_words(self.expected.total, currency, language=language)
        if outcome == Outcome.CREDIT:
            more = bonus_of(self.order, self.expected.total, basis_points=self.policy.bonus)
            return money_words(self.expected.total + more, currency, language=language)
        return ""

    @cached_property
    def expected(self) -> Expected:
        """Return what goes back if everything comes as it was told."""
        kind, standard = freight_rule(self.weighed.decision, self.policy)
        pieces = tuple((one.ref, one.quantity) for one in self.chosen)
        is_ours = self.value.currency == self.order.backend.shop.currency
        return money.expected(self.value, pieces, freight=kind, standard_freight=standard if is_ours else None)

    @property
    def outcome(self) -> Outcome:
        """Return what is wanted; what is offered first where nothing was chosen."""
        typed = self._typed("outcome")
        offered = [one for one, _words, _amount in self.outcomes]
        return Outcome(typed) if typed in offered else offered[0]

    @property
    def pays_shop(self) -> bool:
        """Tell whether the shop pays for the way back."""
        reasons = [Reason(one.reason) for one in self.chosen]
        return payer_of(self.weighed.decision, reasons) == Payer.SHOP

    @property
    def wanted(self) -> list[Wanted]:
        """Return everything as it is asked for."""
        variants = {one.ref: one.variant for one in self.chosen} if self.outcome == Outcome.EXCHANGE else {}
        return [replace(one, outcome=self.outcome, variant=variants.get(one.line, "")) for one in self._plain]

    @cached_property
    def last_faults(self) -> dict[str, str]:
        """Return what the second step lacks, by the name of its field."""
        if self.outcome != Outcome.EXCHANGE:
            return {}
        return {
            f"variant-{one.ref}": _("Please choose what you want for it.")
            for one in self.chosen
            if one.variant not in {ref for ref, _words in one.variants}
        }

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Return what the second step takes over from the first."""
        names = ("qty", "reason", "remark", "opened")
        return [
            (f"{name}-{one.ref}", self._typed(f"{name}-{one.ref}"))
            for one in self.chosen
            for name in names
            if self._typed(f"{name}-{one.ref}")
        ]

    def words(self) -> str:
        """Return the wish as a message, with everything that was filled in."""
        lines = []
        for one in self.chosen:
            lines.append(f"{one.quantity} × {one.name}: {reason_words(Reason(one.reason))}")
            if one.remark:
                lines.append(one.remark)
        return "\n".join([*lines, "", outcome_words(self.outcome)])
