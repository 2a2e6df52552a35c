"""A return as it is drawn for its customer."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.cases import case_token
from balcao.returns.models import Label, Return, ReturnLine
from balcao.returns.queries.cases import weigh_again
from balcao.returns.queries.outcomes import Worth, outcomes_of, worth_of
from balcao.returns.queries.telling import day_words, duty_words, explanation_words
from balcao.returns.queries.words import outcome_words, reason_words
from balcao.returns.types import Decision, DutyKind, Outcome, Reason
from balcao.web.components.formats import money as money_words

_REVIEW = "review"
_TOLD = {
    DutyKind.SEND_BACK: frozenset(Outcome),
    DutyKind.REFUND: frozenset({Outcome.REFUND}),
    DutyKind.CURE: frozenset({Outcome.REPAIR, Outcome.EXCHANGE}),
}  # and for which wishes it is of interest


@dataclass(frozen=True)
class ReturnSight:
    """Everything that the customer's page of a return shows."""

    row: Return
    now: datetime

    @property
    def number(self) -> str:
        """Return its number as it stands on the label."""
        return self.row.written

    @cached_property
    def decision(self) -> Decision:
        """Return what law and shop say by now."""
        return weigh_again(self.row, now=self.now)

    @cached_property
    def lines(self) -> list[ReturnLine]:
        """Return what comes back."""
        return list(self.row.lines.order_by("pk"))

    def why(self, line: ReturnLine) -> str:
        """Return why a line comes back."""
        return reason_words(Reason(line.reason))

    @property
    def is_refused(self) -> bool:
        """Tell whether somebody refused it."""
        return self.row.is_granted is False

    @property
    def waits(self) -> bool:
        """Tell whether somebody has to look at it first."""
        read = blueprint_by_id(self.row.process.version_id)
        return self.label is None and self.row.process.stage in (read.start.key, _REVIEW)

    @property
    def headline(self) -> str:
        """Return how it stands."""
        if self.is_refused:
            return _("We cannot take this back")
        if self.row.decided_at:
            return _("Your return is settled")
        if self.row.received_at:
            return _("Your parcel is here")
        if self.row.posted_at:
            return _("Your parcel is on its way to us")
        return _("One of us looks at your return") if self.waits else _("Your return is accepted")

    @cached_property
    def label(self) -> Label | None:
        """Return by what it is sent."""
        return self.row.labels.order_by("-pk").first()

    @cached_property
    def worth(self) -> Worth:
        """Return what it comes to."""
        return worth_of(self.row)

    @property
    def amount(self) -> str:
        """Return what goes back, in words; "" where it is no money."""
        outcome = Outcome(self.lines[0].outcome)
        amounts = {Outcome.REFUND: self.worth.refund, Outcome.CREDIT: self.worth.credit}
        if outcome not in amounts:
            return ""
        return money_words(amounts[outcome], self.worth.currency, language=get_language() or "en")

    @property
    def outcome(self) -> str:
        """Return what the customer wants for it."""
        return outcome_words(Outcome(self.lines[0].outcome))

    @property
    def others(self) -> list[tuple[Outcome, str]]:
        """Return what could be chosen instead until it is decided; an exchange is chosen at the beginning."""
        if self.row.decided_at or self.is_refused:
            return []
        chosen = Outcome(self.lines[0].outcome)
        offered = [one for one in outcomes_of(self.row) if one not in (chosen, Outcome.EXCHANGE)]
        return [(one, outcome_words(one)) for one in offered]

    @property
    def days(self) -> list[tuple[str, str]]:
        """Return what is owed by which day to come; what is owed at once has none."""
        chosen = Outcome(self.lines[0].outcome)
        found = [(kind, self.decision.due(kind)) for kind, wishes in _TOLD.items() if chosen in wishes]
        return [
            (duty_words(kind), day_words(due.isoformat()))
            for kind, due in found
            if due and due > self.decision.notice_on
        ]

    @property
    def story(self) -> list[tuple[str, str]]:
        """Return how the decision came about."""
        names = {line.line: line.name for line in self.lines}
        return [(explanation_words(one, names=names), one.rule) for one in self.decision.explanations]

    @property
    def case(self) -> str:
        """Return by what token the page of the whole matter opens."""
        return case_token(self.row.process)
