"""How sure we are, on a ticket, of whom we speak with: from what the server itself saw there."""

from datetime import datetime
from functools import cached_property

from balcao.commerce import queries
from balcao.commerce.models import Account, Order
from balcao.commerce.rules.verifying import level_of
from balcao.commerce.types import Level
from balcao.kit.prepared import Prepared
from balcao.ports.channel import IdentityKind, Proof
from balcao.tickets.models import Conversation, Letter, Message, Ticket, TicketOrder
from balcao.tickets.types import Direction, MessageKind, OrderRule

_BY_PEOPLE = (MessageKind.SAID, MessageKind.LOGGED)
_LAST_SAID = Prepared(
    lambda ticket: (
        Message.objects.filter(ticket=ticket, direction=Direction.IN, kind__in=_BY_PEOPLE, is_recalled=False)
        .select_related("identity", "channel", "conversation")
        .defer("text", "warnings", "channel__settings")
        .order_by("-at", "-id")[:1]
    )
)
_NAMED = Prepared(
    lambda ticket, order: TicketOrder.objects.filter(
        ticket=ticket, order=order, rule=OrderRule.NAMED, removed_at__isnull=True
    ).only("pk")[:1]
)
_SAID_BEFORE = Prepared(
    lambda talk, at: (
        Message.objects.filter(conversation=talk, direction=Direction.IN, kind__in=_BY_PEOPLE, at__lte=at)
        .only("identity_id", "proof", "is_stranger")
        .order_by("-at", "-id")[:1]
    )
)

_LETTER_OF = Prepared(lambda message: Letter.objects.filter(message=message).only("addressing")[:1])


def last_said(ticket: Ticket) -> Message | None:
    """Return the last thing that somebody said on a ticket, with who wrote it; a machine's answer is nobody's."""
    return _LAST_SAID.first(ticket.pk)


def writes_from(conversation: int | None, *, at: datetime) -> str:
    """Return the e-mail address to which a conversation's answers went at a moment; "" where nobody wrote by mail."""
    rows = Message.objects.filter(conversation=conversation, direction=Direction.IN, kind__in=_BY_PEOPLE, at__lte=at)
    last = rows.filter(identity__kind=IdentityKind.EMAIL).select_related("identity").order_by("-at", "-id").first()
    if last is None or last.identity is None:
        return ""
    return _answers_to(last) or last.identity.value


def _answers_to(message: Message) -> str:
    """Return the address that a message named for its answers, "" where it named none."""
    letter = _LETTER_OF.first(message.pk)
    party = letter.addressing.get("reply_to") if letter else None
    return str(party[1]) if party else ""


class Speaking:
    """A ticket's customer before an account, or one order of it. Read lazily; without a ticket nobody is known."""

    def __init__(self, ticket: Ticket | None, account: Account, order: Order | None, *, now: datetime) -> None:
        self._ticket = ticket
        self._account = account
        self._order = order
        self._now = now

    @cached_property
    def last(self) -> Message | None:
        """Return the last thing that came in."""
        return last_said(self._ticket) if self._ticket else None

    @cached_property
    def talk(self) -> Conversation | None:
        """Return the conversation in which the customer wrote last, or the ticket's first."""
        if self.last:
            return self.last.conversation
        return Conversation.objects.filter(ticket=self._ticket).order_by("id").first() if self._ticket else None

    @cached_property
    def _evidence(self) -> tuple[Level, str]:
        talk = self.talk.pk if self.talk else None
        found = queries.evidence(self._account, now=self._now, conversation=talk)
        if found is None or not self._is_of_speaker(found.at):
            return Level.CLAIMED, ""
        return Level(found.level), found.kind

    def _is_of_speaker(self, seen_at: datetime) -> bool:
        """Tell whether what was seen was seen of them who wrote last, and not of another one in the conversation."""
        last = self.last
        if last is None or last.identity is None or last.at <= seen_at:
            return True  # nobody wrote since
        if self._is_diverted:
            return False
        before = _SAID_BEFORE.first(last.conversation_id, seen_at)
        is_proven = last.proof == Proof.PROVEN
        if before and before.identity_id == last.identity_id and not before.is_stranger:
            return is_proven or before.proof != Proof.PROVEN  # a sender who was proven then has to be proven now
        return self._is_theirs and (is_proven or before is None)

    @cached_property
    def _is_diverted(self) -> bool:
        """Tell whether a writer without proof wants the answer to go where the account has no address."""
        if self.last is None or self.last.proof == Proof.PROVEN:
            return False
        elsewhere = _answers_to(self.last)
        return bool(elsewhere) and not queries.has_address(self._account.pk, elsewhere)

    @cached_property
    def _is_theirs(self) -> bool:
        writer = self.last.identity if self.last else None
        return bool(writer and queries.carries(self._account.pk, identities=[writer]))

    @property
    def evidence_kind(self) -> str:
        """Return by what the level was reached, "" where nobody showed anything."""
        return self._evidence[1]

    @cached_property
    def level(self) -> Level:
        """Return how sure we are that the account is theirs who wrote last."""
        last, (seen, _) = self.last, self._evidence
        if last is None or last.identity is None:
            return seen
        if last.is_stranger:
            return Level.CLAIMED
        is_theirs = self._is_theirs and not self._is_diverted
        is_named = bool(is_theirs and self._ticket and self._order and _NAMED.first(self._ticket.pk, self._order.pk))
        return level_of(proof=last.proof, is_theirs=is_theirs, is_named=is_named, evidence=seen)
