"""What a department writes back by mail: which way they take, what they fill in, and what is only a remark.

The mail that asks lists the ways with numbers and the facts that are wanted with their names. An answer that begins
with a number takes that way; lines like "Grade: A" fill facts in; everything else is words for the ticket.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from balcao.processes.types import Choice, Field, FieldType, Texts

_WAY = re.compile(r"^\W*(\d{1,2})\W*$")
_FACT = re.compile(r"^\W*([^:]{1,80}?)\s*:\s*(\S.*)$")
_YES = {"yes", "y", "sim", "s", "evet", "e"}
_NO = {"no", "n", "nao", "hayir", "h"}
_IN_A_MAIL = {FieldType.TEXT, FieldType.CHOICE, FieldType.NUMBER, FieldType.MONEY, FieldType.DATE, FieldType.YES_NO}


@dataclass(frozen=True, slots=True)
class Reply:
    """What was understood of an answer."""

    way: str = ""  # key of a transition; "" when none was named
    fields: Mapping[str, object] = field(default_factory=dict)
    remark: str = ""
    unclear: tuple[str, ...] = ()  # keys of fields whose value could not be read


def fits_in_a_mail(field: Field) -> bool:
    """Tell whether a fact can be written as a line of a mail; a photo is attached instead."""
    return field.type in _IN_A_MAIL


def read_reply(text: str, *, ways: Sequence[str], fields: Sequence[Field]) -> Reply:
    """Return what an answer says; `ways` are the transitions in the order in which they were numbered."""
    named = {_plain(name): one for one in fields for name in (one.key, *one.names.values())}
    way, values = "", dict[str, object]()
    unclear, words = list[str](), list[str]()
    for line in text.strip().splitlines():
        number, fact = _WAY.match(line), _FACT.match(line)
        wanted = named.get(_plain(fact[1].split("(")[0])) if fact else None
        if number and not way and not words and 0 < int(number[1]) <= len(ways):
            way = ways[int(number[1]) - 1]
        elif fact and wanted:
            value = _value(wanted, fact[2].strip())
            if value is None:
                unclear.append(wanted.key)
            else:
                values[wanted.key] = value
        else:
            words.append(line)
    return Reply(way, values, "\n".join(words).strip(), tuple(unclear))


def _value(wanted: Field, said: str) -> object:
    """Return a fact as it is kept; None for one that cannot be read."""
    if wanted.type is FieldType.CHOICE:
        return _chosen(wanted.choices, said)
    if wanted.type is FieldType.YES_NO:
        return True if _plain(said) in _YES else False if _plain(said) in _NO else None
    if wanted.type in (FieldType.NUMBER, FieldType.MONEY):
        return _number(said, is_money=wanted.type is FieldType.MONEY)
    return said if wanted.type in (FieldType.TEXT, FieldType.DATE) else None


def _chosen(choices: Sequence[Choice], said: str) -> str | None:
    return next((one.key for one in choices if _plain(said) in {_plain(one.key), *_named(one.names)}), None)


def _named(names: Texts) -> set[str]:
    return {_plain(name) for name in names.values()}


def _number(said: str, *, is_money: bool) -> int | float | None:
    """Read 1.234,56 and 1,234.56 alike; money in hundredths."""
    digits = re.sub(r"[^\d.,-]", "", said)
    last = max(digits.rfind("."), digits.rfind(","))
    has_part = last >= 0 and len(digits) - last - 1 in (1, 2)
    whole, part = (digits[:last], digits[last + 1 :]) if has_part else (digits, "0")
    try:
        value = Decimal(f"{re.sub(r'[.,]', '', whole)}.{part}")
    except InvalidOperation:
        return None
    if is_money:
        return int(value * 100)
    return int(value) if value == int(value) else float(value)


def _plain(text: str) -> str:
    """Return a name without case and accents, the Turkish i among them."""
    folded = unicodedata.normalize("NFKD", text.strip().replace("ı", "i").replace("İ", "i").lower())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
