"""What was found in a parcel."""

import pytest

from balcao.returns.rules.inspecting import Announced, Inspected, differences, disposition_of, is_as_expected, totals
from balcao.returns.rules.reasons import fault_of, is_defect, is_regret, reasons_by_group
from balcao.returns.types import (
    Difference,
    Disposition,
    Fault,
    Grade,
    Mismatch,
    Reason,
    ReasonGroup,
    ReturnsPolicy,
    Trait,
)

REGRETTED = Announced("1", 2, Reason.CHANGED_MIND, serial="SN-1")


def test_what_came_as_it_was_told_is_decided_without_anybody() -> None:
    found = [Inspected("1", 1, Grade.A, "sn-1"), Inspected("1", 1, Grade.B)]

    assert is_as_expected(found, [REGRETTED])


@pytest.mark.parametrize(
    "found, difference",
    [
        ([Inspected("1", 1, Grade.A)], Difference(Mismatch.FEWER, "1", "2", "1")),
        ([Inspected("1", 3, Grade.A)], Difference(Mismatch.MORE, "1", "2", "3")),
        ([], Difference(Mismatch.FEWER, "1", "2", "0")),
        ([Inspected("1", 2, Grade.A, "SN-2")], Difference(Mismatch.SERIAL, "1", "SN-1", "SN-2")),
        ([Inspected("1", 2, Grade.A, missing=("lid", "manual"))], Difference(Mismatch.PARTS, "1", "", "lid, manual")),
        ([Inspected("1", 2, Grade.C)], Difference(Mismatch.WORSE, "1", "B", "C")),
        ([Inspected("1", 2, Grade.X)], Difference(Mismatch.NOT_OURS, "1", "", "2")),
        (
            [Inspected("1", 2, Grade.A), Inspected("7", 1, Grade.A)],
            Difference(Mismatch.NOT_ANNOUNCED, "7", "0", "1"),
        ),
    ],
)
def test_each_mismatch_is_named(found: list[Inspected], difference: Difference) -> None:
    assert differences(found, [REGRETTED]) == [difference]
    assert not is_as_expected(found, [REGRETTED])


def test_a_lighter_parcel_is_named_last() -> None:
    found = [Inspected("1", 1, Grade.A)]

    listed = differences(found, [REGRETTED], grams_sent=900, grams_found=400)

    assert [one.kind for one in listed] == [Mismatch.FEWER, Mismatch.LIGHTER]


def test_what_is_said_to_be_broken_may_be_broken() -> None:
    told = Announced("1", 1, Reason.NOT_WORKING)

    assert is_as_expected([Inspected("1", 1, Grade.D)], [told])
    assert not is_as_expected([Inspected("1", 1, Grade.X)], [told])


def test_a_part_that_was_missing_from_the_start_is_no_surprise() -> None:
    told = Announced("1", 1, Reason.MISSING_PART)

    assert is_as_expected([Inspected("1", 1, Grade.B, missing=("lid",))], [told])


def test_only_what_is_ours_counts_as_come_back() -> None:
    found = [Inspected("1", 1, Grade.A), Inspected("1", 1, Grade.C), Inspected("2", 1, Grade.X)]

    assert totals(found) == {"1": 2}


@pytest.mark.parametrize(
    "grade, fault, traits, disposition",
    [
        (Grade.A, Fault.CUSTOMER, frozenset(), Disposition.RESTOCK),
        (Grade.B, Fault.CUSTOMER, frozenset(), Disposition.OUTLET),
        (Grade.C, Fault.CUSTOMER, frozenset(), Disposition.REFURBISH),
        (Grade.D, Fault.CARRIER, frozenset(), Disposition.RECYCLE),
        (Grade.D, Fault.SUPPLIER, frozenset(), Disposition.VENDOR_RETURN),
        (Grade.X, Fault.SUPPLIER, frozenset({Trait.HYGIENE}), Disposition.SEND_BACK),
        (Grade.A, Fault.CUSTOMER, frozenset({Trait.HYGIENE}), Disposition.RESTOCK),
        (Grade.B, Fault.CUSTOMER, frozenset({Trait.HYGIENE}), Disposition.DESTROY),
        (Grade.A, Fault.CUSTOMER, frozenset({Trait.PERISHABLE}), Disposition.DESTROY),
        (Grade.B, Fault.CUSTOMER, frozenset({Trait.PERSONALISED}), Disposition.RECYCLE),
    ],
)
def test_what_becomes_of_it(grade: Grade, fault: Fault, traits: frozenset[Trait], disposition: Disposition) -> None:
    assert disposition_of(grade, fault=fault, traits=traits) == disposition


def test_every_reason_has_a_group_a_fault_and_a_place() -> None:
    assert {one for group in reasons_by_group().values() for one in group} == set(Reason)
    assert all(reasons_by_group()[group] for group in ReasonGroup)
    assert all(fault_of(one) in Fault for one in Reason)


def test_a_regret_needs_no_photo_and_is_no_defect() -> None:
    asked = ReturnsPolicy().photos
    for reason in Reason:
        assert not (is_regret(reason) and is_defect(reason))
        assert not (is_regret(reason) and reason.group in asked)
    assert Reason.CONTENT_DAMAGED.group in asked
    assert not is_regret(Reason.CAME_TOO_LATE)
    assert not is_defect(Reason.CAME_TOO_LATE)
