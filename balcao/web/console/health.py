"""How the house does, as far as can be told without the network; `balcao doctor` looks further."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from balcao.channels.models import Channel, Dispatch, Envelope
from balcao.channels.types import DispatchState, EnvelopeState
from balcao.commerce.actions.book import Book
from balcao.commerce.models import Backend
from balcao.jobs import queries as jobs

_LATE = timedelta(minutes=5)
_LOW_DISK = 2_000_000_000  # bytes
_FULL_DISK = 200_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found; `tone` is ok, soon or late."""

    about: str
    tone: str
    found: str
    advice: str = ""


def findings(*, now: datetime, shop_ids: frozenset[int]) -> list[Finding]:
    """Look at everything once."""
    return [
        *_settings(),
        _disk(),
        _queue(now),
        _envelopes(now),
        _dispatches(),
        *_channels(shop_ids),
        *_systems(shop_ids),
    ]


def _settings() -> Iterator[Finding]:
    if not settings.PUBLIC_URL.startswith("https://"):
        yield Finding(
            _("Public address"),
            "soon",
            settings.PUBLIC_URL,
            _("Put a proxy with TLS in front and set BALCAO_PUBLIC_URL=https://…"),
        )
    if "filebased" in settings.EMAIL_BACKEND:
        yield Finding(
            _("Mail of the house"),
            "soon",
            _("Invitations and password mails are written into a folder."),
            _("Set BALCAO_SMTP_URL to send them."),
        )


def _disk() -> Finding:
    free = shutil.disk_usage(settings.DATA_DIR).free
    found = _("%(size)s GB free") % {"size": round(free / 1e9, 1)}
    tone = "late" if free < _FULL_DISK else "soon" if free < _LOW_DISK else "ok"
    return Finding(
        _("Disk"), tone, found, "" if tone == "ok" else _("Make room soon: mail cannot be taken in without.")
    )


def _queue(now: datetime) -> Finding:
    since = jobs.oldest_due(now)
    dead = jobs.dead_count()
    if since and now - since > _LATE:
        return Finding(
            _("Workers"), "late", _("Work has been waiting for over five minutes."), _("Is a worker running?")
        )
    if dead:
        found = ngettext("%(num)s piece of work was given up.", "%(num)s pieces of work were given up.", dead)
        return Finding(_("Workers"), "soon", found % {"num": dead}, _("`balcao doctor` says which."))
    return Finding(_("Workers"), "ok", _("Nothing waits too long."))


def _envelopes(now: datetime) -> Finding:
    late = Envelope.objects.filter(state=EnvelopeState.KEPT, due_at__lt=now - _LATE)[:1000].count()
    if late:
        found = ngettext("%(num)s waits to be understood.", "%(num)s wait to be understood.", late) % {"num": late}
        return Finding(_("What came in"), "late", found, _("Is a worker running?"))
    return Finding(_("What came in"), "ok", _("Everything is understood."))


def _dispatches() -> Finding:
    failed = Dispatch.objects.filter(state=DispatchState.UNCERTAIN)[:1000].count()
    if failed:
        found = ngettext(
            "%(num)s answer may or may not have left.", "%(num)s answers may or may not have left.", failed
        )
        return Finding(_("What goes out"), "soon", found % {"num": failed}, _("They stand in red on their tickets."))
    return Finding(_("What goes out"), "ok", _("Nothing is uncertain."))


def _channels(shop_ids: frozenset[int]) -> Iterator[Finding]:
    rows = Channel.objects.filter(shop__in=shop_ids, is_active=True, is_fetched=True).select_related("fetch_state")
    for channel in rows:
        state = getattr(channel, "fetch_state", None)
        name = channel.address or channel.name
        if state is None or state.last_ok_at is None:
            yield Finding(name, "soon", _("Not read yet."), _("Try its connection."))
        elif state.failing_since:
            yield Finding(name, "late", _(state.last_error.partition("\n")[0]), _("Try its connection."))
        elif state.missing:
            found = ngettext("%(num)s missing", "%(num)s missing", len(state.missing)) % {"num": len(state.missing)}
            yield Finding(name, "late", found, _("Fetch them again on its page."))
        else:
            yield Finding(name, "ok", _("Read and counted."))


def _systems(shop_ids: frozenset[int]) -> Iterator[Finding]:
    rows = Backend.objects.filter(shop__in=shop_ids, is_active=True).exclude(kind=Book.kind)
    for backend in rows:
        if backend.failing_since:
            fault = backend.last_error.partition("\n")[0]
            yield Finding(
                backend.name, "late", _(fault) if fault else _("It does not answer."), _("Try its connection.")
            )
        elif backend.last_ok_at is None:
            yield Finding(backend.name, "soon", _("Not read yet."), _("Try its connection."))
        else:
            yield Finding(backend.name, "ok", _("It answers."))
