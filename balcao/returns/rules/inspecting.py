"""What was found in a parcel against what was told, and what usually becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from balcao.returns.rules.fraud import is_lighter, is_other_serial
from balcao.returns.rules.reasons import expected_grades
from balcao.returns.types import Difference, Disposition, Fault, Grade, Mismatch, Reason, ReasonGroup, Trait

_BY_GRADE = {
    Grade.A: Disposition.RESTOCK,
    Grade.B: Disposition.OUTLET,
    Grade.C: Disposition.REFURBISH,
    Grade.D: Disposition.RECYCLE,
    Grade.X: Disposition.SEND_BACK,
}
_NEVER_SOLD_OPENED = {Trait.HYGIENE, Trait.PERISHABLE}
_ORDER = tuple(Grade)


@dataclass(frozen=True, slots=True)
class Announced:
    """One line as the customer announced it."""

    line: str
    quantity: int
    reason: Reason
    serial: str = ""  # as it was sold, where the shop knows


@dataclass(frozen=True, slots=True)
class Inspected:
    """Pieces of one line as the warehouse found them; a line may be found in several states."""

    line: str
    quantity: int
    grade: Grade
    serial: str = ""
    missing: tuple[str, ...] = ()  # parts that should be there


def disposition_of(grade: Grade, *, fault: Fault, traits: frozenset[Trait] = frozenset()) -> Disposition:
    """Return what becomes of a thing unless the inspector says otherwise."""
    if grade == Grade.X:
        return Disposition.SEND_BACK
    if traits & _NEVER_SOLD_OPENED and grade != Grade.A:
        return Disposition.DESTROY
    if Trait.PERISHABLE in traits:
        return Disposition.DESTROY
    if fault == Fault.SUPPLIER and grade in (Grade.C, Grade.D):
        return Disposition.VENDOR_RETURN
    if grade == Grade.B and Trait.PERSONALISED in traits:
        return Disposition.RECYCLE
    return _BY_GRADE[grade]


def is_as_expected(found: Sequence[Inspected], announced: Sequence[Announced]) -> bool:
    """Tell whether everything came as it was told, so that it may be decided on without anybody asking."""
    return not differences(found, announced)


def differences(
    found: Sequence[Inspected],
    announced: Sequence[Announced],
    *,
    grams_sent: int | None = None,
    grams_found: int | None = None,
) -> list[Difference]:
    """Return every mismatch, line by line in the order announced, then what nobody spoke of, then the weight."""
    by_line: dict[str, list[Inspected]] = {}
    for one in found:
        by_line.setdefault(one.line, []).append(one)
    told = {one.line: one for one in announced}
    listed = [difference for one in announced for difference in _of_line(one, by_line.get(one.line, []))]
    strangers = {line: rows for line, rows in by_line.items() if line not in told}
    listed += [Difference(Mismatch.NOT_ANNOUNCED, line, "0", str(_count(rows))) for line, rows in strangers.items()]
    if is_lighter(grams_sent=grams_sent, grams_found=grams_found):
        listed.append(Difference(Mismatch.LIGHTER, "", str(grams_sent), str(grams_found)))
    return listed


def _of_line(told: Announced, found: Sequence[Inspected]) -> list[Difference]:
    count = _count(found)
    listed = []
    if count != told.quantity:
        kind = Mismatch.FEWER if count < told.quantity else Mismatch.MORE
        listed.append(Difference(kind, told.line, str(told.quantity), str(count)))
    return listed + [difference for one in found for difference in _of_pieces(told, one)]


def _count(found: Sequence[Inspected]) -> int:
    return sum(one.quantity for one in found)


def _of_pieces(told: Announced, found: Inspected) -> list[Difference]:
    if found.grade == Grade.X:
        return [Difference(Mismatch.NOT_OURS, told.line, "", str(found.quantity))]
    listed = []
    if is_other_serial(sold=told.serial, found=found.serial):
        listed.append(Difference(Mismatch.SERIAL, told.line, told.serial, found.serial))
    if found.missing and told.reason.group != ReasonGroup.MISSING:
        listed.append(Difference(Mismatch.PARTS, told.line, "", ", ".join(found.missing)))
    expected = expected_grades(told.reason)
    if found.grade not in expected:
        listed.append(Difference(Mismatch.WORSE, told.line, max(expected, key=_ORDER.index), found.grade))
    return listed


def totals(found: Sequence[Inspected]) -> Mapping[str, int]:
    """Return by line how many pieces came that are ours."""
    sums: dict[str, int] = {}
    for one in found:
        if one.grade != Grade.X:
            sums[one.line] = sums.get(one.line, 0) + one.quantity
    return sums
