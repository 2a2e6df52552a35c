"""Products of Shopify as ours."""

from balcao.kit.decimals import minor
from balcao.plugins.commerce.shopify.basics import Raw, nodes
from balcao.plugins.commerce.shopify.reading import options
from balcao.ports.commerce import Product, Variant


def product_of(raw: Raw, currency: str) -> Product:
    """Return a product; one that is not on sale has variants that cannot be bought."""
    is_active = raw["status"] == "ACTIVE"
    picture = ((raw["featuredMedia"] or {}).get("preview") or {}).get("image") or {}
    return Product(
        ref=raw["id"],
        name=raw["title"],
        currency=currency,
        variants=tuple(_variant(one, currency, is_active=is_active) for one in nodes(raw["variants"])),
        url=str(raw["onlineStoreUrl"] or ""),
        image=str(picture.get("url") or ""),
    )


def _variant(raw: Raw, currency: str, *, is_active: bool) -> Variant:
    is_counted = raw["inventoryItem"]["tracked"]
    is_available = is_active and raw["availableForSale"]
    # What may be sold below nothing is not bounded by what is counted.
    is_bounded = is_counted and not (is_available and (raw["inventoryQuantity"] or 0) <= 0)
    return Variant(
        ref=raw["id"],
        price=minor(raw["price"], currency),
        sku=raw["sku"] or "",
        options=options(raw),
        is_available=is_available,
        stock=max(raw["inventoryQuantity"] or 0, 0) if is_bounded else None,
    )
