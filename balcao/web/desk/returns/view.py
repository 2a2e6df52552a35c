"""One return as the desk draws it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import get_language

from balcao.commerce import queries as commerce
from balcao.ports import commerce as port
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.permits import departments_of
from balcao.processes.types import Department
from balcao.returns.models import Inspection, Return, ReturnLine
from balcao.returns.queries.cases import weigh_again
from balcao.returns.queries.inspections import current_inspections, differences_of
from balcao.returns.queries.outcomes import Worth, most_withheld, outcomes_of, worth_of
from balcao.returns.queries.telling import (
    claim_words,
    day_words,
    doubt_words,
    duty_words,
    explanation_words,
    parameter_words,
    value_words,
)
from balcao.returns.queries.words import (
    difference_words,
    disposition_words,
    fault_words,
    grade_words,
    outcome_words,
    reason_words,
    signal_words,
    trait_words,
)
from balcao.returns.rules.documents import decision_from, findings_from
from balcao.returns.types import (
    Answer,
    Decision,
    Disposition,
    Fault,
    Grade,
    Outcome,
    Reason,
    Signal,
    Term,
    Trait,
)
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.formats import money as money_words
from balcao.web.desk.processes.words import stage_or_key

_WAREHOUSE = {Department.WH, Department.QC}
_MOST_ROWS = 3  # states of one line


def may_work_here(agent: Agent, shop_id: int) -> bool:
    """Tell whether an agent takes parcels in and looks at them: who cares for tickets, and the warehouse."""
    if not agent.may(Permission.STAGE_WORK) or not agent.sees_shop(shop_id):
        return False
    return agent.may(Permission.TICKET_EDIT) or bool(_WAREHOUSE & {one.key for one in departments_of(agent).values()})


@dataclass(frozen=True)
class ReturnView:
    """Everything that the page of a return shows; read lazily."""

    agent: Agent
    row: Return
    now: datetime

    @property
    def number(self) -> str:
        """Return its number as it stands on the label."""
        return self.row.written

    @property
    def stage(self) -> str:
        """Return where it stands."""
        return stage_or_key(blueprint_by_id(self.row.process.version_id), self.row.process.stage)

    @cached_property
    def decision(self) -> Decision:
        """Return what law and shop said when it was opened."""
        return decision_from(self.row.decision)

    @cached_property
    def decision_now(self) -> Decision:
        """Return what they say by now: days that depend on its way are known."""
        return weigh_again(self.row, now=self.now)

    # --- What the agent may do ----------------------------------------------------------------------------------------

    @property
    def can_receive(self) -> bool:
        """Tell whether a parcel of it may be taken in here."""
        return may_work_here(self.agent, self.row.shop_id) and self.row.decided_at is None

    @property
    def can_inspect(self) -> bool:
        """Tell whether it may be looked at here."""
        return self.can_receive and self.row.received_at is not None

    @property
    def can_judge(self) -> bool:
        """Tell whether the agent may grant or refuse it."""
        is_open = self.row.is_granted is None and self.row.received_at is None and self.row.decided_at is None
        return is_open and self.agent.may(Permission.ORDER_ACT) and self.row.process.ended_at is None

    @property
    def can_decide(self) -> bool:
        """Tell whether the agent may give the customer what they chose."""
        is_ready = self.row.inspected_at is not None and self.row.decided_at is None
        return is_ready and self.agent.may(Permission.ORDER_ACT)

    # --- What it is ---------------------------------------------------------------------------------------------------

    @cached_property
    def lines(self) -> list[ReturnLine]:
        """Return what comes back."""
        return list(self.row.lines.order_by("pk"))

    def why(self, line: ReturnLine) -> str:
        """Return why a line comes back, and whose fault it is thought to be."""
        return f"{reason_words(Reason(line.reason))} · {fault_words(Fault(line.fault))}"

    def traits(self, line: ReturnLine) -> str:
        """Return what a line's product is, where a rule asks for it."""
        return ", ".join(trait_words(Trait(one)) for one in line.traits)

    @property
    def outcome(self) -> str:
        """Return what the customer chose."""
        return outcome_words(Outcome(self.lines[0].outcome))

    @property
    def outcomes(self) -> list[tuple[Outcome, str]]:
        """Return what they may choose instead."""
        return [(one, outcome_words(one)) for one in outcomes_of(self.row) if one != Outcome.EXCHANGE]

    @cached_property
    def swaps(self) -> list[tuple[ReturnLine, list[tuple[str, str]]]]:
        """Return of an exchange that is not decided what may be sent for each line; nothing to whoever may not say."""
        is_open = self.row.decided_at is None and self.row.process.ended_at is None
        if not is_open or not self.agent.may(Permission.ORDER_ACT):
            return []
        wanted = [line for line in self.lines if line.outcome == Outcome.EXCHANGE]
        bought = {line.ref: line for line in commerce.order_value(self.row.order).lines} if wanted else {}
        refs = {line.product_ref for line in bought.values() if line.product_ref}
        products = commerce.products_of_refs(backend=self.row.order.backend, refs=refs) if refs else {}
        found = [(line, _variants(bought[line.line], products)) for line in wanted if line.line in bought]
        return [(line, choices) for line, choices in found if choices]

    @property
    def is_granted_by_rules(self) -> bool:
        """Tell whether law or shop grants it without anybody looking."""
        return self.row.answer == Answer.GRANT

    @property
    def doubts(self) -> list[tuple[str, str]]:
        """Return why a person looks, each with its rule."""
        found = [doubt for line in self.decision.lines for doubt in line.doubts]
        return [(doubt_words(one), one.grounds.rule if one.grounds else "") for one in (*found, *self.decision.doubts)]

    @property
    def rules(self) -> list[str]:
        """Return the rules that a refusal may name."""
        grounds = [one.grounds for line in self.decision.lines for one in line.doubts]
        grounds += [one.grounds for line in self.decision.lines for one in line.entitlements]
        named = [one.rule for one in grounds if one]
        return list(dict.fromkeys(named)) or ["SHOP"]

    @property
    def story(self) -> list[tuple[str, str]]:
        """Return how the decision came about."""
        names = {line.line: line.name for line in self.lines}
        return [(explanation_words(one, names=names), one.rule) for one in self.decision.explanations]

    @property
    def terms(self) -> list[tuple[str, str, str, str, Term]]:
        """Return law and shop side by side."""
        return [
            (
                f"{claim_words(term.claim)}: {parameter_words(term.parameter)}",
                value_words(term.law),
                value_words(term.shop),
                value_words(term.holds),
                term,
            )
            for term in self.decision.terms
        ]

    @property
    def duties(self) -> list[tuple[str, str, str]]:
        """Return what is owed by which day, by which rule."""
        return [
            (duty_words(one.kind), day_words(one.due_on.isoformat()), one.grounds.rule)
            for one in self.decision_now.duties
            if one.due_on
        ]

    @property
    def findings(self) -> list[tuple[str, int, str]]:
        """Return the signals of fraud with their points and figures."""
        return [
            (signal_words(Signal(one.signal)), one.points, one.seen) for one in findings_from(self.row.risk_findings)
        ]

    # --- What came ----------------------------------------------------------------------------------------------------

    @cached_property
    def inspections(self) -> list[Inspection]:
        """Return what was found when somebody looked last."""
        return current_inspections(self.row)

    def found(self, one: Inspection) -> str:
        """Return a finding in words."""
        return f"{grade_words(Grade(one.grade))} · {disposition_words(Disposition(one.disposition))}"

    @property
    def differences(self) -> list[str]:
        """Return what was found otherwise than it was told."""
        names = {line.line: line.name for line in self.lines}
        return [difference_words(one, names=names) for one in differences_of(self.row)] if self.inspections else []

    @property
    def slots(self) -> list[tuple[ReturnLine, int, int]]:
        """Return the rows of the inspection form: a line, the how manieth row of it, and the pieces it begins with."""
        return [
            (line, place, line.quantity if place == 0 else 0)
            for line in self.lines
            for place in range(min(line.quantity, _MOST_ROWS))
        ]

    @property
    def grades(self) -> list[tuple[str, str]]:
        """Return the states to choose from."""
        return [(grade.value, grade_words(grade)) for grade in Grade]

    @property
    def dispositions(self) -> list[tuple[str, str]]:
        """Return what may become of a thing."""
        return [(one.value, disposition_words(one)) for one in Disposition]

    # --- What it comes to ---------------------------------------------------------------------------------------------

    @cached_property
    def worth(self) -> Worth:
        """Return what it comes to."""
        return worth_of(self.row)

    def money(self, amount: int) -> str:
        """Return an amount as people write it."""
        return money_words(amount, self.worth.currency, language=get_language() or "en")

    @cached_property
    def most_withheld(self) -> tuple[int, str]:
        """Return what may be taken off at most, and by which rule."""
        return most_withheld(self.row)


def _variants(bought: port.Line, products: Mapping[str, port.Product]) -> list[tuple[str, str]]:
    """Return what may be had for a line, by what tells it apart."""
    product = products.get(bought.product_ref)
    if product is None:
        return []
    others = [one for one in product.variants if one.is_available and one.ref != bought.variant_ref]
    return [(one.ref, ", ".join(one.options.values()) or one.sku or one.ref) for one in others]
