"""Blueprints as they are written down: JSON whose names are those of `types`, what is at its default left out."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from balcao.processes.types import Blueprint, BlueprintRefused, Fault, FaultCode

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_LAW_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")  # a rule's id, as the law table writes it
_WRONG = object()


def parse_blueprint(spec: object) -> Blueprint:
    """Read a blueprint; raises BlueprintRefused with everything that is wrong."""
    faults: list[Fault] = []
    blueprint = _one(Blueprint, spec, "", faults)
    if isinstance(blueprint, Blueprint):
        faults += _duplicates(blueprint)
        if not faults:
            return blueprint
    raise BlueprintRefused(tuple(faults))


def write_blueprint(blueprint: Blueprint) -> dict[str, Any]:
    """Return a blueprint as `parse_blueprint` reads it."""
    written = _plain(blueprint)
    return dict(written)


def _one(wanted: Any, value: object, where: str, faults: list[Fault]) -> object:
    if is_dataclass(wanted):
        return _record(wanted, value, where, faults)
    origin = get_origin(wanted)
    if origin is UnionType:  # something or None
        return None if value is None else _one(get_args(wanted)[0], value, where, faults)
    if origin is tuple:
        return _many(get_args(wanted)[0], value, where, faults)
    if origin is Mapping:
        return _table(get_args(wanted)[1], value, where, faults)
    return _word(wanted, value, where, faults)


def _record(wanted: Any, value: object, where: str, faults: list[Fault]) -> object:
    if not isinstance(value, Mapping):
        return _wrong(faults, where, FaultCode.NOT_AN_OBJECT)
    before, hints = len(faults), _hints(wanted)
    faults.extend(Fault(_at(where, str(name)), FaultCode.UNKNOWN_KEY) for name in value if name not in hints)
    read = {name: _one(hint, value[name], _at(where, name), faults) for name, hint in hints.items() if name in value}
    faults.extend(Fault(_at(where, name), FaultCode.MISSING) for name in _needed(wanted) if name not in value)
    if isinstance(key := read.get("key"), str) and not (_LAW_KEY if "until" in hints else _KEY).fullmatch(key):
        faults.append(Fault(_at(where, "key"), FaultCode.BAD_KEY, key))
    return wanted(**read) if len(faults) == before else _WRONG


def _many(wanted: Any, value: object, where: str, faults: list[Fault]) -> object:
    if not isinstance(value, (list, tuple)):
        return _wrong(faults, where, FaultCode.WRONG_TYPE)
    return tuple(_one(wanted, one, _at(where, _name(one, number)), faults) for number, one in enumerate(value))


def _table(wanted: Any, value: object, where: str, faults: list[Fault]) -> object:
    if not isinstance(value, Mapping):
        return _wrong(faults, where, FaultCode.NOT_AN_OBJECT)
    return {str(name): _one(wanted, one, _at(where, str(name)), faults) for name, one in value.items()}


def _word(wanted: Any, value: object, where: str, faults: list[Fault]) -> object:
    if wanted is object:
        return _argument(value, where, faults)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        if isinstance(value, str) and value in set(wanted):
            return wanted(value)
        return _wrong(faults, where, FaultCode.UNKNOWN_WORD, str(value))
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        return _wrong(faults, where, FaultCode.WRONG_TYPE, str(value))
    if isinstance(value, int) and value < 0:
        return _wrong(faults, where, FaultCode.NEGATIVE, str(value))
    return value


def _argument(value: object, where: str, faults: list[Fault]) -> object:
    """Read the argument of a guard: a word, a number, yes or no, or a list of words."""
    if isinstance(value, (str, int)) or (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        return value
    return _wrong(faults, where, FaultCode.WRONG_TYPE, str(value))


def _wrong(faults: list[Fault], where: str, code: FaultCode, detail: str = "") -> object:
    faults.append(Fault(where, code, detail[:80]))
    return _WRONG


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _name(one: object, number: int) -> str:
    """Say which of a list it is: by its key, so that the editor finds it, or else by its number."""
    key = one.get("key") if isinstance(one, Mapping) else None
    return key if isinstance(key, str) and key else str(number)


@cache
def _hints(wanted: Any) -> dict[str, Any]:
    return get_type_hints(wanted)


@cache
def _needed(wanted: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(wanted) if one.default is MISSING and one.default_factory is MISSING)


def _duplicates(blueprint: Blueprint) -> Iterator[Fault]:
    for where, keys in _key_lists(blueprint):
        yield from (Fault(where, FaultCode.DUPLICATE, key) for key, times in Counter(keys).items() if times > 1)


def _key_lists(blueprint: Blueprint) -> Iterator[tuple[str, list[str]]]:
    yield "stages", [stage.key for stage in blueprint.stages]
    yield "transitions", [way.key for way in blueprint.transitions]
    yield "fields", [one.key for one in blueprint.fields]
    yield "tasks", [task.key for stage in blueprint.stages for task in stage.tasks]
    yield "effects", [effect.key for stage in blueprint.stages for effect in stage.effects]
    yield "bounds", [bound.key for bound in blueprint.bounds]
    for one in blueprint.fields:
        yield f"fields.{one.key}.choices", [choice.key for choice in one.choices]
    for way in blueprint.transitions:
        yield f"transitions.{way.key}.reasons", [reason.key for reason in way.reasons]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            one.name: _plain(getattr(value, one.name))
            for one in fields(value)
            if getattr(value, one.name) != _default(one)
        }
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value


def _default(one: Any) -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default
