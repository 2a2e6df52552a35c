"""The settings of a WooCommerce shop."""

from dataclasses import dataclass

from balcao.kit.i18n import N_
from balcao.ports.config import config_field

_SHOP = N_("Shop")
_KEY = N_("REST API key")
_STATUSES = N_("What the shop's statuses mean")


@dataclass(frozen=True, slots=True)
class WooCommerceConfig:
    """What one shop needs to be read and written, and how it uses its statuses."""

    address: str = config_field(
        N_("Shop address"),
        group=_SHOP,
        required=True,
        help_text=N_("As people open it, with https: https://shop.example.com."),
    )
    consumer_key: str = config_field(
        N_("Consumer key"),
        group=_KEY,
        required=True,
        help_text=N_("WooCommerce, Settings, Advanced, REST API: a key that may read and write."),
    )
    consumer_secret: str = config_field(N_("Consumer secret"), group=_KEY, secret=True, required=True)
    webhook_secret: str = config_field(
        N_("Webhook secret"),
        group=_KEY,
        secret=True,
        help_text=N_("The one that you enter with each webhook in WooCommerce."),
    )
    preparing: str = config_field(
        N_("Statuses of orders that are being packed"),
        group=_STATUSES,
        help_text=N_("As the API writes them, parted by commas. Paid orders (processing) count as not begun."),
    )
    shipped: str = config_field(
        N_("Statuses of orders that have left"), group=_STATUSES, help_text=N_("Parted by commas.")
    )
    delivered: str = config_field(
        N_("Statuses of orders that arrived"),
        group=_STATUSES,
        default="completed",
        help_text=N_("Move “completed” to the line above if the shop means by it that an order has left."),
    )

    @property
    def home(self) -> str:
        """Return the address of the shop without a slash at its end."""
        return self.address.strip().rstrip("/")


def words(text: str) -> frozenset[str]:
    """Return the statuses of a setting."""
    return frozenset(word.strip().lower().removeprefix("wc-") for word in text.split(",") if word.strip())
