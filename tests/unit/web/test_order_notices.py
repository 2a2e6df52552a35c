"""What is said of how an order action ended."""

import pytest
from django.utils import translation

from balcao.commerce.models import LedgerEntry
from balcao.commerce.types import LedgerState
from balcao.ports.calling import SCOPE
from balcao.web.desk.orders.notices import detail_words


@pytest.mark.parametrize(
    "state, detail, words",
    [
        (LedgerState.REFUSED, f"{SCOPE}\nUpdateOrder", "A chave não tem permissão para isso. "),
        (LedgerState.PARTLY, "Settle it <there>.", "Settle it <there>."),
        (LedgerState.DONE, "Settle it there.", ""),
        (LedgerState.REFUSED, "", ""),
    ],
)
def test_an_adapters_sentence_is_translated_and_the_systems_own_words_are_not(
    state: LedgerState, detail: str, words: str
) -> None:
    with translation.override("pt-br"):
        said = detail_words(LedgerEntry(state=state, detail=detail))

    assert said.startswith(words)
    assert said.endswith(detail.rpartition("\n")[2] if words else "")
