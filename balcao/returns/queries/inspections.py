"""What was found against what was told."""

from balcao.returns.models import Inspection, Return
from balcao.returns.rules import inspecting
from balcao.returns.rules.inspecting import Announced, Inspected
from balcao.returns.types import Difference, Grade, Reason


def inspected(row: Inspection) -> Inspected:
    """Return an inspection as the rules want to see it; what nobody announced stands under its name."""
    name = row.line.line if row.line else row.name
    return Inspected(name, row.quantity, Grade(row.grade), row.serial, tuple(row.missing))


def announced(row: Return) -> list[Announced]:
    """Return the lines as the customer announced them."""
    return [Announced(one.line, one.quantity, Reason(one.reason), one.serial) for one in row.lines.order_by("pk")]


def current_inspections(row: Return) -> list[Inspection]:
    """Return what was found when somebody looked last."""
    return list(row.inspections.filter(replaced_at=None).select_related("line").order_by("pk"))


def differences_of(row: Return) -> list[Difference]:
    """Return every mismatch between what was found and what was told."""
    return inspecting.differences([inspected(one) for one in current_inspections(row)], announced(row))
