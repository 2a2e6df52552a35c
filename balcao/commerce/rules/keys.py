"""The keys by which orders and accounts are found: one spelling for each."""

import hmac
import re

from balcao.kit.crypto import derive
from balcao.kit.emails import BadAddress, normalise_email
from balcao.kit.phones import BadPhone, parse_phone
from balcao.kit.searchtext import fold
from balcao.ports.commerce import Account, KeyKind, Order

_NO_WORD = re.compile(r"[^0-9a-z]+")
_LONGEST = 120


def spelt(kind: KeyKind, value: str, *, region: str, secret: str) -> str:
    """Return the one spelling of a key, "" when the value cannot be one.

    A tax id is kept as a keyed digest only: it finds, but does not tell.
    """
    if kind == KeyKind.EMAIL:
        return _email(value)
    if kind == KeyKind.PHONE:
        return _phone(value, region)
    word = _NO_WORD.sub("", value.casefold())[:_LONGEST]
    if kind == KeyKind.TAX_ID and word:
        return hmac.digest(derive(secret, purpose="tax-id"), word.encode(), "sha256").hex()
    return word


def keys_of_account(account: Account, *, region: str, secret: str) -> set[tuple[KeyKind, str]]:
    """Return everything that an account is found by."""
    values = [
        (KeyKind.EMAIL, account.email),
        (KeyKind.PHONE, account.phone),
        (KeyKind.TAX_ID, account.tax_id),
        (KeyKind.ACCOUNT, account.ref),
        (KeyKind.PERSON, person(account.name, account.address.postcode)),
    ]
    found = {(kind, spelt(kind, value, region=region, secret=secret)) for kind, value in values if value}
    return {(kind, key) for kind, key in found if key}


def person(name: str, postcode: str) -> str:
    """Return name and postcode as one value: together they point to a person, each alone to many."""
    return f"{fold(name)} {postcode}" if name.strip() and postcode.strip() else ""


def keys_of_order(order: Order) -> set[tuple[KeyKind, str]]:
    """Return everything that an order itself is found by."""
    values = [(KeyKind.NUMBER, order.number), *((KeyKind.TRACKING, parcel.code) for parcel in order.shipments)]
    found = {(kind, spelt(kind, value, region="", secret="")) for kind, value in values if value}
    return {(kind, key) for kind, key in found if key}


def _email(value: str) -> str:
    try:
        return normalise_email(value)
    except BadAddress:
        return ""


def _phone(value: str, region: str) -> str:
    try:
        return parse_phone(value, region=region or "ZZ").match_key
    except BadPhone:
        return ""
