"""One visit to the pages of orders: a secret in a cookie, and what the server saw of its visitor."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from balcao.commerce import queries
from balcao.commerce.actions.verifying import Place, visit_digest
from balcao.commerce.models import Account, Challenge, Order
from balcao.commerce.rules import keys
from balcao.commerce.rules.verifying import VISIT_LASTS
from balcao.commerce.types import Level
from balcao.kit.crypto import random_token
from balcao.ports.commerce import KeyKind
from balcao.shops.models import Shop

COOKIE = "balcao_visit"
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor by the secret of their cookie; "" before they have one."""

    secret: str

    @property
    def digest(self) -> str:
        """Return under what the visit is kept."""
        return visit_digest(self.secret)

    def place(self, *, now: datetime) -> Place:
        """Return the visit as a place where a level holds. A key that is changed during it verifies nobody."""
        first = queries.first_evidence_at(self.digest)
        return Place(began_at=first or now, visit=self.secret)

    def level(self, account: Account) -> Level:
        """Return how sure we are that the visitor is this customer."""
        if not self.secret:
            return Level.CLAIMED
        found = queries.evidence(account, now=timezone.now(), visit_digest=self.digest)
        return Level(found.level) if found else Level.CLAIMED

    def code_sent(self, account: Account, *, now: datetime) -> Challenge | None:
        """Return the code that was asked for in this visit and may still be typed."""
        return queries.challenge_of_visit(account, self.digest, now=now) if self.secret else None

    def proves(self, account: Account, email: str, *, now: datetime) -> bool:
        """Tell whether an address is the one that this visit's code went to: it may have changed since."""
        key = keys.spelt(KeyKind.EMAIL, email, region="", secret="")
        return bool(key) and key == queries.verifying_key(account, began_at=self.place(now=now).began_at)

    def order(self, shop: Shop, number: str) -> Order | None:
        """Return an order that this visitor may see something of."""
        if not self.secret:
            return None
        return queries.order_of_visit(shop=shop, number=number, visit_digest=self.digest, now=timezone.now())


def named(order: Order) -> str:
    """Return an order's number as one part of an address; "" where it has none to be found by."""
    found = keys.spelt(KeyKind.NUMBER, order.number, region="", secret="")
    return order.number if found and order.number.isascii() and "/" not in order.number else found


def visit_of(request: HttpRequest) -> Visit:
    """Return the visit that a request belongs to."""
    return Visit(request.COOKIES.get(COOKIE, "")[:_LONGEST])


def begun() -> Visit:
    """Return a new visit. One is begun at each way in, so that nobody prepares a cookie for somebody else."""
    return Visit(random_token(24))


def keep(answer: HttpResponse, visit: Visit, shop: Shop) -> HttpResponse:
    """Give the visitor the secret of their visit; it is shown to the pages of this shop only."""
    answer.set_cookie(
        COOKIE,
        visit.secret,
        max_age=int(VISIT_LASTS.total_seconds()),
        path=_home(shop),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def end(answer: HttpResponse, shop: Shop) -> HttpResponse:
    """Take the secret away."""
    answer.delete_cookie(COOKIE, path=_home(shop), samesite="Lax")
    return answer


def _home(shop: Shop) -> str:
    return reverse("orders:find", args=[shop.slug])
