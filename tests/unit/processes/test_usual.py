"""The usual path, which the track draws and rows count by."""

import json
from pathlib import Path

import pytest

import balcao.processes
from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.rules.usual import place_of, usual_path
from balcao.processes.types import Blueprint

DEFAULTS = Path(balcao.processes.__file__).parent / "defaults"


def default(key: str) -> Blueprint:
    return parse_blueprint(json.loads((DEFAULTS / f"{key}.json").read_text()))


EXCHANGE = default("exchange")


def test_it_leads_over_what_goes_well() -> None:
    path = usual_path(EXCHANGE, "requested")
    assert path == ("requested", "reserving", "approved", "label_sent", "in_transit", "received", "exchanging")


def test_beside_it_one_stands_where_it_is_joined_again() -> None:
    assert place_of(EXCHANGE, "received") == (6, 7)
    assert place_of(EXCHANGE, "review") == (1, 7)  # instead of the request
    assert place_of(EXCHANGE, "graded_low") == (6, 7)


@pytest.mark.parametrize("path", sorted(DEFAULTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_stage_of_every_default_has_its_place(path: Path) -> None:
    blueprint = default(path.stem)
    for stage in blueprint.stages:
        if not stage.is_end:
            place, of = place_of(blueprint, stage.key)
            assert 1 <= place <= of
            whole = usual_path(blueprint, stage.key)
            assert len(whole) == len(set(whole))
            assert not any(blueprint.stage(key).is_end for key in whole)


def test_an_unusual_way_asks_for_a_reason_and_is_not_taken() -> None:
    path = usual_path(default("return"), "requested")
    assert "graded_low" not in path
