"""What a customer is told of their order, in their own language: the facts of placeholders, and a whole ready answer.

Told is only what the level of the conversation allows: below a verified customer the state, the promised day, the
carrier and how much it is; nothing at all to somebody whom the order does not know.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from balcao.automation.rules.story import OVER, Standing, Story, story_of
from balcao.commerce.types import Level
from balcao.kit import locales
from balcao.ports.commerce import Order

_OUT_OF_OUR_HANDS = (Standing.ON_ITS_WAY, Standing.FAILED, Standing.RETURNED, Standing.LOST)


@dataclass(frozen=True, slots=True)
class Told:
    """An order, how sure we are of whom it is told to, and the moment and zone in which its days are days."""

    order: Order
    level: Level
    now: datetime
    zone: tzinfo
    page: str = ""  # the address of the customer's own page: it shows the state, and everything after a code

    @property
    def story(self) -> Story:
        """Return how the order stands."""
        return story_of(self.order, now=self.now, zone=self.zone)


def spoken(languages: Sequence[str]) -> str:
    """Return the first of these languages in which we have words."""
    ours = {code.partition("-")[0]: code for code, _name in settings.LANGUAGES}
    bases = (language.lower().replace("_", "-").partition("-")[0] for language in languages)
    return next((ours[base] for base in bases if base in ours), settings.LANGUAGES[0][0])


def facts_of(told: Told, *, language: str) -> dict[str, str | None]:
    """Return the facts of an order by the names of their placeholders; what may not be told is left out."""
    if told.level == Level.CLAIMED:
        return {}
    story, order, code = told.story, told.order, spoken([language])
    with override(code):
        facts: dict[str, str | None] = {
            "order.number": order.number,
            "order.state": state_words(story.standing),
            "order.placed_date": _day(story.placed_on, told, code),
            "order.promised_date": _day(story.promised_on, told, code),
            "order.carrier": story.carrier,
            "order.piece_count": str(story.pieces),
            "order.page_url": told.page,
            "order.payment": story.payment,  # whoever pays an order takes nothing from it
        }
        if told.level >= Level.VERIFIED:
            facts |= {
                "order.tracking_code": story.code,
                "order.tracking_url": story.url,
                "order.last_scan": _scan(told, code),
                "order.total": locales.money(order.total, order.currency, language=code),
            }
    return facts


def state_words(standing: Standing) -> str:
    """Return how far an order has come, to stand within a sentence in the active language."""
    return {
        Standing.DRAFT: pgettext("told of an order", "not confirmed yet"),
        Standing.UNPAID: pgettext("told of an order", "waiting for payment"),
        Standing.PLACED: pgettext("told of an order", "received, not shipped yet"),
        Standing.PREPARING: pgettext("told of an order", "being prepared"),
        Standing.PACKED: pgettext("told of an order", "packed and waiting for the carrier"),
        Standing.ON_ITS_WAY: pgettext("told of an order", "on its way"),
        Standing.FAILED: pgettext("told of an order", "not delivered: the carrier tried and could not"),
        Standing.RETURNED: pgettext("told of an order", "on its way back to us"),
        Standing.LOST: pgettext("told of an order", "lost by the carrier"),
        Standing.DELIVERED: pgettext("told of an order", "delivered"),
        Standing.CANCELLED: pgettext("told of an order", "cancelled"),
    }[standing]


def answer_of(told: Told, *, name: str, languages: Sequence[str]) -> str:
    """Return a ready answer to "where is my order?" with the true facts, "" where nothing may be told."""
    if told.level == Level.CLAIMED:
        return ""
    code = spoken(languages)
    with override(code):
        hello = _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
        story = told.story
        is_known = told.level >= Level.VERIFIED
        sentences = [_where(told, code), _parcels(story), _promise(told, code), _payable(story)]
        details = [_seen(told, code), _followed(story), _paid_back(told, code)] if is_known else [_shown(told)]
        offer = _offer(story.standing)
    paragraphs = [hello, " ".join(filter(None, sentences)), " ".join(filter(None, details)), offer]
    return "\n\n".join(filter(None, paragraphs))


def _where(told: Told, code: str) -> str:
    story = told.story
    values = {"number": told.order.number, "carrier": story.carrier, "day": _day(story.delivered_on, told, code)}
    return _sentences(story)[story.standing]() % values


def _sentences(story: Story) -> dict[Standing, Callable[[], str]]:
    """Return by standing how it is said; where the carrier is not known, without one."""
    by = bool(story.carrier)
    return {
        Standing.DRAFT: lambda: _("Your order %(number)s is still a draft: it waits for you to confirm and pay it."),
        Standing.UNPAID: lambda: _(
            "Your order %(number)s waits for the payment: as soon as it is here, we prepare the parcel."
        ),
        Standing.PLACED: lambda: _("We have your order %(number)s; it has not been shipped yet."),
        Standing.PREPARING: lambda: _("Your order %(number)s is being prepared; it has not left us yet."),
        Standing.PACKED: lambda: (
            _("Your order %(number)s is packed and waits to be collected by %(carrier)s.")
            if by
            else _("Your order %(number)s is packed and waits to be collected by the carrier.")
        ),
        Standing.ON_ITS_WAY: lambda: (
            _("Your order %(number)s is on its way with %(carrier)s.")
            if by
            else _("Your order %(number)s is on its way.")
        ),
        Standing.FAILED: lambda: (
            _("%(carrier)s tried to deliver your order %(number)s and could not.")
            if by
            else _("The carrier tried to deliver your order %(number)s and could not.")
        ),
        Standing.RETURNED: lambda: _("The parcel of your order %(number)s came back to us without having reached you."),
        Standing.LOST: lambda: (
            _("I am sorry: %(carrier)s tells us that the parcel of your order %(number)s is lost.")
            if by
            else _("I am sorry: the parcel of your order %(number)s is lost.")
        ),
        Standing.DELIVERED: lambda: _delivered(story),
        Standing.CANCELLED: lambda: _("Your order %(number)s was cancelled."),
    }


def _delivered(story: Story) -> str:
    if story.delivered_on is None:
        return _("As we know it, your order %(number)s was delivered.")
    if not story.carrier:
        return _("Your order %(number)s was delivered on %(day)s.")
    return _("According to %(carrier)s, your order %(number)s was delivered on %(day)s.")


def _parcels(story: Story) -> str:
    if story.standing in OVER or not 0 < story.arrived < story.parcels:
        return ""
    words = ngettext(
        "%(arrived)d of its %(parcels)d parcels has arrived.",
        "%(arrived)d of its %(parcels)d parcels have arrived.",
        story.arrived,
    )
    return words % {"arrived": story.arrived, "parcels": story.parcels}


def _promise(told: Told, code: str) -> str:
    story = told.story
    if story.promised_on is None or story.standing in (*OVER, Standing.RETURNED, Standing.LOST):
        return ""
    values = {"day": _day(story.promised_on, told, code)}
    if story.is_late:
        return _("It was promised for %(day)s and is late, for which I am sorry.") % values
    return _("It is promised for %(day)s.") % values


def _seen(told: Told, code: str) -> str:
    words = _scan(told, code) if told.story.standing in _OUT_OF_OUR_HANDS else ""
    return _("Last seen by the carrier: %(scan)s.") % {"scan": words.rstrip(".")} if words else ""


def _scan(told: Told, code: str) -> str:
    scan = told.story.scan
    if scan is None:
        return ""
    day = locales.spoken_day(scan.at.astimezone(told.zone).date(), year=told.now.year, language=code)
    return ", ".join(filter(None, (scan.text.rstrip("."), scan.place, day)))


def _followed(story: Story) -> str:
    if story.standing in (Standing.CANCELLED, Standing.LOST):
        return ""
    if story.url:
        return _("You can follow it here: %(url)s") % {"url": story.url}
    return _("Its tracking code is %(code)s.") % {"code": story.code} if story.code else ""


def _shown(told: Told) -> str:
    return _("You see more, and can change it, here: %(url)s") % {"url": told.page} if told.page else ""


def _payable(story: Story) -> str:
    is_open = story.standing in (Standing.DRAFT, Standing.UNPAID)
    return _("It can be paid here: %(payment)s") % {"payment": story.payment} if is_open and story.payment else ""


def _paid_back(told: Told, code: str) -> str:
    story = told.story
    if story.standing != Standing.CANCELLED or not story.back:
        return ""
    amount = locales.money(story.back, told.order.currency, language=code)
    return _("%(amount)s went back to you the way they were paid.") % {"amount": amount}


def _offer(standing: Standing) -> str:
    """Return what we do next, where the news is bad or may be wrong."""
    return {
        Standing.FAILED: _("Is somebody there to receive it, and is the address right? Then I arrange a new try."),
        Standing.RETURNED: _("Shall we send it to you once more? Please tell me whether the address is right."),
        Standing.LOST: _(
            "You will not be left without it: shall we send it anew, or would you rather have the money back?"
        ),
        Standing.DELIVERED: _("If it is not with you, please tell me and I ask the carrier at once."),
    }.get(standing, "")


def _day(day: date | None, told: Told, code: str) -> str:
    return locales.spoken_day(day, year=told.now.astimezone(told.zone).year, language=code) if day else ""
