"""What the facts of a return are called in the fields of its process; a shop's own path may leave some of them out."""

from collections.abc import Mapping, Sequence

from balcao.processes.types import Blueprint, FieldType
from balcao.returns.rules.inspecting import Inspected
from balcao.returns.types import Disposition, Fault, Grade, Outcome, Reason, ReasonGroup

_REASONS = {
    Reason.CHANGED_MIND: "regret_mind",
    Reason.BETTER_PRICE: "regret_price",
    Reason.ORDERED_TWICE: "regret_twice",
    Reason.TOO_SMALL: "size_small",
    Reason.TOO_LARGE: "size_large",
    Reason.MISSING_PART: "missing_part",
    Reason.MISSING_PIECE: "missing_product",
}
_GROUPS = {
    ReasonGroup.REGRET: "regret",
    ReasonGroup.FIT: "size",
    ReasonGroup.DESCRIPTION: "not_as_described",
    ReasonGroup.ARRIVAL: "defective_arrival",
    ReasonGroup.LATER: "defective_later",
    ReasonGroup.TRANSPORT: "damaged",
    ReasonGroup.WRONG: "wrong",
    ReasonGroup.MISSING: "missing",
    ReasonGroup.LATE: "late",
    ReasonGroup.GIFT: "gift",
    ReasonGroup.RECALL: "recall",
}
_DISPOSITIONS = {Disposition.VENDOR_RETURN: "vendor"}
_WORST_FIRST = tuple(reversed(Grade))


def reason_of_field(key: str) -> Reason | None:
    """Return the reason that a process's own word for it means; of a group the first one; None for another word."""
    groups = {word: next(one for one in Reason if one.group == group) for group, word in _GROUPS.items()}
    return {**groups, **{word: reason for reason, word in _REASONS.items()}}.get(key)


def of_wish(reasons: Sequence[Reason], faults: Sequence[Fault], outcome: Outcome) -> dict[str, object]:
    """Return what is known as soon as somebody wants to send something back; of several reasons the graver one."""
    graver = next((reason for reason in reasons if reason.group not in _MILD), reasons[0])
    fault = next((one for one in faults if one != Fault.CUSTOMER), Fault.CUSTOMER)
    return {
        "reason": _REASONS.get(graver, _GROUPS[graver.group]),
        "fault": fault.value,
        **of_outcome(outcome),
    }


_MILD = {ReasonGroup.REGRET, ReasonGroup.FIT, ReasonGroup.GIFT}


def of_outcome(outcome: Outcome) -> dict[str, object]:
    """Return what the customer chose."""
    return {"remedy": outcome.value, "credit_consent": outcome == Outcome.CREDIT}


def of_inspection(
    found: Sequence[Inspected], dispositions: Sequence[Disposition], *, differs: bool
) -> dict[str, object]:
    """Return what was found, the worst state of all; `differs`: a serial number is another one."""
    grade = next(one for one in _WORST_FIRST if any(piece.grade == one for piece in found))
    first = dispositions[0]
    return {
        "grade": grade.value.lower(),
        "serial_matches": not differs,
        "parts_complete": not any(piece.missing for piece in found),
        "disposition": _DISPOSITIONS.get(first, first.value),
    }


def known_to(blueprint: Blueprint, values: Mapping[str, object]) -> dict[str, object]:
    """Return the values that a blueprint has fields for, and of a choice only what may be chosen."""
    fields = {one.key: one for one in blueprint.fields}
    return {
        key: value
        for key, value in values.items()
        if key in fields
        and (fields[key].type is not FieldType.CHOICE or value in {choice.key for choice in fields[key].choices})
    }
