"""What is said of a product before the sale, and of what it costs to bring it, in the customer's language."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from balcao.automation.queries.telling import spoken
from balcao.kit import locales
from balcao.ports.commerce import Product, Quote, Variant


def can_be_had(variant: Variant) -> bool:
    """Tell whether a variant can be bought now."""
    return variant.is_available and (variant.stock is None or variant.stock > 0)


def offer_text(product: Product, variant: Variant, *, languages: Sequence[str]) -> str:
    """Return a line on one variant: what it is, what it costs, whether it can be had, and where."""
    code = spoken(languages)
    with override(code):
        options = ", ".join(text for text in variant.options.values() if text)
        name = f"{product.name} ({options})" if options else product.name
        price = locales.money(variant.price, product.currency, language=code)
        is_there = can_be_had(variant)
        state = pgettext("product", "in stock") if is_there else pgettext("product", "sold out at the moment")
    link = product.url if product.url.startswith(("https://", "http://")) else ""
    return f"{name}: {price}, {state}" + (f"\n{link}" if link else "")


def freight_text(quotes: Sequence[Quote], *, postcode: str, currency: str, languages: Sequence[str]) -> str:
    """Return what it costs and how long it takes to bring goods to a postcode, a line each."""
    code = spoken(languages)
    with override(code):
        lines = [f"– {one.name}: {freight_words(one, currency=currency, language=code)}" for one in quotes]
        head = _("Freight to %(postcode)s:") % {"postcode": postcode}
    return "\n".join([head, *lines])


def freight_words(quote: Quote, *, currency: str, language: str) -> str:
    """Return price and time of one way, in the active language."""
    amount = locales.money(quote.amount, currency, language=language) if quote.amount else pgettext("freight", "free")
    return f"{amount}, {days_words(quote.days)}" if quote.days else amount


def days_words(days: tuple[int, int]) -> str:
    """Return how many working days something takes, in the active language."""
    first, last = days
    if first == last:
        return ngettext("%(count)d working day", "%(count)d working days", last) % {"count": last}
    return _("%(first)d to %(last)d working days") % {"first": first, "last": last}
