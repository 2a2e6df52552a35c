"""The blueprints that ship: one file each in `processes/defaults/`, as `reading` reads them."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.types import Blueprint, BlueprintKind

DEFAULTS = tuple(kind.value for kind in BlueprintKind if kind is not BlueprintKind.OTHER)  # their keys, in order


def default_spec(key: str) -> dict[str, Any]:
    """Return the written form of a default; raises KeyError."""
    if key not in DEFAULTS:
        raise KeyError(key)
    written = files("balcao.processes").joinpath("defaults", f"{key}.json").read_text(encoding="utf-8")
    return dict(json.loads(written))


@cache
def default_blueprint(key: str) -> Blueprint:
    """Return a default; raises KeyError."""
    return parse_blueprint(default_spec(key))
