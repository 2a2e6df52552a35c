"""What is said of order actions that are not finished, or did not end well."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from balcao.commerce.models import LedgerEntry, Order
from balcao.commerce.rules import documents
from balcao.commerce.types import OPEN_LEDGER, Denial, LedgerState
from balcao.staff.models import Agent
from balcao.web.desk.orders import words
from balcao.web.desk.orders.denials import denial_words

_BADLY_ENDED = (LedgerState.REFUSED, LedgerState.PARTLY, LedgerState.DECLINED)
_TONES = {
    LedgerState.ASKED: ("", "hourglass-medium"),
    LedgerState.QUEUED: ("glaze", "circle-notch"),
    LedgerState.PERFORMING: ("glaze", "circle-notch"),
    LedgerState.UNCERTAIN: ("", "seal-question"),
    LedgerState.PARTLY: ("", "warning"),
    LedgerState.DECLINED: ("calm", "prohibit"),
    LedgerState.REFUSED: ("late", "warning-circle"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One action with how far it has come; its asker may take it back while nobody has decided, or it only waits."""

    pk: int
    words: str
    detail: str
    tone: str
    sign: str
    can_withdraw: bool


def notices_of(entries: Iterable[LedgerEntry], order: Order, agent: Agent) -> list[Notice]:
    """Return what is worth saying of actions (newest first): what is open, and the last one if it ended badly."""
    rows = list(entries)
    telling = [row for row in rows if row.state in OPEN_LEDGER]
    if rows and rows[0].state in _BADLY_ENDED:
        telling.insert(0, rows[0])
    return [_notice(row, order, agent) for row in telling]


def _notice(entry: LedgerEntry, order: Order, agent: Agent) -> Notice:
    state = LedgerState(entry.state)
    tone, sign = _TONES[state]
    return Notice(
        pk=entry.pk,
        words=f"{entry_words(entry, order.currency)}: {_waiting_words(entry) or words.state_words(state)}",
        detail=detail_words(entry),
        tone=tone,
        sign=sign,
        can_withdraw=entry.agent_id == agent.pk and (state == LedgerState.ASKED or bool(_waiting_words(entry))),
    )


def _waiting_words(entry: LedgerEntry) -> str:
    """Return that an action waits until the shop system answers, "" when it does not: nothing of it was done yet."""
    if entry.state != LedgerState.QUEUED or not entry.tries or entry.leased_by:
        return ""
    return _("waits, as the shop system does not answer; it is done as soon as it does")


def entry_words(entry: LedgerEntry, currency: str) -> str:
    """Return an action of the ledger with its sum: "Refund of R$ 10,00"."""
    effect = documents.effect_from(entry.effect)
    return words.thing_words(entry.kind, effect.given or effect.paid, currency)


def detail_words(entry: LedgerEntry) -> str:
    """Return why an action was refused or what is left to do, "" where nobody said."""
    if entry.code in set(Denial):
        return denial_words(Denial(entry.code))
    if entry.state not in _BADLY_ENDED:
        return ""
    # Adapters speak in message ids, systems in their own words: those are shown as they are.
    return " ".join(_(line) for line in entry.detail.splitlines() if line)
