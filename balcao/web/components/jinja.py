"""What our templates can say about people, channels and time. Installed by the project's environment."""

from collections.abc import Hashable
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from django.templatetags.static import static
from django.utils import timezone, translation
from jinja2 import Environment
from jinja2.runtime import Macro
from markupsafe import Markup

from balcao.web.components import formats, looks, promises


def install(environment: Environment) -> None:
    """Add the filters and functions of all faces."""
    environment.globals.update(_=gettext, gettext=gettext, pgettext=pgettext, ngettext=ngettext, npgettext=npgettext)
    environment.globals.update(icon=icon, mark=mark, channel_icon=channel_icon, draw_avatar=draw_avatar, kept=kept)
    environment.globals.update(due_shapes_json=promises.shapes_json)
    environment.filters.update(
        ago=_ago,
        clock=_clock,
        day=_day,
        day_key=_day_key,
        full=_full,
        iso=datetime.isoformat,
        language_name=_language_name,
        language_title=_language_title,
        moment=_moment,
        money=_money,
        number=_number,
        short_day=_short_day,
        near_day=_near_day,
        weekday=_weekday,
        size=_size,
        span=_span,
        when=_when,
    )


@lru_cache(maxsize=512)
def icon(name: str, classes: str = "") -> Markup:
    """Draw an icon of the sprite; it is an ornament, the words beside it speak."""
    return Markup('<svg class="icon{0}" aria-hidden="true"><use href="{1}#i-{2}"/></svg>').format(
        f" {classes}" if classes else "", _sprite(), name
    )


@lru_cache(maxsize=32)
def mark(name: str, classes: str, label: str = "") -> Markup:
    """Draw one of our own marks: `mark` (the bell) or `tile`."""
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="{0}" {1}><use href="{2}#p-{3}"/></svg>').format(classes, spoken, _sprite(), name)


def channel_icon(kind: str, classes: str = "") -> Markup:
    """Draw the icon of a kind of channel in its colour."""
    return icon(looks.channel_icon(kind), f"channel-{looks.channel_colour(kind)} {classes}".strip())


def draw_avatar(name: str, *, agent: bool = False, size: str = "", presence: str = "") -> Markup:
    """Draw initials on the clay tint of a name; see `parts/avatar.html`."""
    return _avatar(name, agent, size, presence, _language())


@lru_cache(maxsize=4096)
def _avatar(name: str, agent: bool, size: str, presence: str, language: str) -> Markup:  # noqa: FBT001 - a cache key
    dot = Markup('<span class="presence {}"></span>').format(presence) if presence else ""
    classes = " ".join(filter(None, ["avatar", "agent" if agent else "", size, f"t{looks.tint(name)}"]))
    return Markup('<span class="{}">{}{}</span>').format(classes, looks.initials(name, language), dot)


def kept(macro: Macro, *arguments: Hashable) -> Markup:
    """Draw a macro that depends on nothing but its arguments and the language; what was drawn once is kept.

    A list that is looked at all day consists of the same few hundred rows.
    """
    return _kept(macro, _language(), arguments)


@lru_cache(maxsize=2048)
def _kept(macro: Macro, _language: str, arguments: tuple[Hashable, ...]) -> Markup:
    return Markup(macro(*arguments))  # noqa: S704 - drawn by a template that escapes


def gettext(message: str, /, **values: object) -> Markup:
    """Translate for a page, remembering each answer: a page asks for hundreds, and the catalogue's chain is long."""
    if values:
        return _translated(_language(), message) % values
    return _finished(_language(), message)


def pgettext(context: str, message: str, /, **values: object) -> Markup:
    """Translate in a context, likewise."""
    return _translated(_language(), message, context) % values


def ngettext(singular: str, plural: str, number: int, /, **values: object) -> Markup:
    """Translate with the plural form of a number, which the words may call `num`."""
    return _markup(translation.ngettext(singular, plural, number)) % {"num": number, **values}


def npgettext(context: str, singular: str, plural: str, number: int, /, **values: object) -> Markup:
    """Translate with a plural form in a context."""
    return _markup(translation.npgettext(context, singular, plural, number)) % {"num": number, **values}


@lru_cache(maxsize=16384)
def _translated(language: str, message: str, context: str = "") -> Markup:
    with translation.override(language):
        return _markup(translation.pgettext(context, message) if context else translation.gettext(message))


def _markup(words: str) -> Markup:
    return Markup(words)  # noqa: S704 - of our own catalogues; the values that go in are escaped


@lru_cache(maxsize=16384)
def _finished(language: str, message: str) -> Markup:
    return _translated(language, message) % {}  # also without values, %% stands for a per cent sign


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("balcao/icons/icons.svg")


def _language() -> str:
    return translation.get_language() or "en"


def _zone() -> tzinfo:
    return timezone.get_current_timezone()


def _clock(moment: datetime) -> str:
    return formats.clock(moment, zone=_zone())


def _day(moment: datetime, now: datetime) -> str:
    return formats.day(
        moment,
        now=now,
        zone=_zone(),
        language=_language(),
        today=str(gettext("Today")),
        yesterday=str(gettext("Yesterday")),
    )


def _day_key(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}"


def _when(moment: datetime, now: datetime) -> str:
    return formats.when(moment, now=now, zone=_zone(), language=_language(), yesterday=str(gettext("yesterday")))


def _moment(moment: datetime, now: datetime) -> str:
    return formats.moment_words(moment, now=now, zone=_zone(), language=_language())


def _full(moment: datetime) -> str:
    return formats.full(moment, zone=_zone(), language=_language())


def _ago(moment: datetime, now: datetime) -> str:
    return formats.ago(moment, now=now, language=_language())


def _span(length: timedelta) -> str:
    return formats.span(length, language=_language())


def _number(value: float) -> str:
    return formats.number(value, language=_language())


def _short_day(moment: datetime, now: datetime) -> str:
    zone = _zone()
    return formats.short_day(moment.astimezone(zone).date(), year=now.astimezone(zone).year, language=_language())


def _near_day(moment: datetime, now: datetime) -> str:
    return _clock(moment) if _day_key(moment) == _day_key(now) else _short_day(moment, now)


def _weekday(moment: datetime) -> str:
    return formats.weekday(timezone.localtime(moment).date(), language=_language())


def _money(amount: int, currency: str) -> str:
    return formats.money(amount, currency, language=_language())


def _size(octets: int) -> str:
    return formats.size(octets, language=_language())


def _language_name(code: str) -> str:
    return formats.language_name(code, language=_language())


def _language_title(code: str) -> str:
    return formats.language_title(code, language=_language())
