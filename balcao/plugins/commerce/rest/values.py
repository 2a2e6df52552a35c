"""One value of an answer, as a rule of the mapping file says: text, pieces, money in minor units, days."""

from collections.abc import Mapping as Names
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from balcao.kit.i18n import N_
from balcao.plugins.commerce.rest.filling import PLACEHOLDER
from balcao.plugins.commerce.rest.paths import parsed, spelt
from balcao.plugins.commerce.rest.schema import Rule, Shop
from balcao.ports.calling import fault

NOT_THERE = N_("The answer of the shop system lacks what the mapping file promises.")
NO_MONEY = N_("The mapping file points to an amount that is none.")
NO_DAY = N_("The mapping file points to a time that cannot be read as it says.")
NO_NUMBER = N_("The mapping file points to a number that is none.")
UNMAPPED = N_("The shop system uses a word that the mapping file does not map.")

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads values out of one thing; `root` is the whole answer that it stands in."""

    shop: Shop
    thing: Any
    root: Any
    currency: str = ""

    def within(self, thing: Any) -> "Reader":
        """Return a reader for a part of this thing."""
        return Reader(self.shop, thing, self.root, self.currency)

    def parts(self, path: str) -> list["Reader"]:
        """Return a reader for each of the things in a list."""
        return [self.within(one) for one in parsed(path).listed(self.thing, self.root)]

    def raw(self, rule: Rule | None) -> Any:
        """Return what stands there, None when nothing does."""
        if rule is None:
            return None
        found = self._found(rule)
        if rule.map is not None and found is not None:
            found = rule.map.get(spelt(found), rule.map.get("*", rule.default))
        return rule.default if found is None or found == "" else found

    def _found(self, rule: Rule) -> Any:
        if rule.path is not None:
            return parsed(rule.path).first(self.thing, self.root)
        if rule.text is not None:
            made = PLACEHOLDER.sub(lambda name: spelt(parsed(name[1]).first(self.thing, self.root)), rule.text)
            return " ".join(made.split()).strip(" ,-")
        return rule.value

    def text(self, rule: Rule | None) -> str:
        """Return it as text."""
        return spelt(self.raw(rule)).strip()

    def needed(self, rule: Rule, name: str) -> str:
        """Return it as text; raise `CommerceError` when it is not there."""
        found = self.text(rule)
        if not found:
            raise fault(NOT_THERE, "mapping", permanent=True, words=f"{name}: {rule.path or rule.text or ''}")
        return found

    def word(self, rule: Rule | None, name: str, allowed: Names[str, Any], default: Any) -> Any:
        """Return what a mapped word means; raise `CommerceError` for one that means nothing."""
        said = self.text(rule)
        if not said:
            found = parsed(rule.path).first(self.thing, self.root) if rule and rule.path else None
            if found is None and default is not None:
                return default
            raise fault(UNMAPPED, "mapping", permanent=True, words=f"{name}: {spelt(found)}")
        if said not in allowed:
            raise fault(UNMAPPED, "mapping", permanent=True, words=f"{name}: {said}")
        return allowed[said]

    def count(self, rule: Rule | None, name: str, default: int = 0) -> int:
        """Return it as a whole number; several are added up, broken pieces count as one."""
        found = self._numbers(rule, name, NO_NUMBER)
        return int(sum(found, Decimal(0)).to_integral_value(rounding=ROUND_UP)) if found else default

    def minor(self, rule: Rule | None, name: str) -> int:
        """Return an amount in minor units; several are added up."""
        if rule is None:
            return 0
        found = sum(self._numbers(rule, name, NO_MONEY), Decimal(0))
        if (rule.money or self.shop.money) == "decimal":
            found = found.scaleb(get_currency_precision(self.currency))
        return int(found.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))

    def _numbers(self, rule: Rule | None, name: str, hint: str) -> list[Decimal]:
        if rule is None:
            return []
        values = parsed(rule.path).every(self.thing, self.root) if rule.path and rule.map is None else []
        if not values and (one := self.raw(rule)) is not None:
            values = [one]
        try:
            return [Decimal(self._figure(value)) for value in values]
        except InvalidOperation as error:
            raise fault(hint, "mapping", permanent=True, words=f"{name}: {values[:3]}") from error

    def _figure(self, value: Any) -> str:
        text = spelt(value).strip()
        return text.replace(".", "").replace(",", ".") if self.shop.decimal_comma and isinstance(value, str) else text

    def moment(self, rule: Rule | None, name: str) -> datetime | None:
        """Return a time; one without a zone is of the shop's."""
        value = self.raw(rule)
        if rule is None or value is None or spelt(value) in ("", "0") or spelt(value).startswith("0000"):
            return None
        try:
            return day_from(value, rule.date or self.shop.dates, ZoneInfo(self.shop.timezone))
        except (ValueError, OverflowError) as error:
            raise fault(NO_DAY, "mapping", permanent=True, words=f"{name}: {spelt(value)}") from error


def day_from(value: Any, style: str, zone: ZoneInfo) -> datetime:
    """Return a time as its style says: "iso", "unix", "unix_ms", or a pattern of strptime."""
    if style in ("unix", "unix_ms"):
        seconds = float(spelt(value)) / (_MILLISECONDS if style == "unix_ms" else 1)
        return datetime.fromtimestamp(seconds, UTC)
    text = spelt(value).strip()
    # Some systems write seven digits after the seconds' point, which Python does not read.
    told = datetime.fromisoformat(_short(text)) if style == "iso" else datetime.strptime(text, style)  # noqa: DTZ007
    return told if told.tzinfo else told.replace(tzinfo=zone)


def _short(text: str) -> str:
    head, point, rest = text.partition(".")
    if not point:
        return text
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{head}.{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"


def day_as(moment: datetime, style: str, zone: ZoneInfo) -> str:
    """Return a time in a style, for a question."""
    if style in ("unix", "unix_ms"):
        return str(int(moment.timestamp() * (_MILLISECONDS if style == "unix_ms" else 1)))
    if style == "iso":
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.astimezone(zone).strftime(style)
