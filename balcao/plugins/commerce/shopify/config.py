"""The settings of a Shopify shop."""

from dataclasses import dataclass

from balcao.kit.i18n import N_
from balcao.ports.config import config_field

_SHOP = N_("Shop")
_APP = N_("App")
_MAY = N_("What the shop's plan allows")


@dataclass(frozen=True, slots=True)
class ShopifyConfig:
    """What one shop needs to be read and written: its address, and an app of the shop's own."""

    shop: str = config_field(
        N_("Shop address"), group=_SHOP, required=True, help_text=N_("The permanent one: your-shop.myshopify.com.")
    )
    client_id: str = config_field(
        N_("Client ID"), group=_APP, help_text=N_("Of the app that you made in Shopify's Dev Dashboard.")
    )
    client_secret: str = config_field(
        N_("Client secret"),
        group=_APP,
        secret=True,
        required=True,
        help_text=N_("It also proves that a webhook comes from Shopify."),
    )
    access_token: str = config_field(
        N_("Admin API access token"),
        group=_APP,
        secret=True,
        help_text=N_("Only for an app that was made in the shop's admin before 2026; else empty."),
    )
    gift_cards: bool = config_field(
        N_("Apps may issue gift cards"),
        group=_MAY,
        default=False,
        help_text=N_("Needs the permission write_gift_cards, which not every plan has."),
    )

    @property
    def address(self) -> str:
        """Return where the shop is called: https, unless another scheme was typed (a server on this machine)."""
        typed = self.shop.strip().rstrip("/")
        return typed if "://" in typed else f"https://{typed}"

    @property
    def host(self) -> str:
        """Return the name of the shop's server, as webhooks say it."""
        return self.address.partition("://")[2].partition("/")[0].lower()
