"""What the pages of orders and of matters have in common: whose shop it is, in which language, and who keeps what."""

from collections.abc import Callable
from functools import wraps
from secrets import token_urlsafe
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from balcao.commerce.actions.verifying import Trouble
from balcao.shops.models import Shop
from balcao.web.portal.languages import chosen_language, offered_languages
from balcao.web.portal.orders import visits

HOUR = 3600
_CSP = (
    "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

View = Callable[..., HttpResponseBase]


def for_shop(view: View) -> View:
    """Give a view its shop, if that has orders, and its visitor's language; let nobody keep or frame its answer."""
    return _answering(view, lambda slug: Shop.objects.filter(slug=slug, backends__is_active=True).distinct().first())


def for_any_shop(view: View) -> View:
    """Give a view its shop likewise, whether or not it has orders here."""
    return _answering(view, lambda slug: Shop.objects.filter(slug=slug).first())


def _answering(view: View, shop_of: Callable[[str], Shop | None]) -> View:
    @wraps(view)
    def answering(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        shop = shop_of(slug)
        if shop is None:
            raise Http404
        with translation.override(chosen_language(request, shop)), timezone.override(shop.time_zone):
            answer = view(request, shop, *args, **kwargs)
        answer.headers["Content-Security-Policy"] = _CSP
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "same-origin"  # a link of ours may stand in the address
        patch_vary_headers(answer, ["Accept-Language", "Cookie"])
        return answer

    return answering


def page(request: HttpRequest, shop: Shop, name: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """Return a page with what all of them know."""
    context = {
        "shop": shop,
        "languages": offered_languages(shop),
        "language": translation.get_language(),
        "is_embedded": False,
        "named": visits.named,
        "sorry": "",
        "faults": {},
        "form_key": request.POST.get("key", "")[:40] or token_urlsafe(12),
        **more,
    }
    return render(request, f"portal/orders/{name}.html", context, status=status)


def to(name: str, shop: Shop, *args: str) -> HttpResponse:
    """Send the visitor to another page, in their language."""
    answer = redirect(f"orders:{name}", shop.slug, *args)
    answer["Location"] += f"?lang={translation.get_language()}"
    return answer


def trouble_words(trouble: Trouble) -> str:
    """Return why no code could be sent."""
    if trouble == Trouble.TOO_OFTEN:
        return _("We have sent three codes within an hour. Please use the newest one, or try again later.")
    return _("This order has no e-mail address that we could send a code to. Please write to us.")
