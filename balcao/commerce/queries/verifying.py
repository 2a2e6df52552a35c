"""Whom we speak with: codes that were sent, what was seen, and which orders a visitor may look at."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from balcao.commerce.models import Account, Challenge, Evidence, Order
from balcao.commerce.queries.backends import secret_keys
from balcao.commerce.queries.finding import KEYS_OF
from balcao.commerce.rules import keys, verifying
from balcao.kit import crypto
from balcao.kit.numbers import number_in
from balcao.kit.prepared import Prepared
from balcao.ports.commerce import KeyKind
from balcao.shops.models import Shop

_PAGE_PURPOSE = "order-page"
_SEEN_IN_TALK = Prepared(
    lambda account, talk, now: Evidence.objects.filter(account=account, conversation=talk, until__gt=now).order_by(
        "-level", "-id"
    )[:1]
)
_SEEN_IN_VISIT = Prepared(
    lambda account, visit, now: Evidence.objects.filter(account=account, visit=visit, until__gt=now).order_by(
        "-level", "-id"
    )[:1]
)
_ASKED_IN_TALK = Prepared(
    lambda account, talk: Challenge.objects.filter(account=account, conversation=talk).order_by("-id")[:1]
)


def verifying_key(account: Account, *, began_at: datetime) -> str:
    """Return the address at which an account can be verified: one it had before this began; "" for none."""
    mails = sorted((row for row in KEYS_OF(account.pk) if row.kind == KeyKind.EMAIL), key=lambda row: row.pk)
    return next((row.key for row in mails if verifying.had_before(row.since, began_at=began_at)), "")


def challenges_since(account: Account, moment: datetime, *, in_visits: bool) -> int:
    """Return how many codes were asked for an account since a moment, in visits or in conversations."""
    rows = Challenge.objects.filter(account=account, created_at__gt=moment)
    return (rows.exclude(visit="") if in_visits else rows.filter(visit="")).count()


def is_superseded(challenge: Challenge) -> bool:
    """Tell whether a newer code was asked for in the same conversation or visit."""
    place = {"visit": challenge.visit, "conversation": challenge.conversation}
    return Challenge.objects.filter(account=challenge.account_id, pk__gt=challenge.pk, **place).exists()


def evidence(
    account: Account, *, now: datetime, conversation: int | None = None, visit_digest: str = ""
) -> Evidence | None:
    """Return what shows most in a conversation or visit for an account, while it still counts."""
    if visit_digest:
        return _SEEN_IN_VISIT.first(account.pk, visit_digest, now)
    return _SEEN_IN_TALK.first(account.pk, conversation, now) if conversation is not None else None


def open_challenge(account: Account, *, conversation: int) -> Challenge | None:
    """Return the newest code that was asked for in a conversation and has not been used."""
    row = _ASKED_IN_TALK.first(account.pk, conversation)
    return row if row and row.used_at is None else None


def challenge_of_visit(account: Account, visit_digest: str, *, now: datetime) -> Challenge | None:
    """Return the newest code that was asked for in a visit, while it may still be typed."""
    row = Challenge.objects.filter(account=account, visit=visit_digest).order_by("-id").first()
    return row if row and not row.used_at and now <= verifying.code_ends(row.sent_at or row.created_at) else None


def first_evidence_at(visit_digest: str) -> datetime | None:
    """Return when a visit began: when its visitor first showed something."""
    row = Evidence.objects.filter(visit=visit_digest).order_by("id").first() if visit_digest else None
    return row.at if row else None


def order_of_contact(*, shop: Shop, number: str, email: str) -> Order | None:
    """Return a shop's order of this number whose account has this address. A miss costs what a hit costs.

    Copies of a shop system that is not in use any more are nobody's page: they tell of a day gone by.
    """
    key = keys.spelt(KeyKind.NUMBER, number, region="", secret="")
    address = keys.spelt(KeyKind.EMAIL, email, region="", secret="")
    rows = Order.objects.filter(
        backend__shop=shop,
        backend__is_active=True,
        keys__kind=KeyKind.NUMBER,
        keys__key=key,
        account__keys__kind=KeyKind.EMAIL,
        account__keys__key=address,
    )
    return rows.select_related("account__backend__shop", "backend__shop").order_by("-placed_at", "-id").first()


def order_of_visit(*, shop: Shop, number: str, visit_digest: str, now: datetime) -> Order | None:
    """Return a shop's order of this number that belongs to somebody whom this visit showed to be its customer."""
    key = keys.spelt(KeyKind.NUMBER, number, region="", secret="")
    seen = Evidence.objects.filter(visit=visit_digest, until__gt=now).values("account_id")
    rows = Order.objects.filter(backend__shop=shop, backend__is_active=True, account_id__in=seen)
    rows = rows.filter(keys__kind=KeyKind.NUMBER, keys__key=key)
    return rows.select_related("account__backend__shop", "backend__shop").order_by("-placed_at", "-id").first()


def page_token(order: Order) -> str:
    """Return what a link to the customer's page of an order ends with; it opens no more than number and e-mail do."""
    return f"{order.pk}-{crypto.sign_token(order.pk, key=settings.SECRET_KEY, purpose=_PAGE_PURPOSE)}"


def page_address(order: Order) -> str:
    """Return the whole address of that page, as it is written to the customer."""
    return settings.PUBLIC_URL + reverse("orders:signed", args=[order.backend.shop.slug, page_token(order)])


def order_of_token(token: str, *, shop: Shop) -> Order | None:
    """Return the order that such a link leads to; None where it is none of ours."""
    pk, _, signature = token.partition("-")
    number = number_in(pk)
    if number is None or not crypto.check_token(signature, number, key=secret_keys(), purpose=_PAGE_PURPOSE):
        return None
    rows = Order.objects.filter(pk=number, backend__shop=shop, backend__is_active=True)
    return rows.select_related("account__backend__shop", "backend__shop").first()
