"""Finding the conversation that an inbound message belongs to."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet

from balcao.channels.models import Channel
from balcao.customers.models import Identity
from balcao.kit import crypto
from balcao.kit.numbers import number_in
from balcao.kit.prepared import Prepared
from balcao.ports.channel import Inbound
from balcao.tickets.models import Conversation, Message, Participant, TicketSplit
from balcao.tickets.rules import Candidate

_PURPOSE = "reply-address"
MOST_IDS = 30  # of a References field; the nearest ones decide
_LONGEST_NUMBER = 15  # digits in base 36; more is no id of ours
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"  # one case, for mailers fold it


def reply_token(conversation: Conversation) -> str:
    """Return the signed token by which an answer finds its conversation: `<id>.<mac>`, id in base 36."""
    mac = crypto.sign_token(conversation.home_id, conversation.pk, key=settings.SECRET_KEY, purpose=_PURPOSE)
    return f"{_base36(conversation.pk)}.{mac}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def _conversations() -> "QuerySet[Conversation]":
    return Conversation.objects.select_related("ticket__shop", "channel")


def _by_token(tokens: tuple[str, ...], *, shop_id: int) -> Conversation | None:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    for token in tokens[:5]:
        number, _, mac = token.lower().partition(".")
        if not (0 < len(number) <= _LONGEST_NUMBER and set(number) <= set(_DIGITS)):
            continue
        found = _conversations().filter(pk=int(number, 36), ticket__shop_id=shop_id).first()
        if found and crypto.check_token(mac, found.home_id, found.pk, key=keys, purpose=_PURPOSE):
            return found
    return None


def _by_tag(tag: str, *, channel: Channel, identity: Identity) -> Conversation | None:
    number = number_in(tag)
    if number is None:
        return None
    mine = _conversations().filter(ticket__number=number, channel=channel, participants__identity=identity)
    return mine.order_by("-id").first()


class KnownMessage(NamedTuple):
    """A message of ours or theirs that an inbound one names, or repeats."""

    id: int
    external_id: str
    fingerprint: str
    conversation_id: int


def known_messages(*, channel: Channel, external_ids: list[str]) -> list[KnownMessage]:
    """Return the messages on a channel with one of these ids, as little of each as deciding needs."""
    return [KnownMessage(*row) for row in _KNOWN(channel.pk, list(dict.fromkeys(external_ids))[:MOST_IDS])]


def known_by_id(*, channel: Channel, external_ids: Collection[str]) -> dict[str, list[KnownMessage]]:
    """Return the messages on a channel with any of so many ids, by their id."""
    found: dict[str, list[KnownMessage]] = {external_id: [] for external_id in external_ids}
    for row in _with_ids(channel, external_ids):
        found[row[1]].append(KnownMessage(*row))
    return found


def _with_ids(channel: Channel | int, ids: Collection[str]) -> "QuerySet[Message, tuple[int, str, str, int]]":
    rows = Message.objects.filter(channel=channel, external_id__in=ids)
    return rows.values_list("id", "external_id", "fingerprint", "conversation_id")


_KNOWN = Prepared(_with_ids)
_BY_ID = Prepared(lambda ids: _conversations().filter(pk__in=ids))
_TAKING_PART = Prepared(
    lambda ids, customer: Participant.objects.filter(conversation__in=ids, identity__customer=customer).values_list(
        "conversation_id", flat=True
    )
)


def candidates_for(
    *, channel: Channel, inbound: Inbound, identity: Identity, known: list[KnownMessage]
) -> tuple[list[Candidate], dict[int, Conversation]]:
    """Return where an inbound message may belong, strongest first, and the conversations by id.

    A report on a message of ours comes from a mail server, which takes part in nothing: it follows that message.
    """
    signed = _by_token(inbound.reply_tokens, shop_id=channel.shop_id) if inbound.reply_tokens else None
    about = [inbound.report.about] if inbound.report and inbound.report.about else []
    order = {external_id: place for place, external_id in enumerate([*about, *inbound.answers])}
    answered = sorted((m for m in known if m.external_id in order), key=lambda m: order[m.external_id])
    threads = {c.pk: c for c in _BY_ID(list({message.conversation_id for message in answered}))}
    threaded = [threads[message.conversation_id] for message in answered]
    if signed and threaded:
        signed = _going_on(signed, threaded[0])
    found = [*([signed] if signed else []), *threaded]
    if not found and inbound.ticket_tag:
        tagged = _by_tag(inbound.ticket_tag, channel=channel, identity=identity)
        found = [tagged] if tagged else []
    conversations = {c.pk: c for c in found}
    mine = _taking_part(identity, list(conversations)) if found else frozenset()
    return [
        Candidate(
            conversation_id=c.pk,
            ticket_status=c.ticket.status,
            closed_at=c.ticket.closed_at,
            is_participant=c.pk in mine or inbound.report is not None,
            by_token=c is signed,
        )
        for c in conversations.values()
    ], conversations


def _going_on(signed: Conversation, nearest: Conversation) -> Conversation:
    """Return where a token's thread goes on: in the half that the answered message was split off into, if it was."""
    half: Conversation | None = nearest
    while half and half.pk != signed.pk:
        split = TicketSplit.objects.filter(target=half.home_id, undone_at__isnull=True).first()
        whole = split.before["conversations"].get(str(half.pk)) if split else None
        half = Conversation.objects.filter(pk=whole).first() if whole else None
    return nearest if half else signed


def _taking_part(identity: Identity, conversations: list[int]) -> frozenset[int]:
    """Return those conversations in which this person takes part, under any of their addresses."""
    return frozenset(_TAKING_PART(conversations, identity.customer_id))


def latest_conversation(*, identity: Identity, channel: Channel, since: datetime) -> Conversation | None:
    """Return the newest conversation of this sender on this channel, for mails that must not open tickets."""
    mine = _conversations().filter(identity=identity, channel=channel, ticket__changed_at__gt=since)
    return mine.order_by("-id").first()
