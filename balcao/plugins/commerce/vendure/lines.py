"""What was bought and what became of it, from what Vendure keeps: what is cancelled it counts down to nothing.

A modification that moves pieces to another variant changes what was bought; every other piece that is missing was
cancelled before it left, or came back after.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from balcao.ports.commerce import Line

_LEFT = ("Shipped", "Delivered")


def lines_of(raw: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return the lines of an order as they were bought; those that were changed into others are left out."""
    bought, left = _bought(raw), pieces_in(raw, _LEFT)
    found = [_line(line, bought[line["id"]], left[line["id"]]) for line in raw["lines"] if bought[line["id"]]]
    return tuple(found)


def pieces_in(raw: Mapping[str, Any], states: tuple[str, ...]) -> Counter[str]:
    """Return by line how many pieces are in parcels of these states."""
    counts: Counter[str] = Counter()
    for parcel in raw["fulfillments"] or ():
        if parcel["state"] in states:
            for one in parcel["lines"]:
                counts[one["orderLineId"]] += one["quantity"]
    return counts


def _bought(raw: Mapping[str, Any]) -> Counter[str]:
    counts = Counter({line["id"]: line["orderPlacedQuantity"] for line in raw["lines"]})
    for modification in raw["modifications"]:
        added = [one for one in modification["lines"] if one["quantity"] > 0]
        moved = sum(one["quantity"] for one in added)
        for one in added:
            counts[one["orderLineId"]] += one["quantity"]
        for one in modification["lines"]:
            away = min(max(-one["quantity"], 0), moved)
            moved -= away
            counts[one["orderLineId"]] -= away
    for line in raw["lines"]:  # never less than there is: a draft was not placed yet
        counts[line["id"]] = max(counts[line["id"]], line["quantity"], 0)
    return counts


def _line(line: Mapping[str, Any], bought: int, left: int) -> Line:
    variant, missing = line["productVariant"], bought - line["quantity"]
    cancelled = min(missing, max(bought - left, 0))
    off = _off(line, bought)
    return Line(
        ref=line["id"],
        name=variant["name"],
        quantity=bought,
        unit_price=line["unitPriceWithTax"],
        product_ref=variant["product"]["id"],
        variant_ref=variant["id"],
        sku=variant["sku"],
        options=options_of(variant),
        discount=max(off, 0),
        tax=max(-off, 0),
        cancelled=cancelled,
        returned=missing - cancelled,
        image=image_of(line),
    )


def _off(line: Mapping[str, Any], bought: int) -> int:
    """Return what discounts, and the rounding of taxes, take off the line for as many pieces as were bought."""
    there: int = line["quantity"]
    whole: int = line["unitPriceWithTax"] * bought
    if there:
        off: int = line["unitPriceWithTax"] * there - line["proratedLinePriceWithTax"]
        return round(off * bought / there)
    # Of a line without pieces Vendure tells no discount; its taxes were rounded for all pieces at once.
    net = Decimal(str(line["taxRate"])) / 100 * line["unitPrice"] + line["unitPrice"]
    taxed = int((net * bought).to_integral_value(ROUND_HALF_UP))
    is_net = int(net.to_integral_value(ROUND_HALF_UP)) == line["unitPriceWithTax"]
    return whole - taxed if is_net else 0


def options_of(variant: Mapping[str, Any]) -> dict[str, str]:
    """Return what a variant is: {"colour": "blue"}."""
    return {option["group"]["name"]: option["name"] for option in variant["options"]}


def image_of(thing: Mapping[str, Any]) -> str:
    """Return the address of a picture, "" where there is none or only a path of the server's own."""
    preview = (thing.get("featuredAsset") or {}).get("preview") or ""
    return preview if preview.startswith(("http://", "https://")) else ""
