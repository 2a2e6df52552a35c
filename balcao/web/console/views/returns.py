"""What a shop takes back: its policy beside the law of the countries it sells to."""

from datetime import datetime

from babel import Locale
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from balcao.kit.locales import locale_of
from balcao.returns.actions.configuring import set_policy
from balcao.returns.queries.policies import policy_of
from balcao.returns.queries.telling import claim_words, day_words, parameter_words, value_words
from balcao.returns.queries.words import trait_words
from balcao.returns.rules.policy import exceptions_of, terms_beside
from balcao.returns.types import Claim, ReturnsPolicy
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.frame import page
from balcao.web.console.returns_form import ADDRESS, ReturnsForm

_MAY = Permission.SHOP_EDIT
_COUNTRIES = ("BR", "TR", "DE", "GB", "US")  # one of each law that we know


@require_GET
@for_agents(_MAY)
def shops(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the shops; of one alone, show its policy."""
    found = list(Shop.objects.filter(pk__in=agent.shop_ids()).order_by("name"))
    if len(found) == 1:
        return redirect("console:returns_shop", found[0].pk)
    return page(request, agent, "returns_shops", {"shops": [(shop, policy_of(shop.pk)) for shop in found]})


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def shop(request: HttpRequest, agent: Agent, shop_id: int) -> HttpResponse:
    """Show and change what a shop takes back."""
    row = get_object_or_404(Shop, pk=shop_id, pk__in=agent.shop_ids())
    known, now = policy_of(row.pk), timezone.now()
    form = ReturnsForm(request.POST if request.method == "POST" else None, policy=known, currency=row.currency)
    if form.is_bound and form.is_valid():
        set_policy(shop=row, policy=form.policy(), agent=agent, now=now)
        messages.success(request, _("Kept."))
        return redirect("console:returns_shop", row.pk)
    country = _chosen(request, row)
    context = {
        "shop": row,
        "form": form,
        "address": ADDRESS,
        "country": country,
        "countries": [(code, _country_words(code)) for code in dict.fromkeys((row.region or country, *_COUNTRIES))],
        "sides": _sides(country, known, now),
        "exceptions": exceptions_of(country, known, now=now),
        "trait_words": trait_words,
        "parameter_words": parameter_words,
        "value_words": value_words,
        "claim_words": claim_words,
        "day_words": day_words,
    }
    return page(request, agent, "returns", context, status=422 if form.is_bound else 200)


def _chosen(request: HttpRequest, shop: Shop) -> str:
    asked = request.GET.get("country", "").upper()[:2]
    return asked if asked in Locale("en").territories else shop.region or _COUNTRIES[0]


def _country_words(code: str) -> str:
    return str(locale_of(get_language() or "en").territories.get(code, code))


def _sides(country: str, policy: ReturnsPolicy, now: datetime) -> list[tuple[Claim, list[object]]]:
    """Return law and shop side by side, claim by claim."""
    terms = terms_beside(country, policy, now=now)
    claims = dict.fromkeys(term.claim for term in terms)
    return [(claim, [term for term in terms if term.claim == claim]) for claim in claims]
