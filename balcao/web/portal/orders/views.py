"""The pages of orders for customers: found by number and e-mail, opened wholly by a code, acted on where allowed."""

import logging
from functools import wraps
from secrets import token_urlsafe
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from balcao.commerce import queries
from balcao.commerce.actions import verifying
from balcao.commerce.actions.ledger import ActionDenied
from balcao.commerce.actions.verifying import CannotVerify
from balcao.commerce.models import Order
from balcao.commerce.rules import keys
from balcao.commerce.rules.verifying import masked
from balcao.commerce.types import EvidenceKind
from balcao.kit.counting import count, name_of, uncount
from balcao.pipeline.submissions import network_of
from balcao.pipeline.verification import ask_for_code
from balcao.ports.commerce import KeyKind
from balcao.shops.models import Shop
from balcao.tickets.queries.speaking import writes_from
from balcao.web.portal.looks import sheet_of
from balcao.web.portal.orders import granting, visits, words
from balcao.web.portal.orders.matters.cards import cards_of
from balcao.web.portal.orders.pages import HOUR, View, for_shop, page, to, trouble_words
from balcao.web.portal.orders.sight import Sight
from balcao.web.portal.orders.visits import Visit, visit_of
from balcao.web.portal.orders.wishes import Wish, wish_of, wishes_of, written

_MOST_MISSES = 5  # an hour, of one network and for one number
_MOST_REQUESTS = 10  # an hour, of one account at one level

log = logging.getLogger(__name__)

