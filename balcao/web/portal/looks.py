"""The shop's colours as a style sheet of its customers' pages."""

from django.http import HttpResponse

from balcao.shops import rules
from balcao.shops.models import Shop


def sheet_of(shop: Shop) -> HttpResponse:
    """Return the shop's colours, shaded where words could not be read."""
    colour = shop.colour
    light, dark = rules.readable(colour, on=rules.PAPER), rules.readable(colour, on=rules.NIGHT)
    css = f".public{{--shop:{colour};--shop-on:{rules.words_on(colour)};--shop-text:light-dark({light},{dark})}}\n"
    return HttpResponse(css, content_type="text/css; charset=utf-8")
