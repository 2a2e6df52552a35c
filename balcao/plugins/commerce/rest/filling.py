"""Filling in requests: what a mapping file writes in braces becomes a value of the action or of the settings.

A text that is nothing but one placeholder keeps the value's kind (`"{amount}"` is a number in JSON); within other words
it becomes text. Placeholders stand in a parsed body, never in text that is parsed afterwards: no name can break it.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from babel.numbers import get_currency_precision

from balcao.plugins.commerce.rest.paths import parsed, spelt

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
FILTERS = frozenset({"decimal", "number", "minor", "digits", "lower", "upper"})
_NO_DIGIT = re.compile(r"\D")


def filled(template: Any, context: Mapping[str, Any]) -> Any:
    """Return a body with its placeholders filled in; `{for = "pieces", each = {...}}` becomes a list."""
    if isinstance(template, str):
        whole = PLACEHOLDER.fullmatch(template)
        return _value(whole[1], context) if whole else text(template, context)
    if isinstance(template, list):
        return [filled(one, context) for one in template]
    if isinstance(template, Mapping):
        if template.keys() == {"for", "each"}:
            pieces = context.get(template["for"]) or ()
            return [filled(template["each"], {**context, "piece": piece}) for piece in pieces]
        return {name: filled(one, context) for name, one in template.items()}
    return template


def text(template: str, context: Mapping[str, Any]) -> str:
    """Return a text with its placeholders filled in."""
    return PLACEHOLDER.sub(lambda found: spelt(_value(found[1], context)), template)


def path(template: str, context: Mapping[str, Any]) -> str:
    """Return the path of an address; what is filled in cannot leave its place in it."""
    return PLACEHOLDER.sub(lambda found: quote(spelt(_value(found[1], context)), safe=""), template)


def texts(templates: Mapping[str, str], context: Mapping[str, Any]) -> dict[str, str]:
    """Return query, form or headers filled in; what came out empty is left out."""
    made = {name: text(one, context) for name, one in templates.items()}
    return {name: one for name, one in made.items() if one}


def _value(placeholder: str, context: Mapping[str, Any]) -> Any:
    where, _, how = placeholder.partition(":")
    return _filtered(parsed(where.strip()).first(dict(context)), how.strip(), context)


def _filtered(value: Any, how: str, context: Mapping[str, Any]) -> Any:
    if how in ("decimal", "number"):
        whole = Decimal(int(value or 0)).scaleb(-get_currency_precision(str(context.get("currency") or "")))
        # A float of so few digits is written into JSON exactly as the decimal.
        return f"{whole:f}" if how == "decimal" else float(whole)
    if how == "digits":
        return _NO_DIGIT.sub("", spelt(value))
    if how in ("lower", "upper"):
        return spelt(value).lower() if how == "lower" else spelt(value).upper()
    return value


def placeholders(template: Any) -> list[str]:
    """Return every placeholder of a body, query or path, as it was written."""
    if isinstance(template, str):
        return PLACEHOLDER.findall(template)
    if isinstance(template, list):
        return [name for one in template for name in placeholders(one)]
    if isinstance(template, Mapping):
        return [name for one in template.values() for name in placeholders(one)]
    return []
