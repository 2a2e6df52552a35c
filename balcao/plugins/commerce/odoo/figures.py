"""What Odoo writes, as plain values: decimals as floats, times in UTC without a zone, "nothing" as false."""

import html
import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.numbers import get_currency_precision

_TAG = re.compile(r"<[^>]+>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\s*/?>", re.IGNORECASE)
_TIME = "%Y-%m-%d %H:%M:%S"


def minor(value: Any, currency: str) -> int:
    """Return an amount in minor units. The shortest way to write a float is the decimal that Odoo rounded it to."""
    exact = Decimal(str(value or 0)).scaleb(get_currency_precision(currency))
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def major(amount: int, currency: str) -> float:
    """Return an amount as Odoo takes it. A float of so few digits is written as exactly the decimal that is meant."""
    return float(Decimal(amount).scaleb(-get_currency_precision(currency)))


def text(value: Any) -> str:
    """Return a text, "" for nothing."""
    return str(value).strip() if value else ""


def key(value: Any) -> int:
    """Return the id of a many2one, 0 for nothing."""
    return int(value[0]) if isinstance(value, list | tuple) and value else int(value or 0)


def name(value: Any) -> str:
    """Return the name of a many2one."""
    return str(value[1]) if isinstance(value, list | tuple) and len(value) > 1 else ""


def moment(value: Any) -> datetime | None:
    """Return a time or a day."""
    if not value:
        return None
    told = str(value)
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


def written(when: datetime) -> str:
    """Return a time as Odoo writes it."""
    return when.astimezone(UTC).strftime(_TIME)


def plain(body: Any) -> str:
    """Return the words of an HTML text."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", str(body or "")))).strip()


def number(text_of_key: str) -> int:
    """Return a key of ours as an id; 0 for what cannot be one."""
    return int(text_of_key) if text_of_key.isascii() and text_of_key.isdigit() and len(text_of_key) < 19 else 0  # noqa: PLR2004 - what a bigint holds
