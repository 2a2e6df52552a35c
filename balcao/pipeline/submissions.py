"""Somebody fills in a page of ours: what was entered is kept durably, with how much it looks like spam."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from balcao.channels.actions.keeping import keep
from balcao.channels.models import Channel, Envelope
from balcao.channels.queries import connection_of
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
    counted = {"address": answers.get("email", "").strip().lower(), "network": network_of(network)}
    names = {kind: _counter(channel, kind, value) for kind, value in counted.items()}
    recent = {kind: int(cache.get(name, 0)) for kind, name in names.items()}
    raw = hosted(channel).submitted(answers, files, connection_of(channel), key=_key(channel), recent=recent, now=now)
    with transaction.atomic():
        envelope, is_new = keep(channel=channel, raw=raw, now=now)
    if is_new:
        for name in names.values():
            _count(name)
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


def _counter(channel: Channel, kind: str, value: str) -> str:
    """Return the name of a counter; addresses stand in the cache as digests only."""
    return f"submissions:{channel.pk}:{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"


def _count(name: str) -> None:
    if not cache.add(name, 1, timeout=_WINDOW):
        try:
            cache.incr(name)
        except ValueError:  # it ran out in between
            cache.add(name, 1, timeout=_WINDOW)
