"""Why an order action is not possible, in the reader's language."""

from django.utils.translation import gettext

from balcao.commerce.rules.denials import sentence
from balcao.commerce.types import Denial
from balcao.ports.commerce import OrderStage


def denial_words(denial: Denial, stage: OrderStage | None = None) -> str:
    """Return the reason as a sentence; with the order's stage, what speaks against it is named."""
    return gettext(sentence(denial, stage))
