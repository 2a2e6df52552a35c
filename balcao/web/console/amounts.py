"""Amounts of money as people write them into forms."""

import re
from typing import Any

from django import forms
from django.utils.formats import get_format

_GROUP = 3
_NO_MARK = re.compile(r"[.,]")


class AmountField(forms.DecimalField):
    """An amount as people write it: 1.060,50 or 1,060.50."""

    def to_python(self, value: Any) -> Any:
        """Take the last mark as the one before the cents, unless three digits follow it as after a thousand."""
        text = "".join(str(value or "").split())
        whole, mark, cents = text.rpartition(max(",.", key=text.rfind))
        is_thousand = len(cents) == _GROUP and (mark != get_format("DECIMAL_SEPARATOR") or text.count(mark) > 1)
        if mark and not is_thousand:
            text = f"{_NO_MARK.sub('', whole)}.{cents}"
        return super().to_python(text if mark and not is_thousand else _NO_MARK.sub("", text))
