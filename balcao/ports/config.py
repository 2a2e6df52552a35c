"""Typed set-up of a plug-in: a frozen dataclass whose fields say how their form looks."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, cast

_KEY = "balcao"


@dataclass(frozen=True, slots=True)
class Preset:
    """One usual way to set a channel up: what its set-up form is filled with. Texts are message ids."""

    key: str
    label: str
    help_text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def config_field(
    label: str,
    *,
    help_text: str = "",
    secret: bool = False,
    choices: tuple[tuple[str, str], ...] = (),
    group: str = "",
    required: bool = False,
    shown_if: tuple[tuple[str, str], ...] = (),
    is_long: bool = False,
    default: Any = "",
) -> Any:
    """Describe one setting. Texts are message ids (mark them with `kit.i18n.N_`), translated when shown.

    A secret is stored sealed, never shown again and absent from `repr`. `shown_if`: it matters only while one of
    these settings has this value (and itself matters). `is_long`: a text of many lines.
    """
    facts = {
        "label": label,
        "help": help_text,
        "secret": secret,
        "choices": choices,
        "group": group,
        "required": required,
        "shown_if": shown_if,
        "is_long": is_long,
    }
    return field(default=default, repr=not secret, metadata={_KEY: facts})


def described(config: type[Any]) -> list[tuple["Field[Any]", dict[str, Any]]]:
    """Return the fields of a config class with what `config_field` said of them, in order."""
    return [(f, cast("dict[str, Any]", f.metadata[_KEY])) for f in fields(config) if _KEY in f.metadata]


def secret_names(config: type[Any]) -> frozenset[str]:
    """Return the names of the settings that are secrets."""
    return frozenset(f.name for f, facts in described(config) if facts["secret"])


def presets(config: type[Any]) -> tuple[Preset, ...]:
    """Return the usual ways to set this channel up, as its config class names them in `PRESETS`."""
    return tuple(getattr(config, "PRESETS", ()))


def shown(config: type[Any], values: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the settings that matter with these values."""
    conditions = {f.name: facts["shown_if"] for f, facts in described(config)}

    def matters(name: str) -> bool:
        wanted = conditions.get(name, ())
        return not wanted or any(str(values.get(other)) == value and matters(other) for other, value in wanted)

    return frozenset(name for name in conditions if matters(name))


def missing(config: Any) -> list[str]:
    """Return the names of required settings that matter and are empty."""
    values = {f.name: getattr(config, f.name) for f, _ in described(type(config))}
    that_matter = shown(type(config), values)
    return [
        f.name
        for f, facts in described(type(config))
        if facts["required"] and f.name in that_matter and values[f.name] in ("", None, MISSING)
    ]
