"""What kinds of matters are called and how they are drawn, on every face."""

from django.utils.translation import pgettext_lazy

from balcao.tickets.types import Kind

_KINDS = {
    Kind.QUICK: pgettext_lazy("kind", "Quick"),
    Kind.ACTION: pgettext_lazy("kind", "Action"),
    Kind.FORWARDED: pgettext_lazy("kind", "Forwarded"),
}
_SIGNS = {Kind.QUICK: "lightning", Kind.ACTION: "wrench", Kind.FORWARDED: "arrow-bend-double-up-right"}


def kind_words(kind: str) -> str:
    """Return what a kind of matter is called."""
    return str(_KINDS[Kind(kind)])


def kind_sign(kind: str) -> str:
    """Return the icon of a kind of matter."""
    return _SIGNS[Kind(kind)]
