"""Trying the settings of a Shopify shop out."""

from collections.abc import Sequence
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.shopify import documents
from balcao.plugins.commerce.shopify.config import ShopifyConfig
from balcao.plugins.commerce.shopify.graphql import ask, token
from balcao.ports.calling import NOT_UNDERSTOOD
from balcao.ports.commerce import CommerceError, Link

KEY = N_("The shop answers, and lets the app in")
RIGHTS = N_("The app may do what is needed")
CURRENCY = N_("The shop's currency is the same in both")
HISTORY = N_("Orders older than 60 days can be read")
SECRET = N_("Webhooks can be checked")

GRANT = N_("Give the app these permissions, and install it again:")
OTHER_CURRENCY = N_("Set the currency of the shop here to the one that it has in Shopify:")
ALL_ORDERS = N_("Ask Shopify for the permission read_all_orders, if older orders are wanted.")
NO_SECRET = N_("Enter the client secret of the app: Shopify signs webhooks with it.")

NEEDED = (
    "read_orders",
    "write_orders",
    "write_order_edits",
    "read_customers",
    "write_customers",
    "read_products",
    "read_fulfillments",
    "write_returns",
    "write_draft_orders",
)
_GIFT_CARDS = "write_gift_cards"

Finding = tuple[str, bool, str]


def check(link: Link) -> Sequence[Finding]:
    """Try the settings, from the outer to the inner; what comes after a failure is not tried."""
    config: ShopifyConfig = link.config
    try:
        token(config)
        answer = ask(config, documents.SHOP)
        granted = {scope["handle"] for scope in answer["currentAppInstallation"]["accessScopes"]}
    except CommerceError as error:
        return [(KEY, False, str(error))]
    except (KeyError, TypeError):
        return [(KEY, False, NOT_UNDERSTOOD)]
    return [(KEY, True, ""), *_rights(granted, config), *_shop(answer["shop"], link), _secret(config)]


def _rights(granted: set[str], config: ShopifyConfig) -> list[Finding]:
    needed = [*NEEDED, _GIFT_CARDS] if config.gift_cards else [*NEEDED]
    missing = [name for name in needed if not _has(name, granted)]
    hint = f"{GRANT}\n{', '.join(missing)}" if missing else ""
    has_all = "read_all_orders" in granted
    return [(RIGHTS, not missing, hint), (HISTORY, has_all, "" if has_all else ALL_ORDERS)]


def _has(name: str, granted: set[str]) -> bool:
    # Who may write may read.
    return name in granted or name.replace("read_", "write_", 1) in granted


def _shop(shop: Any, link: Link) -> list[Finding]:
    theirs = str(shop["currencyCode"])
    if not link.currency:
        return []
    is_same = theirs == link.currency
    return [(CURRENCY, is_same, "" if is_same else f"{OTHER_CURRENCY}\n{theirs}")]


def _secret(config: ShopifyConfig) -> Finding:
    return SECRET, bool(config.client_secret), "" if config.client_secret else NO_SECRET
