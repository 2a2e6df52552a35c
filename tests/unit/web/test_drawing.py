"""The picture of a path: nothing covers anything, and every line begins and ends at its stage."""

import json
import re
from pathlib import Path

import pytest

import balcao.processes
from balcao.processes.rules.editing import add_way, blank
from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.types import Blueprint
from balcao.web.console.designing.drawing import CARD, GAP, draw, main_path

DEFAULTS = sorted((Path(balcao.processes.__file__).parent / "defaults").glob("*.json"))
WORDS = {"en": "New"}


@pytest.fixture(params=DEFAULTS, ids=lambda path: path.stem)
def blueprint(request: pytest.FixtureRequest) -> Blueprint:
    return parse_blueprint(json.loads(request.param.read_text()))


def test_no_card_covers_another(blueprint: Blueprint) -> None:
    cards = draw(blueprint).cards
    assert len(cards) >= len(blueprint.stages)
    for number, one in enumerate(cards):
        for other in cards[number + 1 :]:
            apart = one.x != other.x or one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart, (one.key, other.key)


def test_ways_lead_to_the_right_and_ends_stand_apart(blueprint: Blueprint) -> None:
    drawing = draw(blueprint)
    column = {card.key: card.x // (CARD + GAP) for card in drawing.cards}
    for way in blueprint.transitions:
        for source in way.sources:
            if not way.is_rework and source in column:
                assert column[source] < column[way.target]
    ends = {card.x for card in drawing.cards if card.stage and card.stage.is_end}
    assert ends == {drawing.ends_at}
    assert not [card for card in drawing.cards if card.x == drawing.ends_at and card.stage and not card.stage.is_end]


def test_each_line_goes_from_its_words_to_its_stage(blueprint: Blueprint) -> None:
    drawing = draw(blueprint)
    cards = {card.key: card for card in drawing.cards}
    assert len(drawing.lines) == sum(len(card.ways) for card in drawing.cards)
    for line in drawing.lines:
        way = blueprint.transition(line.way)
        numbers = [int(number) for number in re.findall(r"-?\d+", line.path)]
        start, end = (numbers[0], numbers[1]), numbers[-1]
        assert start in {
            (x, card.port(way.key)) for card in cards.values() if way in card.ways for x in (card.x, card.x + CARD)
        }
        assert end == cards[way.target].y + 22


def test_the_main_path_runs_on_top_from_the_beginning_to_a_good_end(blueprint: Blueprint) -> None:
    main = main_path(blueprint)
    assert main[0] == blueprint.start.key
    assert blueprint.stage(main[-1]).outcome == "done"
    assert {card.y for card in draw(blueprint).cards if card.is_main} == {0}


def test_a_path_that_goes_round_is_drawn_all_the_same() -> None:
    path = blank(key="own", names=WORDS, first=WORDS, last=WORDS, way=WORDS)
    broken = add_way(path, source="begun", target="begun", names=WORDS)[0]
    assert len(draw(broken).lines) == 2
