"""Products as they are offered on the desk, and what is known of their freight."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from balcao.automation.queries.offering import can_be_had, freight_text, freight_words, offer_text
from balcao.commerce import queries
from balcao.commerce.models import Product
from balcao.jobs.models import Job
from balcao.jobs.types import JobState
from balcao.ports import commerce as port
from balcao.ports.commerce import Quote
from balcao.tickets.models import Ticket
from balcao.web.desk.orders import words

_MOST_VARIANTS = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """One variant as it is offered; `text` is what goes into an answer."""

    ref: str
    words: str
    price: str
    stock: str
    can_be_had: bool
    text: str


@dataclass(frozen=True, slots=True)
class Sold:
    """One product with its variants."""

    pk: int
    backend: int
    name: str
    price: str
    url: str
    choices: tuple[Choice, ...]
    more: int  # variants that are not shown
    has_prices: bool  # its variants cost differently


@dataclass(frozen=True, slots=True)
class Way:
    """One way to bring goods: its name, price and time, and what it adds to an order."""

    name: str
    words: str
    amount: int


@dataclass(frozen=True, slots=True)
class Freight:
    """What a quote has come to. `job` is asked again while it is not over."""

    job: int
    postcode: str
    is_over: bool
    ways: tuple[Way, ...] = ()
    error: str = ""
    text: str = ""


def found(ticket: Ticket, query: str) -> list[Sold]:
    """Return what is sold under these words in the ticket's shop."""
    rows = queries.search_products(query, shop_id=ticket.shop_id)
    return [_sold(row, queries.product_value(row), languages_of(ticket)) for row in rows]


def languages_of(ticket: Ticket) -> list[str]:
    """Return the languages in which a customer is answered, the best first."""
    return [ticket.language, *ticket.shop.languages]


def _sold(row: Product, product: port.Product, languages: Sequence[str]) -> Sold:
    shown = sorted(product.variants, key=lambda one: not can_be_had(one))[:_MOST_VARIANTS]
    prices = sorted({one.price for one in product.variants})
    return Sold(
        pk=row.pk,
        backend=row.backend_id,
        name=product.name,
        price=" – ".join(dict.fromkeys(words.money(one, product.currency) for one in prices[:1] + prices[-1:])),
        url=product.url if product.url.startswith(("https://", "http://")) else "",
        choices=tuple(_choice(product, one, languages) for one in shown),
        more=len(product.variants) - len(shown),
        has_prices=len(prices) > 1,
    )


def _choice(product: port.Product, variant: port.Variant, languages: Sequence[str]) -> Choice:
    return Choice(
        ref=variant.ref,
        words=words.options_words(variant.options) or variant.sku or product.name,
        price=words.money(variant.price, product.currency),
        stock=stock_words(variant),
        can_be_had=can_be_had(variant),
        text=offer_text(product, variant, languages=languages),
    )


def stock_words(variant: port.Variant) -> str:
    """Return whether a variant can be had, with how many there are where the shop counts them."""
    if not can_be_had(variant):
        return pgettext("stock", "sold out")
    if variant.stock is None:
        return pgettext("stock", "in stock")
    return ngettext("%(count)d in stock", "%(count)d in stock", variant.stock) % {"count": variant.stock}


def freight_of(row: Job, *, currency: str, languages: Sequence[str]) -> Freight:
    """Return how far a quote has come."""
    postcode = str(row.args[2])
    if row.state not in (JobState.DONE, JobState.DEAD):
        return Freight(row.pk, postcode, is_over=False)
    told: dict[str, Any] = row.result if row.state == JobState.DONE else {"error": ""}  # type: ignore[assignment] # ours
    if "quotes" not in told:
        reason = told["error"]
        return Freight(row.pk, postcode, is_over=True, error=_(reason) if reason else _unknown())
    quotes = [Quote(name, amount, tuple(days) if days else None) for name, amount, days in told["quotes"]]
    if not quotes:
        return Freight(row.pk, postcode, is_over=True, error=_("Nothing is sent to this postcode."))
    here = get_language() or "en"
    ways = (Way(one.name, freight_words(one, currency=currency, language=here), one.amount) for one in quotes)
    text = freight_text(quotes, postcode=postcode, currency=currency, languages=languages)
    return Freight(row.pk, postcode, is_over=True, ways=tuple(ways), text=text)


def _unknown() -> str:
    return _("The shop system did not answer. Please try again.")
