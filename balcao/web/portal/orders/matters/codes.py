"""The code by which whoever has the link of a matter shows that they are the order's customer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from balcao.commerce.actions import verifying
from balcao.commerce.actions.verifying import CannotVerify
from balcao.pipeline.verification import ask_for_code
from balcao.shops.models import Shop
from balcao.web.portal.orders import visits
from balcao.web.portal.orders.matters.caller import Caller
from balcao.web.portal.orders.matters.deeds import Deeds
from balcao.web.portal.orders.matters.drawing import address_of, called, drawn, form_of, to
from balcao.web.portal.orders.matters.story import Matter
from balcao.web.portal.orders.pages import trouble_words


def _back(request: HttpRequest, caller: Caller) -> str:
    """Return where somebody goes on who wanted to be known for something."""
    key = request.POST.get("then", "")
    if key and Deeds(Matter(caller.process, now=caller.now)).get(key):
        return address_of("matter_do", caller, key)
    return address_of("case", caller) + "#talk"


@require_POST
@called
def send_code(request: HttpRequest, shop: Shop, caller: Caller) -> HttpResponse:
    """Have a code sent to the address that the order had before this visit."""
    account = caller.account
    if account is None or caller.is_verified:
        return to(_back(request, caller))
    caller.visit = caller.visit if caller.visit.secret else visits.begun()
    try:
        ask_for_code(
            account=account,
            order=caller.process.order,
            place=caller.visit.place(now=caller.now),
            language=translation.get_language() or "",
            agent=None,
        )
    except CannotVerify as cannot:
        return _code_page(request, shop, caller, 429, code_error=trouble_words(cannot.trouble))
    return visits.keep(to(_back(request, caller)), caller.visit, shop)


@require_POST
@called
def enter_code(request: HttpRequest, shop: Shop, caller: Caller) -> HttpResponse:
    """Take a typed code."""
    account, code = caller.account, request.POST.get("code", "")[:20]
    if account is None or caller.is_verified:
        return to(_back(request, caller))
    if verifying.confirm_code(account=account, visit=caller.visit.secret, code=code, now=caller.now):
        return to(_back(request, caller))
    error = _("This code is wrong or too old. After five wrong ones you need a new code.")
    return _code_page(request, shop, caller, 422, code_error=error)


def _code_page(request: HttpRequest, shop: Shop, caller: Caller, status: int, *, code_error: str) -> HttpResponse:
    """Return the page from which a code was asked for or typed, with what is wrong."""
    matter = Matter(caller.process, now=caller.now)
    deed = Deeds(matter).get(request.POST.get("then", ""))
    more: dict[str, Any] = {"status": status, "code_error": code_error, "wants_code": True}
    if deed is None:
        return drawn(request, shop, caller, **more)
    return form_of(request, shop, caller, matter, deed, **more)
