"""The verification ladder: what the server saw, never what somebody believes."""

from datetime import UTC, datetime, timedelta

import pytest

from balcao.commerce.rules.verifying import had_before, level_of, masked
from balcao.commerce.types import Level
from balcao.ports.channel import Proof

BEGAN = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "proof, is_theirs, is_named, expected",
    [
        (Proof.PROVEN, True, False, Level.PLAUSIBLE),
        (Proof.PROVEN, False, True, Level.CLAIMED),
        (Proof.CLAIMED, True, False, Level.CLAIMED),
        (Proof.CLAIMED, True, True, Level.PLAUSIBLE),
        (Proof.CLAIMED, False, True, Level.CLAIMED),
        ("", True, False, Level.CLAIMED),
        (Proof.FAILED, True, True, Level.CLAIMED),
    ],
)
def test_an_address_alone_makes_nobody_more_than_plausible(
    proof: str, is_theirs: bool, is_named: bool, expected: Level
) -> None:
    assert level_of(proof=proof, is_theirs=is_theirs, is_named=is_named) == expected


@pytest.mark.parametrize("proof", [Proof.PROVEN, Proof.CLAIMED, ""])
def test_what_the_server_saw_counts_whoever_wrote(proof: str) -> None:
    assert level_of(proof=proof, is_theirs=False, evidence=Level.VERIFIED) == Level.VERIFIED
    assert level_of(proof=proof, is_theirs=True, is_named=True, evidence=Level.VERIFIED) == Level.VERIFIED


def test_a_forged_mail_ends_what_was_seen_before() -> None:
    assert level_of(proof=Proof.FAILED, is_theirs=True, evidence=Level.VERIFIED) == Level.CLAIMED


def test_a_key_must_be_older_than_the_conversation() -> None:
    assert had_before(None, began_at=BEGAN)
    assert had_before(BEGAN - timedelta(minutes=1), began_at=BEGAN)
    assert not had_before(BEGAN, began_at=BEGAN)
    assert not had_before(BEGAN + timedelta(minutes=1), began_at=BEGAN)


@pytest.mark.parametrize(
    "address, shown",
    [
        ("maria.silva@gmail.com", "m***@g***.com"),
        ("a@b.com.br", "a***@b***.br"),
        ("ğ@posta.com.tr", "ğ***@p***.tr"),
        ("@example.com", "***"),
        ("nobody", "***"),
    ],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown
