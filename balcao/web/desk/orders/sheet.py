"""The side sheet of a deed: its form as it was filled in, the dry run, and the button that says the sum."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext as _

from balcao.commerce import queries
from balcao.commerce.actions import ledger
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.rules import documents
from balcao.commerce.types import Denial, Effect, Offer, Verdict
from balcao.ports import commerce as port
from balcao.ports import money
from balcao.ports.commerce import Action, ActionKind, Line, Variant
from balcao.web.components.addresses import address_labels
from balcao.web.desk.orders import effects, forms, words
from balcao.web.desk.orders.deeds import limit_words, sign_of
from balcao.web.desk.orders.denials import denial_words
from balcao.web.desk.orders.effects import Told
from balcao.web.desk.orders.panel import OrderView

_SWAPS = (ActionKind.CHANGE_LINES, ActionKind.EXCHANGE)
_PIECES = (ActionKind.REFUND, ActionKind.CANCEL, ActionKind.REQUEST_RETURN, ActionKind.RESEND)
_WAYS = (ActionKind.REFUND, ActionKind.REQUEST_RETURN, *_SWAPS, ActionKind.CHANGE_PAYMENT)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the order in a form: whether it is chosen, how many of it, and what it may become."""

    ref: str
    name: str
    note: str
    left: int
    is_on: bool
    count: str
    to: str
    variants: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen, or why nothing can; `agreed` is what the button stands for."""

    lines: tuple[Told, ...] = ()
    problem: str = ""
    is_open: bool = False  # nothing is wrong, but something is missing yet
    confirm: str = ""
    agreed: str = ""
    note: str = ""

    @property
    def is_ready(self) -> bool:
        """Tell whether it may be confirmed."""
        return bool(self.agreed)


class Sheet:
    """One deed on one order, as its form stands."""

    def __init__(self, kind: ActionKind, view: OrderView, asker: Asker, form: QueryDict) -> None:
        self.kind = kind
        self.view = view
        self.form = form
        self._asker = asker

    @property
    def title(self) -> str:
        """Return what is done to which order."""
        return f"{words.action_words(self.kind)} · {self.view.row.number}"

    @property
    def sign(self) -> str:
        """Return the deed's icon."""
        return sign_of(self.kind)

    @cached_property
    def order(self) -> port.Order:
        """Return the order as the form speaks of it."""
        return self.view.value

    def value(self, name: str, default: str = "") -> str:
        """Return what stands in a field."""
        return self.form.get(name, default)

    @property
    def has_pieces(self) -> bool:
        """Tell whether lines are chosen."""
        return self.kind in _PIECES

    @property
    def has_swaps(self) -> bool:
        """Tell whether lines become other variants."""
        return self.kind in _SWAPS

    @property
    def has_reason(self) -> bool:
        """Tell whether a reason can be given."""
        return forms.needs_reason(self.kind) or self.kind in (ActionKind.REQUEST_RETURN, ActionKind.EXCHANGE)

    @property
    def needs_reason(self) -> bool:
        """Tell whether a reason has to be given."""
        return forms.needs_reason(self.kind)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Return the reasons that the shop accepts, to choose from; empty: any."""
        known = self.view.scene.policy.cancel_reasons if self.kind == ActionKind.CANCEL else ()
        return [("", _("Choose…")), *((reason, reason) for reason in known)] if known else []

    @property
    def cancels_parts(self) -> bool:
        """Tell whether some pieces of an order can be cancelled alone."""
        return self.view.scene.policy.cancels_parts

    @cached_property
    def choices(self) -> list[Choice]:
        """Return the lines of which something is left."""
        taken = self._taken()
        return [
            self._choice(line, line.quantity - taken.get(line.ref, 0))
            for line in self.order.lines
            if line.quantity > taken.get(line.ref, 0)
        ]

    def _taken(self) -> Mapping[str, int]:
        """Return by line how many pieces the deed cannot be about."""
        if self.kind == ActionKind.REFUND:
            return money.settled(self.order)
        if self.kind == ActionKind.REQUEST_RETURN:
            return money.coming_back(self.order)
        return {line.ref: money.gone(line) for line in self.order.lines}

    def _choice(self, line: Line, left: int) -> Choice:
        worth = money.price_of(self.order, ((line.ref, left),)) if self.kind == ActionKind.REFUND else 0
        notes = [words.options_words(line.options), words.money(worth, self.order.currency) if worth else ""]
        return Choice(
            ref=line.ref,
            name=line.name,
            note=" · ".join(note for note in notes if note),
            left=left,
            is_on=line.ref in self.form.getlist("piece"),
            count=self.value(f"count-{line.ref}", str(left if self.has_pieces else 1)),
            to=self.value(f"to-{line.ref}"),
            variants=self._variants(line) if self.has_swaps else (),
        )

    @cached_property
    def _products(self) -> Mapping[str, port.Product]:
        refs = [line.product_ref for line in self.order.lines if line.product_ref]
        return queries.products_of_refs(backend=self.view.row.backend, refs=refs)

    def _variants(self, line: Line) -> tuple[tuple[str, str], ...]:
        product = self._products.get(line.product_ref)
        if product is None:
            return ()
        others = [one for one in product.variants if one.ref != line.variant_ref and _can_be_had(one)]
        is_ours = product.currency in ("", self.order.currency)  # a price in another currency is compared with none
        return tuple((one.ref, self._variant_words(one, line if is_ours else None)) for one in others)

    def _variant_words(self, variant: Variant, line: Line | None) -> str:
        difference = variant.price - line.unit_price if line else 0
        sign = "+" if difference > 0 else "−"
        extra = f" ({sign} {words.money(abs(difference), self.order.currency)})" if difference else ""
        return (words.options_words(variant.options) or variant.sku or variant.ref) + extra

    @property
    def has_ways(self) -> bool:
        """Tell whether it is chosen where money goes or comes from."""
        return self.kind in _WAYS

    @property
    def ways(self) -> list[tuple[str, str]]:
        """Return the payment forms to choose from."""
        known = [(one.ref, words.instrument_words(one)) for one in self.view.scene.account.instruments]
        if self.kind == ActionKind.CHANGE_PAYMENT:
            used = money.instruments_of(self.order)
            return [("", _("Choose…")), *(way for way in known if way[0] not in used)]
        return [("", _("Where it was paid from")), *known]

    @property
    def methods(self) -> list[tuple[str, str]]:
        """Return the ways in which a payment link can be paid."""
        return [(kind.value, words.method_words(kind)) for kind in forms.METHODS]

    @property
    def address(self) -> list[tuple[str, str, str]]:
        """Return the fields of the address: name, label, what stands in it."""
        labels = address_labels()
        return [(name, labels[name], self.value(name, getattr(self.order.address, name))) for name in labels]

    @property
    def limit(self) -> str:
        """Return up to which sum nobody else has to agree."""
        scene = self.view.scene
        limit = scene.policy.limits.get(scene.role)
        return "" if limit is None else limit_words(limit, scene.currency or self.order.currency)

    @cached_property
    def action(self) -> Action:
        """Return the action that the form asks for; raises `forms.Problem`."""
        return forms.read(self.kind, self.form, self.order)

    @cached_property
    def dry_run(self) -> DryRun:
        """Return what would happen, computed as it would be when it is asked for."""
        confirm = effects.confirm_words(self.kind, None, self.order.currency)
        try:
            verdict = ledger.try_out(
                action=self.action, account=self.view.row.account, order=self.view.row, asker=self._asker
            )
        except forms.Problem as problem:
            return DryRun(problem=problem.words, confirm=confirm)
        if verdict.effect is None:
            denial = verdict.denial or Denial.NOT_ABLE
            return DryRun(
                problem=denial_words(denial, self.order.stage), is_open=denial == Denial.EMPTY, confirm=confirm
            )
        return self._allowed(verdict, verdict.effect)

    def _allowed(self, verdict: Verdict, effect: Effect) -> DryRun:
        needs = verdict.needs_approval
        missing = forms.missing(self.action, self.order)
        return DryRun(
            lines=tuple(effects.told(self.action, effect, self.order, self._offers)),
            problem=missing,
            is_open=bool(missing),
            confirm=effects.confirm_words(self.kind, effect, self.order.currency, needs_approval=needs),
            agreed="" if missing else documents.agreed(self.action, effect),
            note=_("This is above your limit: somebody else has to approve it first.") if needs else "",
        )

    @property
    def _offers(self) -> Mapping[str, Offer]:
        return queries.offers(backend=self.view.row.backend, refs=queries.named_variants(self.action))


def _can_be_had(variant: Variant) -> bool:
    return variant.is_available and (variant.stock is None or variant.stock > 0)
