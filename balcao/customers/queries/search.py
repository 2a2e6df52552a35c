"""Finding customers by the beginning of a name or an address."""

import phonenumbers
from django.db.models import Q

from balcao.customers import rules
from balcao.customers.models import Customer, Identity
from balcao.kit.db import begins
from balcao.kit.phones import BadPhone, parse_phone

_FEWEST_DIGITS = 4


def search_customers(text: str, *, region: str = "", limit: int = 20) -> list[Identity]:
    """Return one identity for each customer whose name, surname, address or phone begins like this.

    An identity found by its address comes first; the customer is loaded with it. Three queries at most.
    """
    text = text.strip()
    if not text:
        return []
    found = [*_by_address(text, region=region, limit=limit), *_by_name(text, limit=limit)]
    one_each = {identity.customer_id: identity for identity in reversed(found)}
    ordered = dict.fromkeys(identity.customer_id for identity in found)
    return [one_each[customer_id] for customer_id in ordered][:limit]


def _by_address(text: str, *, region: str, limit: int) -> list[Identity]:
    wanted = Q()
    for beginning in _beginnings(text, region=region):
        wanted |= begins("value", beginning)
    found = Identity.objects.filter(wanted).select_related("customer")[:limit]
    return sorted(found, key=lambda identity: identity.value)


def _beginnings(text: str, *, region: str) -> list[str]:
    """Return how the address may begin as it is kept: phones with their country, whatever was typed."""
    try:
        whole = [parse_phone(text, region=region or "ZZ").e164]
    except BadPhone:
        whole = []
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) < _FEWEST_DIGITS or any(character.isalpha() for character in text):
        return [text.lower(), *whole]
    country = phonenumbers.country_code_for_region(region) if region else 0
    national = digits.lstrip("0")
    return [f"+{digits}", *([f"+{country}{national}"] if country and not text.startswith("+") else []), *whole]


def _by_name(text: str, *, limit: int) -> list[Identity]:
    name_key, _ = rules.name_keys(text)
    if not name_key:
        return []
    named = Customer.objects.filter(begins("name_key", name_key) | begins("surname_key", name_key))
    homes = list(named.values_list("pk", flat=True)[:limit])
    found = Identity.objects.filter(home__in=homes).select_related("customer")
    return sorted(found, key=lambda identity: (identity.customer.name_key, identity.customer_id))
