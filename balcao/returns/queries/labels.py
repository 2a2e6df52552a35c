"""Labels in the customer's language, made from their rows."""

from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

from balcao.kit.locales import spoken_day
from balcao.ports.commerce import Address
from balcao.returns.models import Label as LabelRow
from balcao.returns.models import Return
from balcao.returns.queries.policies import policy_of
from balcao.returns.queries.words import reason_words
from balcao.returns.rules.documents import policy_from
from balcao.returns.rules.labels import Label, LabelLine, LabelWords, pdf
from balcao.returns.types import Reason


def label_pdf(row: LabelRow) -> bytes:
    """Return a label as a PDF; the same bytes whenever it is asked for."""
    parent = row.goods_return
    with translation.override(parent.language or "en"):
        lines = tuple(
            LabelLine(one.quantity, one.name, one.sku, reason_words(Reason(one.reason)))
            for one in parent.lines.order_by("pk")
        )
        return pdf(
            Label(
                number=parent.written,
                words=_words(row),
                sender=tuple(row.sender),
                receiver=tuple(row.receiver),
                lines=lines,
            )
        )


def warehouse_of(row: Return) -> Address:
    """Return where a return comes to: as its policy said when it began, or as the shop's says by now."""
    then = policy_from(row.policy).warehouse
    return then if then.line1 else policy_of(row.shop_id).warehouse


def address_lines(address: Address, *, name: str = "") -> list[str]:
    """Return an address as it stands on a parcel, line by line."""
    street = " ".join(part for part in (address.line1, address.line2) if part)
    town = " ".join(part for part in (address.postcode, address.city, address.region) if part)
    return [part for part in (address.name or name, street, address.district, town, address.country) if part]


def _words(row: LabelRow) -> LabelWords:
    language = translation.get_language() or "en"
    return LabelWords(
        language=translation.to_locale(language).replace("_", "-"),
        title=_("Return label"),
        sender=_("From"),
        receiver=_("To"),
        order=_("Order %(number)s") % {"number": row.goods_return.order.number},
        use_by=_use_by(row, language),
        cut=_("Cut here. Stick the upper half on the parcel."),
        inside=_("Put this half into the parcel"),
        steps=tuple(_steps()),
        more=_("The other items stand on the next page."),
    )


def _use_by(row: LabelRow, language: str) -> str:
    if row.use_by is None:
        return ""
    day = spoken_day(row.use_by, year=row.made_at.year, language=language)
    return _("Please send it by %(day)s.") % {"day": day}


def _steps() -> Iterable[str]:
    yield _("Pack the items safely, in what they came in if you still have it.")
    yield _("Put this half into the parcel and close it.")
    yield _("Stick the upper half on the outside, so that nothing covers the codes.")
    yield _("Hand the parcel in and keep the receipt.")
