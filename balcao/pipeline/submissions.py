"""Somebody fills in a page of ours: what was entered is kept durably, with how much it looks like spam."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db import transaction

from balcao.channels.actions.keeping import keep
from balcao.channels.models import Channel, Envelope
from balcao.channels.queries import connection_of
from balcao.kit import counting
from balcao.ports import registry
from balcao.ports.channel import File, Hosted

_WINDOW = 3600  # seconds from the first submission, after which the count begins anew


class NoPage(Exception):
    """The channel is of a kind that has no page of ours."""


def hosted(channel: Channel) -> Hosted:
    """Return the channel's adapter as one that has a page."""
    adapter = registry.channel(channel.kind)
    if not isinstance(adapter, Hosted):
        raise NoPage(channel.kind)
    return adapter


def unseen(channel: Channel, *, now: datetime) -> Mapping[str, str]:
    """Return the hidden fields of a page that is shown now."""
    return hosted(channel).unseen(connection_of(channel), key=_key(channel), now=now)


def submit(
    *, channel: Channel, answers: Mapping[str, str], files: Sequence[File], network: str, now: datetime
) -> Envelope:
    """Keep a submission that came from a network address; raise `Incomplete` with what is missing."""
    who = {"address": answers.get("email", "").strip().lower(), "network": network_of(network)}
    names = {kind: counting.name_of("submissions", channel.pk, kind, value) for kind, value in who.items()}
    recent = {kind: counting.counted(name) for kind, name in names.items()}
    raw = hosted(channel).submitted(answers, files, connection_of(channel), key=_key(channel), recent=recent, now=now)
    with transaction.atomic():
        envelope, is_new = keep(channel=channel, raw=raw, now=now)
    if is_new:
        for name in names.values():
            counting.count(name, seconds=_WINDOW)
    return envelope


def network_of(address: str) -> str:
    """Return what counts as one network: an IPv4 address, or the /64 of an IPv6 address, which one household has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


def _key(channel: Channel) -> str:
    return f"{settings.SECRET_KEY}|{channel.public_key}"
