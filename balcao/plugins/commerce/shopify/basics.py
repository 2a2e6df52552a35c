"""What all answers of Shopify are made of: lists, amounts, times, addresses, people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from balcao.kit.decimals import minor
from balcao.ports.commerce import Account, Address

Raw = Mapping[str, Any]


def nodes(connection: Any) -> list[Raw]:
    """Return the things of a connection."""
    return list(connection["nodes"]) if connection else []


def bag(money: Any, currency: str) -> int:
    """Return an amount in the money that the customer saw."""
    return minor(money["presentmentMoney"]["amount"], currency) if money else 0


def when(text: Any) -> datetime | None:
    """Return a point in time."""
    return datetime.fromisoformat(text) if text else None


def place(raw: Any) -> Address:
    """Return an address as ours."""
    if not raw:
        return Address()
    return Address(
        line1=raw.get("address1") or "",
        line2=raw.get("address2") or "",
        city=raw.get("city") or "",
        region=raw.get("provinceCode") or raw.get("province") or "",
        postcode=raw.get("zip") or "",
        country=raw.get("countryCodeV2") or raw.get("country") or "",
        name=raw.get("name") or "",
        phone=raw.get("phone") or "",
    )


def written_place(address: Address, *, region: str) -> dict[str, str]:
    """Return an address as Shopify takes it; `region` is the shop's country, where the address names none.

    Shopify knows no district: it goes into the second line, where a carrier reads it.
    """
    first, _, last = address.name.strip().rpartition(" ")
    country = address.country or region
    fields = {
        "address1": address.line1,
        "address2": ", ".join(part for part in (address.line2, address.district) if part),
        "city": address.city,
        "zip": address.postcode,
        "firstName": first or last,
        "lastName": last if first else "",
        "phone": address.phone,
        "provinceCode" if _is_code(address.region) else "province": address.region,
        "countryCode" if _is_code(country) else "country": country.upper() if _is_code(country) else country,
    }
    return {name: value for name, value in fields.items() if value or name == "address2"}


def _is_code(text: str) -> bool:
    return 1 < len(text) <= 3 and text.isascii() and text.isalnum()  # noqa: PLR2004 - as ISO 3166 has them


def account_of(raw: Raw) -> Account:
    """Return whose order it is; an order without a customer is an account of its own."""
    customer = raw.get("customer")
    if not customer:
        ship = place(raw.get("shippingAddress"))
        return Account(raw["id"], ship.name, raw.get("email") or "", raw.get("phone") or ship.phone, address=ship)
    account = person(customer)
    return Account(
        account.ref,
        account.name,
        account.email or raw.get("email") or "",
        account.phone or raw.get("phone") or "",
        address=account.address,
    )


def person(raw: Raw) -> Account:
    """Return a customer as ours."""
    return Account(
        ref=raw["id"],
        name=raw["displayName"],
        email=(raw.get("defaultEmailAddress") or {}).get("emailAddress") or "",
        phone=(raw.get("defaultPhoneNumber") or {}).get("phoneNumber") or "",
        address=place(raw.get("defaultAddress")),
    )
