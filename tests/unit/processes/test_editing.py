"""Edits of a blueprint that touch more than one part of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import balcao.processes
from balcao.deadlines.rules.calendars import parse_calendar
from balcao.processes.rules import editing
from balcao.processes.rules.checking import check
from balcao.processes.rules.comparing import Change, How, Part, differences
from balcao.processes.rules.reading import parse_blueprint, write_blueprint
from balcao.processes.types import Advice, Blueprint, FaultCode, Hours, Suggestion

DEFAULTS = sorted((Path(balcao.processes.__file__).parent / "defaults").glob("*.json"))
WORDS = {"en": "New", "pt-BR": "Novo", "tr": "Yeni"}
WEEK = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
HOURS = Hours(parse_calendar({"tz": "America/Sao_Paulo", "weekly": WEEK}))
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def default(name: str) -> Blueprint:
    return next(parse_blueprint(json.loads(path.read_text())) for path in DEFAULTS if path.stem == name)


def codes(blueprint: Blueprint) -> set[FaultCode]:
    return {fault.code for fault in check(blueprint, hours=HOURS, since=SINCE).faults}


@pytest.mark.parametrize(
    "words,key",
    [
        ("Foto do dano", "foto_do_dano"),
        ("İNCELEME ışığı", "inceleme_isigi"),
        ("2nd look", "stage"),
        ("写真", "stage"),
        ("a" * 90, "a" * 56),
    ],
)
def test_a_key_is_made_of_words(words: str, key: str) -> None:
    assert editing.fresh_key(words, set(), fallback="stage") == key


def test_a_key_is_nobody_elses() -> None:
    assert editing.fresh_key("Photo", {"photo", "photo_2"}, fallback="stage") == "photo_3"


def test_a_blank_path_has_no_fault() -> None:
    assert not codes(editing.blank(key="own", names=WORDS, first=WORDS, last=WORDS, way=WORDS))


@pytest.mark.parametrize("path", DEFAULTS, ids=lambda path: path.stem)
def test_a_stage_put_into_a_way_leaves_the_path_whole(path: Path) -> None:
    blueprint = parse_blueprint(json.loads(path.read_text()))
    for way in blueprint.transitions:
        grown, key = editing.insert_stage(blueprint, way=way.key, names=WORDS, way_names=WORDS)
        assert grown.transition(way.key).target == key
        assert not codes(grown) & {FaultCode.UNREACHABLE, FaultCode.DEAD_END, FaultCode.UNKNOWN_STAGE}
        assert parse_blueprint(write_blueprint(grown)) == grown


def test_a_stage_behind_another_has_a_way_to_it_and_a_fault_until_it_leads_on() -> None:
    grown, key = editing.add_stage(default("cancel"), names=WORDS, way_names=WORDS, after="asked")
    assert key in {way.target for way in grown.ways_from("asked")}
    assert FaultCode.DEAD_END in codes(grown)


@pytest.mark.parametrize("path", DEFAULTS, ids=lambda path: path.stem)
def test_what_is_removed_is_named_nowhere(path: Path) -> None:
    blueprint = parse_blueprint(json.loads(path.read_text()))
    for stage in blueprint.stages:
        rest = editing.remove_stage(blueprint, stage.key)
        assert FaultCode.UNKNOWN_STAGE not in codes(rest)
        assert parse_blueprint(write_blueprint(rest)) == rest


def test_a_field_goes_with_all_that_ask_for_it() -> None:
    rest = editing.remove_field(default("cancel"), "reason")
    assert not [stage for stage in rest.stages if "reason" in (*stage.entry_fields, *stage.exit_fields)]


def test_there_is_one_beginning() -> None:
    blueprint = default("cancel")
    other = next(stage for stage in blueprint.stages if not stage.is_start and not stage.is_end)
    moved = editing.with_stage(blueprint, replace(other, is_start=True))
    assert [stage.key for stage in moved.stages if stage.is_start] == [other.key]


def test_a_way_moves_before_its_neighbour() -> None:
    blueprint = default("return")
    first, second, *_ = blueprint.ways_from("requested")
    moved = editing.move_way(blueprint, second.key, by=-1)
    assert [way.key for way in moved.ways_from("requested")][:2] == [second.key, first.key]
    assert editing.move_way(moved, first.key, by=-1) == blueprint


def test_every_advice_that_can_be_taken_helps() -> None:
    blueprint = default("refund")
    tight = replace(blueprint, total_seconds=blueprint.total_seconds // 2)
    total = check(tight, hours=HOURS, since=SINCE).total
    assert total
    assert total.spare_seconds is not None
    taken = [one for one in total.suggestions if editing.can_take(tight, one)]
    assert {one.advice for one in taken} >= {Advice.RAISE_TOTAL}
    for one in taken:
        after = check(editing.take_advice(tight, one), hours=HOURS, since=SINCE).total
        assert after
        assert after.spare_seconds is not None
        assert after.spare_seconds > total.spare_seconds


def test_the_total_is_raised_to_whole_hours() -> None:
    raised = editing.take_advice(default("cancel"), Suggestion(Advice.RAISE_TOTAL, seconds=7201))
    assert raised.total_seconds == 3 * 3600


def test_advice_on_what_is_gone_changes_nothing() -> None:
    blueprint = default("cancel")
    assert not editing.can_take(blueprint, Suggestion(Advice.SHORTEN, "gone", 60))


def test_versions_differ_by_part_and_attribute() -> None:
    old = default("cancel")
    stage = replace(old.stage("asked"), owner="fin")
    new = editing.remove_stage(editing.with_stage(old, stage), "intercepting")
    new = replace(new, total_seconds=new.total_seconds + 3600)
    found = differences(old, new)
    assert Change(Part.STAGE, How.CHANGED, "asked", "owner", "cs", "fin") in found
    assert (Part.STAGE, How.REMOVED, "intercepting") in {(one.part, one.how, one.key) for one in found}
    assert (Part.WHOLE, "total_seconds") in {(one.part, one.attribute) for one in found}
    assert not differences(old, old)
