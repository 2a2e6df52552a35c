"""How promises are kept by kind of matter, as the page draws it: a card for each kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from balcao.deadlines.types import ClockKind
from balcao.insights.queries.kinds import REPORTED
from balcao.insights.types import KindFigures
from balcao.tickets.types import Kind
from balcao.web.components.matters import kind_sign, kind_words


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind of matter."""

    name: str
    sign: str
    about: str
    promises: Sequence[tuple[str, KindFigures]]


def lines_of(figures: Sequence[KindFigures]) -> list[KindLine]:
    """Return a line for each kind, whatever it has, and one for what nobody has sorted yet if there is such."""
    lines = [KindLine(kind_words(kind), kind_sign(kind), _about(kind), _promises(figures, kind)) for kind in Kind]
    unsorted = _promises(figures, None)
    return [*lines, KindLine(pgettext("kind", "Not said yet"), "seal-question", "", unsorted)] if unsorted else lines


def _promises(figures: Sequence[KindFigures], kind: Kind | None) -> list[tuple[str, KindFigures]]:
    found = {one.clock: one for one in figures if one.kind is kind}
    return [(promise_words(clock), found[clock]) for clock in REPORTED if clock in found]


def promise_words(clock: ClockKind) -> str:
    """Return what was promised, in the plural."""
    return {
        ClockKind.FIRST_RESPONSE: gettext("First answers"),
        ClockKind.NEXT_RESPONSE: gettext("Further answers"),
        ClockKind.RESOLUTION: gettext("Solutions"),
    }[clock]


def _about(kind: Kind) -> str:
    return {
        Kind.QUICK: gettext("Matters that an answer settles are counted here."),
        Kind.ACTION: gettext("Matters that one deed on the order settles are counted here."),
        Kind.FORWARDED: gettext("Matters that go through departments are counted here."),
    }[kind]
