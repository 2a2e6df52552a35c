"""What an agent can do to be surer of whom they speak with: have a link sent, or attest what they heard."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from balcao.commerce import queries
from balcao.commerce.actions.verifying import Trouble
from balcao.commerce.models import Order
from balcao.commerce.rules import verifying
from balcao.commerce.types import Level
from balcao.tickets.models import Conversation

_TROUBLES = {
    Trouble.NO_KEY: _("The order had no e-mail address before this conversation: nobody can be verified by mail."),
    Trouble.TOO_OFTEN: _("Three mails went out within an hour. Wait for an answer, or try again later."),
}


@dataclass(frozen=True, slots=True)
class Check:
    """How the customer can be verified on a ticket now. `address` is masked; empty: not at all by mail."""

    address: str = ""
    asked_at: datetime | None = None  # a link went out and has not been opened
    can_attest: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.address or self.can_attest)


def check_of(order: Order, talk: Conversation | None, level: Level) -> Check:
    """Return what can be done on a conversation to reach more than this level for an order."""
    if talk is None or level == Level.VERIFIED:
        return Check()
    key = queries.verifying_key(order.account, began_at=talk.created_at)
    asked = queries.open_challenge(order.account, conversation=talk.pk) if key else None
    is_waiting = asked and timezone.now() - asked.created_at < verifying.LINK_LASTS
    return Check(
        address=verifying.masked(key) if key else "",
        asked_at=asked.created_at if asked and is_waiting else None,
        can_attest=level == Level.CLAIMED,
    )


def trouble_words(trouble: Trouble) -> str:
    """Return why no link can be sent."""
    return str(_TROUBLES[trouble])
