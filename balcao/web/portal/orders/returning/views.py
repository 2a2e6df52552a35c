"""Sending something back: chosen, looked at, confirmed; then its own page with label, photos and days."""

from secrets import token_urlsafe
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from balcao.commerce import queries
from balcao.commerce.queries import policy_of
from balcao.commerce.types import Level
from balcao.kit.counting import count, name_of
from balcao.pipeline.requests import Request
from balcao.pipeline.returning import Wish, keep_photo, send_back
from balcao.ports.commerce import ActionKind
from balcao.returns.actions.choosing import choose_outcome
from balcao.returns.actions.opening import Opener
from balcao.returns.actions.troubles import CannotReturn, Trouble
from balcao.returns.models import Return
from balcao.returns.queries.cases import Notice, Wanted, returnable
from balcao.returns.queries.labels import label_pdf
from balcao.returns.rules import numbers
from balcao.returns.types import Outcome, Reason
from balcao.shops.models import Shop
from balcao.web.components.returning import ReturnSheet, photos_in
from balcao.web.portal.orders import pages, visits
from balcao.web.portal.orders.pages import for_shop
from balcao.web.portal.orders.returning.sight import ReturnSight
from balcao.web.portal.orders.sight import Sight
from balcao.web.portal.orders.visits import Visit, visit_of

_MOST_REQUESTS = 10  # an hour, of one account


def _page(request: HttpRequest, shop: Shop, name: str, *, status: int = 200, **more: Any) -> HttpResponse:
    return pages.page(request, shop, f"returns/{name}", status=status, **more)


