"""What follows from a reason before anybody has looked: whose fault it is, what is claimed, what would help."""

from balcao.returns.types import Fault, Grade, Reason, ReasonGroup

_FAULTS = {
    ReasonGroup.REGRET: Fault.CUSTOMER,
    ReasonGroup.FIT: Fault.CUSTOMER,
    ReasonGroup.GIFT: Fault.CUSTOMER,
    ReasonGroup.DESCRIPTION: Fault.SHOP,
    ReasonGroup.WRONG: Fault.SHOP,
    ReasonGroup.MISSING: Fault.SHOP,
    ReasonGroup.ARRIVAL: Fault.SUPPLIER,
    ReasonGroup.LATER: Fault.SUPPLIER,
    ReasonGroup.RECALL: Fault.SUPPLIER,
    ReasonGroup.TRANSPORT: Fault.CARRIER,
    ReasonGroup.LATE: Fault.CARRIER,
}
_NO_FAULT = {ReasonGroup.REGRET, ReasonGroup.FIT, ReasonGroup.GIFT}
_UNHARMED = frozenset({Grade.A, Grade.B})
_HARMED = frozenset({Grade.A, Grade.B, Grade.C, Grade.D})


def fault_of(reason: Reason) -> Fault:
    """Return who is thought to have caused it until somebody says otherwise."""
    return _FAULTS[reason.group]


def is_regret(reason: Reason) -> bool:
    """Tell whether the thing is as it was sold and the customer simply does not keep it."""
    return reason.group in _NO_FAULT


def is_defect(reason: Reason) -> bool:
    """Tell whether the thing is not as it should be."""
    return reason.group not in _NO_FAULT and reason.group != ReasonGroup.LATE


def expected_grades(reason: Reason) -> frozenset[Grade]:
    """Return the states that surprise nobody; what is said to be broken may well be."""
    return _HARMED if is_defect(reason) else _UNHARMED


def reasons_by_group() -> dict[ReasonGroup, tuple[Reason, ...]]:
    """Return the reasons by their first level, in the order in which they are offered."""
    return {group: tuple(one for one in Reason if one.group == group) for group in ReasonGroup}
