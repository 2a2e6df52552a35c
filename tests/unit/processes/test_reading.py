"""Blueprints are read as they are written, and every fault of a file is told."""

from copy import deepcopy
from typing import Any

import pytest

from balcao.deadlines.types import PauseReason
from balcao.processes.rules.defaults import DEFAULTS, default_blueprint, default_spec
from balcao.processes.rules.reading import parse_blueprint, write_blueprint
from balcao.processes.types import BlueprintRefused, Fault, FaultCode, Unit


@pytest.fixture
def spec() -> dict[str, Any]:
    return deepcopy(default_spec("return"))


def faults_of(spec: object) -> set[Fault]:
    with pytest.raises(BlueprintRefused) as refused:
        parse_blueprint(spec)
    return set(refused.value.faults)


@pytest.mark.parametrize("key", DEFAULTS)
def test_what_is_written_reads_the_same(key: str) -> None:
    blueprint = default_blueprint(key)
    assert blueprint.key == key
    assert parse_blueprint(write_blueprint(blueprint)) == blueprint


def test_a_default_leaves_out_what_is_default() -> None:
    assert write_blueprint(default_blueprint("refund")).keys() <= default_spec("refund").keys()


def test_words_become_what_they_mean() -> None:
    label_sent = default_blueprint("return").stage("label_sent")
    assert (label_sent.pauses, label_sent.unit) == (PauseReason.CUSTOMER, Unit.CALENDAR)
    assert label_sent.stops_total


def test_all_faults_are_told_at_once(spec: dict[str, Any]) -> None:
    del spec["total_seconds"]
    spec["stages"][0]["limit_seconds"] = -1
    spec["stages"][1]["unit"] = "fortnights"
    spec["stages"][2]["key"] = "Approved!"
    spec["transitions"][0]["sources"] = "requested"
    spec["colour"] = "red"
    assert faults_of(spec) == {
        Fault("total_seconds", FaultCode.MISSING),
        Fault("stages.requested.limit_seconds", FaultCode.NEGATIVE, "-1"),
        Fault("stages.review.unit", FaultCode.UNKNOWN_WORD, "fortnights"),
        Fault("stages.Approved!.key", FaultCode.BAD_KEY, "Approved!"),
        Fault("transitions.grant.sources", FaultCode.WRONG_TYPE),
        Fault("colour", FaultCode.UNKNOWN_KEY),
    }


@pytest.mark.parametrize("wrong", [None, [], "return", 3])
def test_what_is_no_object_is_refused(wrong: object) -> None:
    assert faults_of(wrong) == {Fault("", FaultCode.NOT_AN_OBJECT)}


def test_yes_is_no_number_and_a_number_is_no_word(spec: dict[str, Any]) -> None:
    spec["total_seconds"] = True
    spec["why"] = 3
    assert faults_of(spec) == {
        Fault("total_seconds", FaultCode.WRONG_TYPE, "True"),
        Fault("why", FaultCode.WRONG_TYPE, "3"),
    }


@pytest.mark.parametrize("lists", ["stages", "transitions", "fields"])
def test_a_key_stands_once(spec: dict[str, Any], lists: str) -> None:
    spec[lists].append(spec[lists][0])
    assert Fault(lists, FaultCode.DUPLICATE, spec[lists][0]["key"]) in faults_of(spec)


def test_the_argument_of_a_guard_is_a_plain_value(spec: dict[str, Any]) -> None:
    spec["transitions"][0]["guards"][0]["arguments"] = {"level": {"at": 2}}
    assert [fault.code for fault in faults_of(spec)] == [FaultCode.WRONG_TYPE]


def test_nothing_is_what_is_left_out(spec: dict[str, Any]) -> None:
    spec["stages"][0]["outcome"] = None
    assert parse_blueprint(spec) == default_blueprint("return")


def test_there_is_no_other_default() -> None:
    with pytest.raises(KeyError):
        default_spec("../types")