# --- The ways in ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_shop
def find(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Ask for number and e-mail. Whoever misses is told the same, whatever it was that did not fit."""
    if request.method != "POST":
        return page(request, shop, "find")
    number, email = (request.POST.get(name, "").strip()[:320] for name in ("number", "email"))
    typed = {"number": number, "email": email}
    tries = _tries(request, shop, number)
    made = max([count(name, seconds=HOUR) for name in tries])  # before looking: many at once are no way around it
    if made > _MOST_MISSES:
        sorry = _("There were too many tries. Please try again in an hour, or write to us.")
        return page(request, shop, "find", status=429, sorry=sorry, **typed)
    order = queries.order_of_contact(shop=shop, number=number, email=email)
    if order is None:
        if made == _MOST_MISSES:
            log.warning(
                "Many misses on the customers' pages of %s: the search is closed to them for an hour", shop.slug
            )
        sorry = _("We find no order with this number and this e-mail address. Please check both.")
        return page(request, shop, "find", status=422, sorry=sorry, **typed)
    for name in tries:
        uncount(name)
    return _let_in(shop, order, EvidenceKind.ORDER_NUMBER)


def _tries(request: HttpRequest, shop: Shop, number: str) -> list[str]:
    """Return what a try is counted by: its network, and the order's number however it is spelt."""
    network = network_of(get_adapter().get_client_ip(request))
    key = keys.spelt(KeyKind.NUMBER, number, region="", secret="")
    return [name_of("order-miss", shop.pk, "from", network), name_of("order-miss", shop.pk, "number", key)]


def _let_in(shop: Shop, order: Order, kind: EvidenceKind) -> HttpResponse:
    visit = visits.begun()
    verifying.knew_order(account=order.account, visit=visit.secret, kind=kind, now=timezone.now())
    return visits.keep(to("order", shop, visits.named(order)), visit, shop)


@require_safe
@for_shop
def signed(request: HttpRequest, shop: Shop, token: str) -> HttpResponse:
    """Open the page by a link that we wrote to the customer: it shows the state, and more after a code."""
    order = queries.order_of_token(token, shop=shop)
    if order is None or not visits.named(order):
        raise Http404
    visit = visit_of(request)
    if visit.order(shop, order.number) == order:  # who is here already stays as verified as they are
        return to("order", shop, visits.named(order))
    return _let_in(shop, order, EvidenceKind.SIGNED_LINK)


@require_http_methods(["GET", "HEAD", "POST"])
@for_shop
def link(request: HttpRequest, shop: Shop, token: str) -> HttpResponse:
    """Let whoever opens a one-time link say whether it is them who is speaking with us; looking uses nothing up."""
    now = timezone.now()
    challenge = verifying.challenge_of_link(token, now=now)
    if challenge is None or challenge.account.backend.shop_id != shop.pk:
        return page(request, shop, "link_over", status=410)
    if request.method != "POST":
        writer = writes_from(challenge.conversation, at=challenge.created_at)
        return page(request, shop, "link", challenge=challenge, writer=masked(writer) if writer else "")
    if request.POST.get("answer") != "yes":
        verifying.disown(token=token, now=now)
        return page(request, shop, "link_disowned")
    if verifying.confirm_link(token=token, now=now) is None:
        return page(request, shop, "link_over", status=410)
    if challenge.order is None or not visits.named(challenge.order):
        return page(request, shop, "link_confirmed")
    visit = visits.begun()
    verifying.came_by_link(account=challenge.account, visit=visit.secret, now=now)
    return visits.keep(to("order", shop, visits.named(challenge.order)), visit, shop)


@require_POST
@for_shop
def leave(request: HttpRequest, shop: Shop) -> HttpResponse:
    """End the visit."""
    visit = visit_of(request)
    if visit.secret:
        verifying.end_visit(visit=visit.secret, now=timezone.now())
    return visits.end(to("find", shop), shop)


# --- The page ---------------------------------------------------------------------------------------------------------


def _sight(request: HttpRequest, shop: Shop, number: str) -> tuple[Visit, Sight]:
    """Return what the visitor sees of an order; whoever may see none is asked who they are."""
    visit = visit_of(request)
    row = visit.order(shop, number)
    if row is None:
        raise _Unknown
    return visit, Sight(row, queries.order_value(row), visit.level(row.account), timezone.now())


class _Unknown(Exception):
    """The visitor has shown nothing that opens this page."""


def _known(view: View) -> View:
    @wraps(view)
    def answering(request: HttpRequest, shop: Shop, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, shop, *args, **kwargs)
        except _Unknown:
            if request.method != "POST":
                return to("find", shop)
            sorry = _("This page was open for too long. Please look your order up once more.")
            return page(request, shop, "find", status=403, sorry=sorry, here=reverse("orders:find", args=[shop.slug]))

    return answering


@require_safe
@for_shop
@_known
def order(request: HttpRequest, shop: Shop, number: str) -> HttpResponse:
    """Show an order as far as the visitor is known."""
    visit, sight = _sight(request, shop, number)
    sent = None if sight.is_verified else visit.code_sent(sight.row.account, now=sight.now)
    return _drawn(request, shop, sight, wants_code=bool(sent), code_sent_to=masked(sent.key) if sent else "")


def _drawn(request: HttpRequest, shop: Shop, sight: Sight, *, status: int = 200, **more: Any) -> HttpResponse:
    others = queries.orders_of_account(sight.row.account) if sight.is_verified else []
    seen = {
        "sight": sight,
        "wishes": wishes_of(sight),
        "cards": cards_of(sight.row, is_verified=sight.is_verified, now=sight.now),
        "others": [one for one in others if one.pk != sight.row.pk and visits.named(one)],
        "instrument": words.instrument,
        "parcel_state": words.parcel_state,
        "payment_state": words.payment_state,
        "code_error": "",
        "wants_code": False,
        "code_sent_to": "",
        "here": reverse("orders:order", args=[shop.slug, visits.named(sight.row)]),
    }
    return page(request, shop, "order", status=status, **{**seen, **more})


@require_http_methods(["GET", "HEAD", "POST"])
@for_shop
@_known
def send_code(request: HttpRequest, shop: Shop, number: str) -> HttpResponse:
    """Have a code sent to the address that the order had before this visit."""
    visit, sight = _sight(request, shop, number)
    if request.method != "POST" or sight.is_verified:  # a phone opens a page anew that it had put away
        return to("order", shop, number)
    try:
        ask_for_code(
            account=sight.row.account,
            order=sight.row,
            place=visit.place(now=sight.now),
            language=translation.get_language() or "",
            agent=None,
        )
    except CannotVerify as cannot:
        return _drawn(request, shop, sight, status=429, code_error=trouble_words(cannot.trouble), wants_code=True)
    answer = to("order", shop, number)
    answer["Location"] += "#code"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@for_shop
@_known
def enter_code(request: HttpRequest, shop: Shop, number: str) -> HttpResponse:
    """Take a typed code."""
    visit, sight = _sight(request, shop, number)
    if request.method != "POST" or sight.is_verified:
        return to("order", shop, number)
    code = request.POST.get("code", "")[:20]
    if verifying.confirm_code(account=sight.row.account, visit=visit.secret, code=code, now=sight.now):
        return to("order", shop, number)
    error = _("This code is wrong or too old. After five wrong ones you need a new code.")
    return _drawn(request, shop, sight, status=422, code_error=error, wants_code=True)


# --- Wishes -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_shop
@_known
def wish(request: HttpRequest, shop: Shop, number: str, kind: str) -> HttpResponse:
    """Fill in a wish; what the rules allow is done at once, everything else becomes a request to the shop."""
    visit, sight = _sight(request, shop, number)
    form = {"key": token_urlsafe(12), **written(request.POST)} if request.method == "POST" else {}
    found = wish_of(kind, sight, form)
    if found is None:
        return to("order", shop, number)
    if request.method != "POST":
        return page(request, shop, "wish", sight=sight, wish=found)
    if found.faults:
        return page(request, shop, "wish", status=422, sight=sight, wish=found, faults=found.faults)
    return _granted(request, shop, visit, found)


def _granted(request: HttpRequest, shop: Shop, visit: Visit, wish: Wish) -> HttpResponse:
    sight = wish.sight
    key = f"{sight.row.pk}.{wish.kind}.{wish.digest}"
    if wish.is_at_once and not request.POST.get("as_request"):
        try:
            granting.do_at_once(wish, key=key)
        except ActionDenied:  # it changed while the form was open: asked for instead, with all that was filled in
            return page(request, shop, "wish", status=422, sight=sight, wish=Wish(wish.kind, sight, wish.form))
        return to("order", shop, visits.named(sight.row))
    # Counted apart: whoever only knows number and address must not use up what the customer may ask.
    if count(name_of("order-requests", sight.row.account_id, sight.is_verified), seconds=HOUR) > _MOST_REQUESTS:
        sorry = _("So many requests came that we take no more for now. Please try again in an hour.")
        return page(request, shop, "wish", status=429, sight=sight, wish=wish, sorry=sorry)
    granting.ask_for(shop, visit, wish, key=key)
    return page(request, shop, "asked", sight=sight)


@require_GET
@cache_control(public=True, max_age=300)
def look(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the shop's colours as a style sheet."""
    shop = Shop.objects.filter(slug=slug).first()
    if shop is None:
        raise Http404
    return sheet_of(shop)
