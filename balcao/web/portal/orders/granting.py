"""What becomes of a customer's wish: done at once through the ledger, or kept as a request to the shop."""

from django.utils import translation
from django.utils.translation import gettext as _

from balcao.commerce.actions import ledger
from balcao.commerce.actions.ledger import Asker
from balcao.customers.actions.identifying import identify
from balcao.customers.models import Identity
from balcao.pipeline import requests
from balcao.pipeline.requests import Request
from balcao.ports.channel import IdentityKind, Party
from balcao.shops.models import Shop
from balcao.web.portal.orders.sight import Sight
from balcao.web.portal.orders.visits import Visit
from balcao.web.portal.orders.wishes import Wish


def do_at_once(wish: Wish, *, key: str) -> None:
    """Put a wish into the ledger, once for each key; raise `ledger.ActionDenied`."""
    sight, row = wish.sight, wish.sight.row
    asker = Asker(identity=_identity(sight), level=sight.level)
    ledger.ask(action=wish.action, account=row.account, order=row, asker=asker, key=f"portal:{key}", now=sight.now)


def _identity(sight: Sight) -> Identity | None:
    """Return the customer as the desk knows them. Nothing is proven by this: the level is the visit's."""
    if not sight.email:
        return None
    party = Party(IdentityKind.EMAIL, sight.email, sight.value.account.name)
    region, language = sight.row.backend.shop.region, translation.get_language() or ""
    return identify(party=party, scope="", region=region, language=language, proven=None, now=sight.now)


def ask_for(shop: Shop, visit: Visit, wish: Wish, *, key: str) -> None:
    """Keep a wish as a request to the shop, once for each key."""
    sight = wish.sight
    request = Request(
        email=sight.email or wish.email,
        name=sight.value.account.name,
        order=sight.row.number,
        subject=_("%(wish)s: order %(number)s") % {"wish": wish.name, "number": sight.row.number},
        message=wish.request_words(),
        language=translation.get_language() or "",
        is_verified=sight.is_verified and visit.proves(sight.row.account, sight.email, now=sight.now),
    )
    requests.submit(shop=shop, request=request, key=key, now=sight.now)
