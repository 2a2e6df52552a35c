"""Reading what agents type into the forms of orders."""

import re

from babel.numbers import get_currency_precision

_SUM = re.compile(r"[0-9][0-9.,]*")
_LONGEST = 20


def minor_units(text: str, currency: str) -> int | None:
    """Return a typed sum in minor units, however its thousands and cents are parted; None for what is no sum.

    The last dot or comma parts the cents if no more digits follow than the currency has; in reais "1.090" are
    thousands.
    """
    found = _SUM.fullmatch(text.strip().replace(" ", "").replace("\N{NO-BREAK SPACE}", ""))
    if not found or len(text) > _LONGEST:
        return None
    places = get_currency_precision(currency) if currency else 2
    whole, _mark, cents = _parted(found.group(), places)
    return int(f"{whole or '0'}{cents.ljust(places, '0')}")


def _parted(text: str, places: int) -> tuple[str, str, str]:
    last = max(text.rfind("."), text.rfind(","))
    cents = text[last + 1 :] if last >= 0 else ""
    if not 0 < len(cents) <= places:
        return re.sub(r"[.,]", "", text), "", ""
    return re.sub(r"[.,]", "", text[:last]), text[last], cents
