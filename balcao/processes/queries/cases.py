"""The customer's own page of a matter, and the link that leads there."""

from django.conf import settings
from django.urls import reverse

from balcao.commerce.queries import secret_keys
from balcao.kit import crypto
from balcao.kit.numbers import number_in
from balcao.processes import models
from balcao.shops.models import Shop

_PURPOSE = "case page"


def case_token(process: "models.Process") -> str:
    """Return the end of a link to the customer's page of a matter; whoever has it sees the stages and may answer."""
    return f"{process.pk}-{crypto.sign_token(process.pk, process.key, key=settings.SECRET_KEY, purpose=_PURPOSE)}"


def case_address(process: "models.Process") -> str:
    """Return the whole address of that page, as it is written to the customer."""
    return settings.PUBLIC_URL + reverse("orders:case", args=[process.shop.slug, case_token(process)])


def process_of_token(token: str, *, shop: Shop) -> "models.Process | None":
    """Return the process that such a link leads to; None where it is none of ours."""
    pk, _, signature = token.partition("-")
    number = number_in(pk)
    if number is None:
        return None
    rows = models.Process.objects.filter(pk=number, shop=shop).select_related(
        "ticket__identity__customer", "ticket__shop", "order__account__backend__shop", "order__backend__shop", "shop"
    )
    found = rows.first()
    if found is None or not crypto.check_token(signature, number, found.key, key=secret_keys(), purpose=_PURPOSE):
        return None
    return found
