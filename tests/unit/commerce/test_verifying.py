"""How sure we are of a customer: by evidence, never by belief."""

import pytest

from balcao.commerce.rules.verifying import level_of
from balcao.commerce.types import Level
from balcao.ports.channel import Proof


@pytest.mark.parametrize(
    "proof,is_theirs,expected",
    [
        (Proof.PROVEN, True, Level.VERIFIED),
        (Proof.CLAIMED, True, Level.PLAUSIBLE),
        ("", True, Level.PLAUSIBLE),
        (Proof.FAILED, True, Level.CLAIMED),
        (Proof.PROVEN, False, Level.CLAIMED),
        (Proof.CLAIMED, False, Level.CLAIMED),
        (Proof.FAILED, False, Level.CLAIMED),
    ],
)
def test_only_a_proven_address_of_the_order_verifies(proof: str, is_theirs: bool, expected: Level) -> None:
    assert level_of(proof=proof, is_theirs=is_theirs) == expected