def _sight(request: HttpRequest, shop: Shop, number: str) -> tuple[Visit, Sight] | None:
    """Return what the visitor sees of an order; None where they have shown nothing that opens it."""
    visit = visit_of(request)
    row = visit.order(shop, number)
    if row is None:
        return None
    return visit, Sight(row, queries.order_value(row), visit.level(row.account), timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
@for_shop
def begin(request: HttpRequest, shop: Shop, number: str) -> HttpResponse:
    """Let the customer say what comes back and why, show what the rules say, and open it once they confirm."""
    found = _sight(request, shop, number)
    if found is None:
        return pages.to("find", shop)
    visit, sight = found
    if not sight.is_verified:
        return _declared(request, shop, visit, sight)
    notice = Notice(sight.now, "portal")
    sheet = ReturnSheet(sight.row, request.POST if request.method == "POST" else {}, notice=notice, now=sight.now)
    if request.method != "POST" or not sheet.pieces:
        return _page(request, shop, "choose", sight=sight, sheet=sheet)
    return _went_on(request, shop, visit, sight, sheet)


def _went_on(request: HttpRequest, shop: Shop, visit: Visit, sight: Sight, sheet: ReturnSheet) -> HttpResponse:
    if sheet.faults:
        return _page(request, shop, "choose", status=422, sight=sight, sheet=sheet, faults=sheet.faults)
    if request.POST.get("step") != "send":
        return _page(request, shop, "confirm", sight=sight, sheet=sheet)
    if sheet.last_faults:
        return _page(request, shop, "confirm", status=422, sight=sight, sheet=sheet, faults=sheet.last_faults)
    return _sent(request, shop, visit, sight, sheet)


def _sent(request: HttpRequest, shop: Shop, visit: Visit, sight: Sight, sheet: ReturnSheet) -> HttpResponse:
    if _asks_too_often(sight):
        return _page(request, shop, "choose", status=429, sight=sight, sheet=sheet, sorry=_too_often())
    photos = tuple((one.ref, file) for one in sheet.chosen for file in photos_in(request, f"photos-{one.ref}"))
    wish = Wish(sight.row, sheet.wanted, photos, sight.level)
    try:
        row = send_back(
            shop=shop,
            wish=wish,
            request=_request(sight, visit, sheet.words()),
            key=_form_key(request, sight),
            now=sight.now,
        )
    except CannotReturn as cannot:
        sorry = trouble_words(cannot.trouble)
        return _page(request, shop, "choose", status=422, sight=sight, sheet=sheet, sorry=sorry)
    if row is None:
        return pages.page(request, shop, "asked", sight=sight)
    return pages.to("return", shop, visits.named(sight.row), row.written)


def _request(sight: Sight, visit: Visit, words: str) -> Request:
    return Request(
        email=sight.email,
        name=sight.value.account.name,
        order=sight.row.number,
        subject=_("Return: order %(number)s") % {"number": sight.row.number},
        message=words,
        language=translation.get_language() or "",
        is_verified=sight.is_verified and visit.proves(sight.row.account, sight.email, now=sight.now),
    )


def _form_key(request: HttpRequest, sight: Sight) -> str:
    return f"return.{sight.row.pk}.{request.POST.get('key', '')[:24] or token_urlsafe(12)}"


def _asks_too_often(sight: Sight) -> bool:
    return count(name_of("returns", sight.row.account_id, sight.is_verified), seconds=pages.HOUR) > _MOST_REQUESTS


def _too_often() -> str:
    return _("So many requests came that we take no more for now. Please try again in an hour.")


def trouble_words(trouble: Trouble) -> str:
    """Return why something cannot be sent back as it was asked."""
    return {
        Trouble.TOO_MANY: _("Some of it is on its way back already, or was paid back. Please look at it again."),
        Trouble.NO_SUCH_LINE: _("This item is not in the order any more."),
        Trouble.NO_VARIANT: _("Please choose what you want for it."),
    }.get(trouble, _("This cannot be done here. Please write to us."))


# --- Without a code: the whole contract, as the law wants it to be possible -------------------------------------------


def _declared(request: HttpRequest, shop: Shop, visit: Visit, sight: Sight) -> HttpResponse:
    """Let somebody who knows number and address withdraw from the whole order in two steps; nothing of it is shown."""
    may = sight.level >= max(Level.PLAUSIBLE, policy_of(sight.row.backend).level(ActionKind.REQUEST_RETURN))
    step = request.POST.get("step", "") if request.method == "POST" and may else ""
    if step == "declare":
        return _page(request, shop, "declare_confirm", sight=sight)
    if step != "confirm":
        return _page(request, shop, "declare", sight=sight, may=may)
    left = returnable(sight.row)
    wanted = [Wanted(ref, quantity, Reason.CHANGED_MIND) for ref, quantity in left.items() if quantity]
    if _asks_too_often(sight):
        return _page(request, shop, "declare", status=429, sight=sight, may=may, sorry=_too_often())
    words = _("I withdraw from the contract of order %(number)s.") % {"number": sight.row.number}
    try:
        row = send_back(
            shop=shop,
            wish=Wish(sight.row, wanted, level=sight.level),
            request=_request(sight, visit, words),
            key=_form_key(request, sight),
            now=sight.now,
        )
    except CannotReturn as cannot:
        sorry = trouble_words(cannot.trouble)
        return _page(request, shop, "declare", status=422, sight=sight, may=may, sorry=sorry)
    number = row.written if row else ""
    return _page(request, shop, "declared", sight=sight, number=number)


# --- Its own page -----------------------------------------------------------------------------------------------------


def _known(request: HttpRequest, shop: Shop, number: str, rma: str) -> tuple[Sight, Return] | None:
    """Return a return of an order to its verified customer; None where they are not, or there is none."""
    found = _sight(request, shop, number)
    if found is None or not found[1].is_verified:
        return None
    rows = Return.objects.filter(order=found[1].row, number=numbers.read(rma) or 0)
    row = rows.select_related("process__ticket", "order__account", "order__backend__shop", "shop").first()
    if row is None:
        raise Http404
    return found[1], row


@require_safe
@for_shop
def show(request: HttpRequest, shop: Shop, number: str, rma: str) -> HttpResponse:
    """Show a return to its customer."""
    known = _known(request, shop, number, rma)
    if known is None:
        return pages.to("order", shop, number)
    sight, row = known
    return _page(request, shop, "return", sight=sight, back=ReturnSight(row, sight.now))


@require_safe
@for_shop
def label(request: HttpRequest, shop: Shop, number: str, rma: str) -> HttpResponse:
    """Give the label as a PDF."""
    known = _known(request, shop, number, rma)
    found = known[1].labels.order_by("-pk").first() if known else None
    if found is None:
        return pages.to("order", shop, number)
    answer = HttpResponse(label_pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.goods_return.written}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
@for_shop
def photos(request: HttpRequest, shop: Shop, number: str, rma: str) -> HttpResponse:
    """Take more pictures."""
    known = _known(request, shop, number, rma)
    if known is None:
        return pages.to("order", shop, number)
    sight, row = known
    kept = [
        keep_photo(row, None, file, Opener(identity=row.identity), now=sight.now)
        for file in photos_in(request, "photos")
    ]
    if not kept or not all(kept):
        sorry = _("We take pictures only, each up to 10 MB.")
        return _page(request, shop, "return", status=422, sight=sight, back=ReturnSight(row, sight.now), sorry=sorry)
    return pages.to("return", shop, number, rma)


@require_POST
@for_shop
def outcome(request: HttpRequest, shop: Shop, number: str, rma: str) -> HttpResponse:
    """Let the customer want something else for it."""
    known = _known(request, shop, number, rma)
    if known is None:
        return pages.to("order", shop, number)
    sight, row = known
    if not _is_chosen(row, request.POST.get("outcome", ""), sight):
        sorry = _("This cannot be chosen any more.")
        return _page(request, shop, "return", status=422, sight=sight, back=ReturnSight(row, sight.now), sorry=sorry)
    return pages.to("return", shop, number, rma)


def _is_chosen(row: Return, wanted: str, sight: Sight) -> bool:
    if wanted not in set(Outcome):
        return False
    try:
        choose_outcome(row=row, outcome=Outcome(wanted), agent=None, identity=row.identity, now=sight.now)
    except CannotReturn:
        return False
    return True
