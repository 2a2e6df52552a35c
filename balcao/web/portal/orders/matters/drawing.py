"""The pages of a matter as they are drawn, for whoever opened its link."""

from collections.abc import Mapping
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone, translation

from balcao.commerce.rules.verifying import masked
from balcao.processes.queries.cases import case_token, process_of_token
from balcao.shops.models import Shop
from balcao.web.portal.orders.matters import fields, talk
from balcao.web.portal.orders.matters.caller import Caller
from balcao.web.portal.orders.matters.deeds import Deed, Deeds
from balcao.web.portal.orders.matters.story import Matter, told
from balcao.web.portal.orders.pages import View, for_any_shop, page
from balcao.web.portal.orders.visits import visit_of

LASTS = timedelta(days=180)  # after its end
_DONE = ("said", "photos", "way", "tell")


def called(view: View) -> View:
    """Give a view the one who opened the link; a wrong link opens nothing, one that is over says so."""

    @for_any_shop
    @wraps(view)
    def answering(request: HttpRequest, shop: Shop, token: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        process, now = process_of_token(token, shop=shop), timezone.now()
        if process is None:
            raise Http404
        if process.ended_at and now - process.ended_at > LASTS:
            return page(request, shop, "matter_over", status=410)
        return view(request, shop, Caller(process, visit_of(request), now), *args, **kwargs)

    return answering


def address_of(name: str, caller: Caller, *more: str, **query: str) -> str:
    """Return the address of a page of this matter, in the language that it is read in."""
    address = reverse(f"orders:{name}", args=[caller.process.shop.slug, case_token(caller.process), *more])
    asked = QueryDict(mutable=True)
    asked.update({"lang": translation.get_language() or "", **query})
    return f"{address}?{asked.urlencode()}"


def to(address: str) -> HttpResponse:
    """Send the visitor to an address."""
    answer = HttpResponse(status=302)
    answer["Location"] = address
    return answer


def drawn(request: HttpRequest, shop: Shop, caller: Caller, *, status: int = 200, **more: Any) -> HttpResponse:
    """Return the page of a matter as it stands now."""
    matter = Matter(caller.process, now=caller.now)
    deeds = Deeds(matter)
    said = request.GET.get("done", "")
    seen = {
        "matter": matter,
        "deeds": deeds,
        "inline": _inline(deeds, caller),
        "talk": talk.said_about(caller.process) if caller.may_read else [],
        "done": said if said in _DONE and request.method != "POST" else "",
        "typed": "",
        "say_error": "",
        **more,
    }
    return _page(request, shop, caller, "matter", status=status, here=address_of("case", caller), **seen)


def _page(
    request: HttpRequest, shop: Shop, caller: Caller, name: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    sent = caller.code_sent
    seen = {
        "caller": caller,
        "at": lambda name, *parts: address_of(name, caller, *parts),
        "code_error": "",
        "wants_code": bool(sent),
        "code_sent_to": masked(sent.key) if sent else "",
        "then": "",
        **more,
    }
    return page(request, shop, name, status=status, **seen)


def _inline(deeds: Deeds, caller: Caller) -> dict[str, Any] | None:
    """Return the form of the first thing that is asked of them, if it can be filled in right here."""
    first = next((one for one in deeds.theirs if one.fields), None)
    if first is None or first.is_confirmed_apart or (first.needs_code and not caller.is_verified):
        return None
    return {"deed": first, "asked": fields.asked(first.fields, offered=first.offered)}


def form_of(
    request: HttpRequest,
    shop: Shop,
    caller: Caller,
    matter: Matter,
    deed: Deed,
    *,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Return the form of a deed as it was filled in, or what keeps it closed."""
    form = request.POST if request.method == "POST" else None
    seen = {
        "matter": matter,
        "deed": deed,
        "asked": fields.asked(deed.fields, form, wrong, offered=deed.offered, is_way=deed.way is not None),
        "reasons": [(one.key, told(one.names)) for one in deed.reasons],
        "reason": form.get("reason", "")[:60] if form else "",
        "faults": dict(wrong or {}),
        "is_asking": False,
        "is_locked": deed.needs_code and not caller.is_verified,
        "then": deed.key,
        "here": address_of("matter_do", caller, deed.key),
        **more,
    }
    return _page(request, shop, caller, "matter_do", status=status, **seen)
