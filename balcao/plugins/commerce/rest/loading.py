"""From the text of a mapping file to the mapping, or to a fault that says where it is and what to do."""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from balcao.kit.i18n import N_
from balcao.plugins.commerce.rest import filling
from balcao.plugins.commerce.rest.schema import Mapping
from balcao.ports.calling import fault
from balcao.ports.commerce import ActionKind, CommerceError

NO_MAPPING = N_("There is no mapping file. Choose a preset, or write one.")
NO_TOML = N_("The mapping file is no TOML. Mend the line that is named.")
NO_JSON = N_("The mapping file is no JSON. Mend the place that is named.")
UNKNOWN = N_("The mapping file has a setting that does not exist. Check its spelling, or take it out.")
MISSING = N_("The mapping file lacks a setting. Add it.")
CHOICE = N_("A setting of the mapping file must be one of a few words. Take one of them.")
WRONG = N_("A setting of the mapping file cannot be used as it is. Mend it.")
STRANGER = N_("The mapping file has a placeholder in braces that means nothing there. Check its spelling.")

_HINTS = {"extra_forbidden": UNKNOWN, "missing": MISSING, "literal_error": CHOICE, "enum": CHOICE}
_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")

_EVERYWHERE = {"account", "login"}
_OF_ACTIONS = _EVERYWHERE | {"key", "mark", "order", "customer", "currency"}
_OF_ACTION: dict[ActionKind, set[str]] = {
    ActionKind.CHANGE_ADDRESS: {"address", "as_default"},
    ActionKind.CHANGE_DEFAULT_ADDRESS: {"address"},
    ActionKind.CHANGE_PAYMENT: {"instrument"},
    ActionKind.SEND_PAYMENT_LINK: {"method"},
    ActionKind.CHANGE_LINES: {"swaps", "instrument"},
    ActionKind.CANCEL: {"reason", "pieces", "amount"},
    ActionKind.REFUND: {"reason", "pieces", "freight", "besides", "instrument", "amount"},
    ActionKind.REQUEST_RETURN: {"pieces", "reason", "instrument"},
    ActionKind.EXCHANGE: {"swaps", "reason", "instrument"},
    ActionKind.RESEND: {"pieces", "reason"},
    ActionKind.PLACE_ORDER: {"variants", "address", "method", "freight"},
    ActionKind.ADD_NOTE: {"text"},
    ActionKind.ADD_TAG: {"tag"},
    ActionKind.GIVE_CREDIT: {"amount", "reason"},
}


@lru_cache(maxsize=64)
def mapping_of(text: str) -> Mapping:
    """Return the mapping that a text says; raise `CommerceError` with its first mistake, and where it is."""
    if not text.strip():
        raise fault(NO_MAPPING, "mapping", permanent=True)
    try:
        mapping = Mapping.model_validate(_read(text))
    except ValidationError as error:
        raise _mistake(text, error) from error
    for where, name in _strangers(mapping):
        raise fault(STRANGER, "mapping", permanent=True, words=f"{_at(text, where)}: {{{name}}}")
    return mapping


def _read(text: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError as error:
            raise fault(NO_JSON, "mapping", permanent=True, words=error) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise fault(NO_TOML, "mapping", permanent=True, words=error) from error


def _mistake(text: str, error: ValidationError) -> CommerceError:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"] if part != "[key]"]
    expected = str(first.get("ctx", {}).get("expected", ""))
    own = str(first["msg"]).removeprefix("Value error, ")
    kind = first["type"]
    told = {"extra_forbidden": "", "missing": "", "literal_error": expected, "enum": expected}.get(kind, own)
    words = f"{_at(text, where)}: {told}" if told else _at(text, where)
    return fault(_HINTS.get(kind, WRONG), "mapping", permanent=True, words=words)


def _at(text: str, where: list[str]) -> str:
    """Return a place of the file for people: its line, where that can be told, and its path."""
    line = line_of(text, where)
    path = ".".join(where) or "the file"
    return f"line {line}, {path}" if line else path


def line_of(text: str, where: list[str]) -> int:
    """Return the line of a TOML text at which a setting stands, or else the table that should hold it; 0: unknown."""
    if text.lstrip().startswith("{"):
        return 0
    wanted = [part for part in where if not part.isdigit()]
    best, found = 0, 0
    for number, path in _paths(text):
        depth = next((n for n in range(len(path), 0, -1) if path[:n] == wanted[:n] and n == len(path)), 0)
        if depth > best:
            best, found = depth, number
    return found


def _paths(text: str) -> Iterator[tuple[int, list[str]]]:
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _names(header[1])
            yield number, table
        elif key := _KEY.match(line):
            yield number, [*table, *_names(key[1])]


def _names(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in key.split(".")]


def _strangers(mapping: Mapping) -> Iterator[tuple[list[str], str]]:
    """Yield every placeholder that would stay empty because nobody fills it in, with its place."""
    for where, template, known in _templates(mapping):
        for name in filling.placeholders(template):
            root, _, how = name.partition(":")
            if root.split(".")[0].split("[")[0].strip() not in known or (how and how.strip() not in filling.FILTERS):
                yield where, name


def _templates(mapping: Mapping) -> Iterator[tuple[list[str], Any, set[str]]]:
    secrets = _EVERYWHERE | {"secret"}
    auth = mapping.auth
    yield ["shop", "address"], mapping.shop.address, _EVERYWHERE
    yield ["auth"], [dict(auth.headers), dict(auth.query), dict(auth.form), auth.token_address], secrets
    yield ["orders", "get"], _sent(mapping.orders.get), _EVERYWHERE | {"ref"}
    for kind, search in mapping.orders.find.items():
        yield ["orders", "find", kind.value], _sent(search), _EVERYWHERE | {"value"}
    feeds = [("orders", mapping.orders.changes), ("products", mapping.products.changes if mapping.products else None)]
    for name, feed in feeds:
        if feed:
            yield [name, "changes"], _sent(feed), _EVERYWHERE | {"since", "until"}
    if mapping.products and mapping.products.get:
        yield ["products", "get"], _sent(mapping.products.get), _EVERYWHERE | {"ref"}
    for action, deed in mapping.actions.items():
        known = _OF_ACTIONS | _OF_ACTION[action] | {"piece"}
        yield ["actions", action.value], _sent(deed), known
        if deed.recall:
            yield ["actions", action.value, "recall"], _sent(deed.recall), known


def _sent(call: Any) -> list[Any]:
    return [call.path, dict(call.query), dict(call.headers), call.body, call.form]
