"""Shops: name, languages, time, look and signatures."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from balcao.kit.placeholders import problems_in
from balcao.kit.searchtext import fold
from balcao.shops import rules
from balcao.shops.actions import create_shop, edit_shop
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.components.formats import language_title, locale_of
from balcao.web.console.frame import actor_of, page

_MAY = Permission.SHOP_EDIT
SIGNATURE_PLACEHOLDERS = ("agent.name", "shop.name")
_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}  # unions, outlying parts, and codes for tests
_HOMES = {"tr": ("TR", "Europe/Istanbul", "TRY"), "pt-br": ("BR", "America/Sao_Paulo", "BRL")}
_CURRENCIES = ("BRL", "TRY", "EUR", "USD", "GBP", "ARS", "AUD", "CAD", "CHF", "CLP", "COP", "JPY", "MXN", "PLN", "SEK")


def standard_code(code: str) -> str:
    """Return a language code as BCP 47 writes it: pt-BR."""
    main, dash, region = code.partition("-")
    return f"{main}{dash}{region.upper()}"


def offered_languages(shop: Shop | None) -> list[str]:
    """Return the languages a shop can speak: those of the interface, and what it speaks already."""
    ours = [standard_code(code) for code, _name in settings.LANGUAGES]
    return [*ours, *(code for code in (shop.languages if shop else []) if code not in ours)]


class ShopForm(forms.Form):
    """A shop as an admin sets it up."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("Short name"), max_length=60, help_text=gettext_lazy("For addresses and commands; it stays.")
    )
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    main = forms.ChoiceField(label=gettext_lazy("Main language"))
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages your customers write in"), widget=forms.CheckboxSelectMultiple
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Country"),
        required=False,
        help_text=gettext_lazy("Its law and holidays hold, and telephone numbers are read as there."),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=[(code, code) for code in _CURRENCIES])
    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$", label=gettext_lazy("Colour"), widget=forms.TextInput({"type": "color"})
    )
    close_after_days = forms.IntegerField(
        label=gettext_lazy("Days until a solved ticket closes"), min_value=1, max_value=365
    )

    def __init__(self, *args: Any, shop: Shop | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = offered_languages(shop)
        language = get_language() or "en"
        words = [(code, language_title(code, language=language)) for code in self.codes]
        self._offer("main", words)
        self._offer("languages", words)
        self._offer("region", [("", "—"), *_countries(language)])
        self._offer("time_zone", _zones())
        if shop is not None:
            del self.fields["slug"]
            if shop.currency not in _CURRENCIES:
                self._offer("currency", [(shop.currency, shop.currency), *((code, code) for code in _CURRENCIES)])
        for code, name in words:
            text = shop.signatures.get(code, "") if shop else ""
            self.fields[f"signature-{code}"] = forms.CharField(
                label=name, required=False, initial=text, strip=False, widget=forms.Textarea({"rows": 4, "lang": code})
            )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined] # a ChoiceField

    def signature_fields(self) -> list[forms.BoundField]:
        """Return the signatures, one for each language."""
        return [self[f"signature-{code}"] for code in self.codes]

    def clean(self) -> dict[str, Any]:
        """Refuse placeholders that a signature does not know."""
        cleaned = dict(super().clean() or {})
        for code in self.codes:
            name = f"signature-{code}"
            for problem in problems_in(cleaned.get(name, ""), known=SIGNATURE_PLACEHOLDERS):
                self.add_error(name, _("%(name)s is not known here.") % {"name": problem.name})
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return what the shop's actions take."""
        given = self.cleaned_data
        plain = ("name", "website", "region", "time_zone", "currency", "colour", "close_after_days")
        rest = [code for code in given["languages"] if code != given["main"]]
        return {name: given[name] for name in plain} | {
            "languages": [given["main"], *rest],
            "signatures": {code: text for code in self.codes if (text := given[f"signature-{code}"].strip())},
        }


def _countries(language: str) -> list[tuple[str, str]]:
    names = locale_of(language).territories  # numbers among them are continents
    found = [(code, name) for code, name in names.items() if code.isalpha() and code not in _NO_COUNTRIES]
    return sorted(found, key=lambda one: fold(one[1]))


def _zones() -> list[tuple[str, str]]:
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(zoneinfo.available_timezones())
        if "/" in zone or zone == "UTC"
    ]


@require_GET
@for_agents(_MAY)
def shops(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the shops; with one only, open it."""
    found = list(Shop.objects.filter(pk__in=agent.shop_ids()))
    if len(found) == 1 and not agent.every_shop:
        return redirect("console:shop", found[0].pk)
    return page(request, agent, "shops", {"shops": found})


@require_http_methods(["GET", "POST"])
@for_agents(_MAY)
def shop(request: HttpRequest, agent: Agent, shop_id: int | None = None) -> HttpResponse:
    """Open or change a shop."""
    row = Shop.objects.filter(pk=shop_id, pk__in=agent.shop_ids()).first() if shop_id else None
    if shop_id and row is None:
        raise Http404
    if row is None and not agent.every_shop:
        raise PermissionDenied
    form = ShopForm(request.POST or None, shop=row, initial=_initial(row) if row else _usual(agent))
    if form.is_valid() and (kept := _keep(agent, row, form)):
        messages.success(request, _("Kept."))
        return redirect("console:shop", kept.pk)
    context: dict[str, Any] = {"form": form, "row": row, "look": look_of(row.colour if row else "#2347a8")}
    context |= {"placeholders": SIGNATURE_PLACEHOLDERS}
    return page(request, agent, "shop_form", context, status=422 if form.errors else 200)


def _usual(agent: Agent) -> dict[str, Any]:
    """Return what a new shop probably is, from the language of who opens it."""
    region, zone, currency = _HOMES.get(agent.language.lower(), ("", "UTC", "EUR"))
    main = standard_code(agent.language)
    return {
        "languages": [main],
        "main": main,
        "region": region,
        "time_zone": zone,
        "currency": currency,
        "colour": "#2347a8",
        "close_after_days": 7,
    }


def _initial(row: Shop) -> dict[str, Any]:
    plain = ("name", "website", "region", "time_zone", "currency", "colour", "close_after_days", "languages")
    return {name: getattr(row, name) for name in plain} | {"main": row.language}


def _keep(agent: Agent, row: Shop | None, form: ShopForm) -> Shop | None:
    now, actor = timezone.now(), actor_of(agent)
    if row is not None:
        return edit_shop(shop=row, actor=actor, now=now, **form.facts())
    if Shop.objects.filter(slug=form.cleaned_data["slug"]).exists():
        form.add_error("slug", _("This name is taken."))
        return None
    return create_shop(slug=form.cleaned_data["slug"], actor=actor, now=now, **form.facts())


def look_of(colour: str) -> dict[str, Any]:
    """Return how a colour does on the customers' pages."""
    return {
        "colour": colour,
        "on": rules.words_on(colour),
        "contrast": round(rules.contrast(colour, rules.words_on(colour)), 1),
        "text": rules.readable(colour, on=rules.PAPER),
        "is_readable": rules.contrast(colour, rules.PAPER) >= rules.READABLE,
    }


@require_GET
@for_agents(_MAY)
def colour(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Say of a colour that was just picked whether words can be read on it and in it."""
    try:
        look = look_of(request.GET.get("colour", ""))
    except ValueError:
        return HttpResponse(status=422)
    return render(request, "console/_colour.html", {"look": look})
