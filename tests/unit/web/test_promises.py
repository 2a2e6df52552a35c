"""Time left in words: rounded down while it lasts, up once it is over, and a word beside every colour."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils.translation import override

from balcao.tickets.types import DueFacts
from balcao.web.components.promises import DuePill, due_pill, left_words, shapes_json

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SCRIPT = Path(__file__).parents[3] / "balcao/web/components/static/balcao/js/behaviours/due.js"
LEFT = [
    (30, "< 1 min"),
    (119, "1 min"),
    (48 * 60 + 59, "48 min"),
    (3600, "1 h"),
    (2 * 3600 + 10 * 60 + 5, "2 h 10"),
    (2 * 3600 + 60, "2 h 01"),
    (26 * 3600, "1 d 2 h"),
    (48 * 3600, "2 d"),
    (12 * 86400 + 5 * 3600, "12 d"),
]


def pill(facts: DueFacts) -> DuePill:
    with override("en"):
        drawn = due_pill(facts, now=NOW, zone=UTC, language="en")
    assert drawn
    return drawn


@pytest.mark.parametrize("seconds, words", LEFT)
def test_what_is_left_is_rounded_down(seconds: int, words: str) -> None:
    with override("en"):
        assert left_words(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    "facts, state, words, title",
    [
        (
            DueFacts(due_at=NOW + timedelta(hours=3), due_kind="first_response"),
            "ok",
            "3 h",
            "First answer due 15:00",
        ),
        (
            DueFacts(due_at=NOW + timedelta(minutes=48, seconds=20), due_kind="resolution", warned=75),
            "soon",
            "48 min left",
            "Solution due 12:48",
        ),
        (
            DueFacts(due_at=NOW + timedelta(hours=9), due_kind="resolution", is_at_risk=True),
            "soon",
            "at risk, 9 h",
            "Solution due 21:00; by the forecast it will be late",
        ),
        (
            DueFacts(due_at=NOW - timedelta(seconds=61), due_kind="stage", warned=90, breached_at=NOW),
            "late",
            "2 min late",
            "Stage was due 11:58",
        ),
        (DueFacts(due_at=NOW, due_kind="legal", warned=90), "late", "1 min late", "Legal term was due 12:00"),
        (
            DueFacts(paused_for="waiting_carrier", paused_left=7500),
            "paused",
            "paused",
            "Waiting for the carrier; 2 h 05 are left when it goes on",
        ),
        (
            DueFacts(paused_for="waiting_customer", paused_left=-5),
            "paused",
            "paused",
            "Waiting for the customer; late before the pause",
        ),
        (DueFacts(paused_for="waiting_customer"), "paused", "paused", "Waiting for the customer"),
    ],
)
def test_a_pill_says_its_state_in_words(facts: DueFacts, state: str, words: str, title: str) -> None:
    drawn = pill(facts)
    assert (drawn.state, drawn.words, drawn.title) == (state, words, title)


def test_nothing_promised_draws_nothing() -> None:
    assert due_pill(DueFacts(), now=NOW, zone=UTC, language="en") is None


@pytest.mark.parametrize(
    "language, words",
    [("pt-br", ["em 48 min", "atraso 1 min", "pausado"]), ("tr", ["48 dk kaldı", "1 dk gecikti", "duraklatıldı"])],
)
def test_it_speaks_the_languages_of_the_desk(language: str, words: list[str]) -> None:
    soon = DueFacts(due_at=NOW + timedelta(minutes=48), warned=90)
    with override(language):
        drawn = [
            due_pill(facts, now=NOW, zone=UTC, language=language)
            for facts in (soon, DueFacts(due_at=NOW), DueFacts(paused_for="waiting_supplier"))
        ]
    assert [one.words for one in drawn if one] == words


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_browser_says_the_same() -> None:
    with override("en"):
        shapes = shapes_json()
    script = re.sub(r"^import .*$|^export ", "", SCRIPT.read_text(), flags=re.MULTILINE)
    asked = [seconds for seconds, _ in LEFT]
    code = f"""
    const define = () => {{}};
    {script}
    const shapes = {shapes};
    console.log(JSON.stringify([
      ...{asked}.map((left) => words(left * 1000, 0, shapes).text),
      words(48 * 60000, 0, shapes, {{ soon: true }}).text,
      words(9 * 3600000, 0, shapes, {{ risk: true }}).text,
      words(-61000, 0, shapes).text,
      words(0, 0, shapes).state,
    ]));
    """
    said = subprocess.run(["node", "-e", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == [*(words for _, words in LEFT), "48 min left", "at risk, 9 h", "2 min late", "late"]
