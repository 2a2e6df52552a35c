"""Trying the settings of a WooCommerce shop out."""

from collections.abc import Sequence

from balcao.kit.i18n import N_
from balcao.plugins.commerce.woocommerce.config import WooCommerceConfig
from balcao.plugins.commerce.woocommerce.rest import page, read, write
from balcao.ports.calling import clock_differs
from balcao.ports.commerce import CommerceError, Link

READS = N_("The shop answers, and the key may read orders")
WRITES = N_("The key may write")
CLOCK = N_("The clocks of both are the same")
CURRENCY = N_("The shop's currency is the same in both")
SECRET = N_("Webhooks can be checked")

WRITE_KEY = N_("Make a key with the permission “Read/Write” in WooCommerce, and enter it here.")
SET_CLOCK = N_("Set the clocks of both: what changed lately may be overlooked.")
OTHER_CURRENCY = N_("Set the currency of the shop here to the one that it has in WooCommerce:")
NO_SECRET = N_("Enter the secret that you give the webhooks in WooCommerce: without it none is believed.")

Finding = tuple[str, bool, str]


def check(link: Link) -> Sequence[Finding]:
    """Try the settings, from the outer to the inner; what comes after a failure is not tried."""
    try:
        found = page(link.config, "/orders", {"per_page": 1})
    except CommerceError as error:
        return [(READS, False, str(error))]
    is_off = clock_differs(found.date)
    return [
        (READS, True, ""),
        _writes(link.config),
        (CLOCK, not is_off, SET_CLOCK if is_off else ""),
        *_currency(link),
        _secret(link.config),
    ]


def _writes(config: WooCommerceConfig) -> Finding:
    """Try to write nothing at all: a batch without anything in it."""
    try:
        write(config, "POST", "/orders/batch", {})
    except CommerceError as error:
        return WRITES, False, WRITE_KEY if error.code == "scope" else str(error)
    return WRITES, True, ""


def _currency(link: Link) -> list[Finding]:
    """Compare the currencies, if the key may ask for the shop's."""
    try:
        theirs = str(read(link.config, "/data/currencies/current")["code"])
    except (CommerceError, KeyError, TypeError):
        return []
    is_same = theirs == (link.currency or theirs)
    return [(CURRENCY, is_same, "" if is_same else f"{OTHER_CURRENCY}\n{theirs}")]


def _secret(config: WooCommerceConfig) -> Finding:
    return SECRET, bool(config.webhook_secret), "" if config.webhook_secret else NO_SECRET
