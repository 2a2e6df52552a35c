"""Typed set-up of a plug-in: a frozen dataclass whose fields say how their form looks."""

from dataclasses import MISSING, Field, field, fields
from typing import Any, cast

_KEY = "balcao"


def config_field(
    label: str,
    *,
    help_text: str = "",
    secret: bool = False,
    choices: tuple[tuple[str, str], ...] = (),
    group: str = "",
    required: bool = False,
    default: Any = "",
) -> Any:
    """Describe one setting. Texts are message ids (mark them with `kit.i18n.N_`), translated when shown.

    A secret is stored sealed, never shown again and absent from `repr`.
    """
    facts = {"label": label, "help": help_text, "secret": secret, "choices": choices, "group": group, "required": required}
    return field(default=default, repr=not secret, metadata={_KEY: facts})


def described(config: type[Any]) -> list[tuple["Field[Any]", dict[str, Any]]]:
    """Return the fields of a config class with what `config_field` said of them, in order."""
    return [(f, cast("dict[str, Any]", f.metadata[_KEY])) for f in fields(config) if _KEY in f.metadata]


def secret_names(config: type[Any]) -> frozenset[str]:
    """Return the names of the settings that are secrets."""
    return frozenset(f.name for f, facts in described(config) if facts["secret"])


def missing(config: Any) -> list[str]:
    """Return the names of required settings that are empty."""
    return [f.name for f, facts in described(type(config)) if facts["required"] and getattr(config, f.name) in ("", None, MISSING)]
