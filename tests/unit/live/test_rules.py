import json
from datetime import UTC, datetime
from typing import Any

import pytest

from balcao.api.live import rules
from balcao.api.live.types import Mode, Sealed, Sight

LISBON, PORTO = 1, 2
IN_LISBON = Sight(shops=frozenset({LISBON}))
EVERYWHERE = Sight(shops=frozenset(), every_shop=True)
SUPERVISOR = Sight(shops=frozenset({LISBON}), reads_journal=True)
ANA = 7


def entry(name: str = "ticket.opened", *, shop: int = LISBON, about: list[tuple[str, int]] | None = None) -> Sealed:
    subjects = [("ticket", 5)] if about is None else about
    at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    return rules.sealed(
        position=1, name=name, at=at, shop=shop, actor=("system", 0), subjects=subjects, facts={"text": "Olá"}
    )


@pytest.mark.parametrize(
    "case,sight,expected",
    [
        ({}, IN_LISBON, True),
        ({"shop": PORTO}, IN_LISBON, False),
        ({"shop": PORTO}, EVERYWHERE, True),
        ({"shop": PORTO}, SUPERVISOR, False),
        ({"name": "notice.mention", "about": [("ticket", 5), ("agent", ANA)]}, IN_LISBON, True),
        ({"name": "notice.mention", "about": [("ticket", 5), ("agent", 8)]}, SUPERVISOR, False),
        ({"name": "notice.mention", "shop": PORTO, "about": [("agent", ANA)]}, IN_LISBON, False),
        ({"name": "customer.merged", "shop": 0, "about": [("customer", 3)]}, IN_LISBON, True),
        ({"name": "agent.changed", "shop": 0, "about": [("agent", 8)]}, IN_LISBON, False),
        ({"name": "agent.changed", "shop": 0, "about": [("agent", ANA)]}, IN_LISBON, True),
        ({"name": "team.changed", "shop": 0, "about": [("team", 1)]}, IN_LISBON, False),
        ({"name": "team.changed", "shop": 0, "about": [("team", 1)]}, SUPERVISOR, True),
        ({"name": "something.new", "shop": 0, "about": []}, IN_LISBON, False),
    ],
)
def test_an_agent_sees_what_is_of_their_shops_or_about_them(case: dict[str, Any], sight: Sight, expected: bool) -> None:
    assert rules.is_seen(entry(**case), agent=ANA, sight=sight) is expected


def test_an_entry_travels_as_compact_json() -> None:
    text = entry(about=[("ticket", 5), ("ticket", 6), ("customer", 3)]).text
    assert " " not in text
    assert json.loads(text) == {
        "type": "entry",
        "position": 1,
        "name": "ticket.opened",
        "at": "2026-11-22T12:00:00Z",
        "ticket": 5,
        "about": {"ticket": [5, 6], "customer": [3]},
        "shop": LISBON,
        "actor": {"kind": "system", "id": 0},
        "facts": {"text": "Olá"},
    }


def test_an_entry_without_a_ticket_says_so() -> None:
    assert json.loads(entry(about=[]).text)["ticket"] is None


def test_who_writes_an_answer_in_one_tab_is_not_shown_as_reading() -> None:
    assert rules.strongest([Mode.READING, Mode.REPLY, Mode.NOTE]) == Mode.REPLY


@pytest.mark.parametrize(
    "mine,theirs,expected",
    [
        (IN_LISBON, Sight(shops=frozenset({PORTO})), False),
        (IN_LISBON, SUPERVISOR, True),
        (IN_LISBON, EVERYWHERE, True),
        (EVERYWHERE, EVERYWHERE, True),
    ],
)
def test_colleagues_are_those_with_a_shop_in_common(mine: Sight, theirs: Sight, expected: bool) -> None:
    assert mine.overlaps(theirs) is expected
