"""Products as Vendure tells them."""

from collections.abc import Mapping
from typing import Any

from balcao.plugins.commerce.vendure.lines import image_of, options_of
from balcao.ports.commerce import Product, Variant

_SOLD_OUT = "OUT_OF_STOCK"


def product_from(raw: Mapping[str, Any]) -> Product:
    """Return a product with its variants. How many pieces there are Vendure says only as much, few or none."""
    currencies = [variant["currencyCode"] for variant in raw["variants"]]
    return Product(
        ref=raw["id"],
        name=raw["name"],
        currency=currencies[0] if currencies else "",
        variants=tuple(_variant(variant, is_sold=raw["enabled"]) for variant in raw["variants"]),
        image=image_of(raw),
    )


def _variant(raw: Mapping[str, Any], *, is_sold: bool) -> Variant:
    return Variant(
        ref=raw["id"],
        price=raw["priceWithTax"],
        sku=raw["sku"],
        options=options_of(raw),
        is_available=is_sold and raw["enabled"] and raw["stockLevel"] != _SOLD_OUT,
        image=image_of(raw),
    )
