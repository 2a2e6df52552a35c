"""In which language a customer's page speaks."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from balcao.shops.models import Shop


def offered_languages(shop: Shop) -> list[tuple[str, str]]:
    """Return the shop's languages that our pages speak, the main one first; English where they speak none."""
    names = dict(settings.LANGUAGES)
    spoken = [code.lower() for code in shop.languages if code.lower() in names]
    return [(code, names[code]) for code in dict.fromkeys(spoken or ["en"])]


def chosen_language(request: HttpRequest, shop: Shop) -> str:
    """Return the language that was asked for, else the browser's, else the shop's own."""
    offered = [code for code, _name in offered_languages(shop)]
    asked = request.GET.get("lang", "").lower()
    if asked in offered:
        return asked
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        for code in offered:
            if wanted.split("-")[0] == code.split("-")[0]:
                return code
    return offered[0]
