"""What a payment that waits can be paid by: a link, Pix's copy-and-paste code with its picture, a boleto's line."""

import re
from dataclasses import dataclass
from functools import lru_cache

import segno
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markupsafe import Markup

from balcao.ports.commerce import InstrumentKind, Payment

_BOLETO = re.compile(r"(\d{5})(\d{5})(\d{5})(\d{6})(\d{5})(\d{6})(\d)(\d{14})")
_MOST_DRAWN = 900  # characters; a longer code would be a picture that no phone reads


@dataclass(frozen=True, slots=True)
class Code:
    """One way to pay what is open."""

    text: str
    label: str
    shown: str
    is_link: bool = False
    is_drawn: bool = False

    @property
    def picture(self) -> Markup:
        """Return the code as a picture to be read by a phone."""
        return _picture(self.text)


def codes_of(payment: Payment) -> list[Code]:
    """Return by what a payment can be paid."""
    found = []
    if payment.link.startswith(("https://", "http://")):
        found.append(Code(payment.link, _("Payment link"), payment.link, is_link=True))
    if payment.code:
        found.append(_code(payment.code.strip(), payment.instrument.kind))
    return found


def _code(text: str, kind: InstrumentKind) -> Code:
    if kind == InstrumentKind.PIX:
        return Code(text, pgettext("payment", "Pix code"), text, is_drawn=len(text) <= _MOST_DRAWN)
    if kind == InstrumentKind.BOLETO:
        line = _BOLETO.fullmatch(re.sub(r"\D", "", text))
        shown = "{}.{} {}.{} {}.{} {} {}".format(*line.groups()) if line else text
        return Code(text, pgettext("payment", "Line of the boleto"), shown)
    return Code(text, _("Payment code"), text)


@lru_cache(maxsize=64)
def _picture(text: str) -> Markup:
    drawn = segno.make(text, error="m", micro=False)
    svg = drawn.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True)
    return Markup(svg)  # noqa: S704 - drawn by the library from modules only: no character of the text stands in it
