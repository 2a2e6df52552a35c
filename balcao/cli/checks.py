"""What `balcao doctor` looks at; each check says what it found and, if that is not well, what to do."""

import ctypes
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from balcao.channels import queries as channels
from balcao.channels.models import Channel
from balcao.cli.findings import Finding, State
from balcao.cli.promises import check_promises
from balcao.commerce import queries as commerce
from balcao.commerce.actions.book import Book
from balcao.commerce.models import Backend
from balcao.jobs import queries as jobs
from balcao.ports import registry
from balcao.ports.channel import Checked
from balcao.ports.commerce import Checked as CheckedShop

_LOW_DISK = 2_000_000_000  # bytes
_FULL_DISK = 200_000_000
_LATE = timedelta(minutes=5)
_CLOCK_APART = timedelta(seconds=5)
_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
_TIMEX_BYTES = 256  # more than struct timex on any Linux


def check_all(*, now: datetime) -> Iterator[Finding]:
    """Run every check; those that need the database only if it answers."""
    yield from check_settings()
    yield check_disk(settings.DATA_DIR)
    yield check_own_clock()
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding("database", State.FAILED, str(error).strip(), "Check DATABASE_URL and that the server runs.")
        return
    yield check_migrations()
    yield check_database(now=now)
    if connection.introspection.table_names():
        yield check_queue(now=now)
        yield from check_promises(now=now)
        yield from check_channels()
        yield from check_shop_systems()


def check_settings() -> Iterator[Finding]:
    """Look for settings that are fine on a desk and wrong on a server."""
    if settings.DEBUG:
        yield Finding("settings", State.WARNING, "BALCAO_DEBUG is on.", "Unset it where customers' mail is read.")
    if not settings.PUBLIC_URL.startswith("https://"):
        yield Finding(
            "settings",
            State.WARNING,
            f"The public address is {settings.PUBLIC_URL}.",
            "Put a proxy with TLS in front and set BALCAO_PUBLIC_URL=https://...",
        )
    if "filebased" in settings.EMAIL_BACKEND:
        yield Finding(
            "settings",
            State.WARNING,
            f"Invitations and password mails are written to {settings.EMAIL_FILE_PATH}.",
            "Set BALCAO_SMTP_URL=smtp+tls://name:password@host.",
        )
    secret: Path = settings.DATA_DIR / "secret-key"
    if secret.exists() and secret.stat().st_mode & 0o077:
        yield Finding("settings", State.FAILED, f"Others may read {secret}.", f"chmod 600 {secret}")
    yield Finding("settings", State.OK, f"State lives in {settings.DATA_DIR}.")


def check_disk(folder: Path) -> Finding:
    """Look at the room left for state."""
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free in {folder}."
    if free < _FULL_DISK:
        return Finding("disk", State.FAILED, found, "Free some: mail is refused when it cannot be stored.")
    if free < _LOW_DISK:
        return Finding("disk", State.WARNING, found, "Make room soon, or move BALCAO_DATA_DIR.")
    return Finding("disk", State.OK, found)


def check_own_clock() -> Finding:
    """Ask the kernel whether anything keeps its clock right."""
    if sys.platform != "linux":
        return Finding("clock", State.OK, "Not checked on this system.")
    if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)) == _UNSYNCHRONISED:
        return Finding(
            "clock", State.WARNING, "Nothing keeps this machine's clock right.", "Install systemd-timesyncd or chrony."
        )
    return Finding("clock", State.OK, "The clock is kept right.")


def check_migrations() -> Finding:
    """Look for migrations that were not applied."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Finding("database", State.FAILED, f"{len(missing)} migrations are missing.", "Run: balcao migrate")
    return Finding("database", State.OK, "All migrations are applied.")


def check_database(*, now: datetime) -> Finding:
    """Check that the file is whole and durable (SQLite), or that the server's clock agrees (PostgreSQL)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA quick_check(1)")
            verdict = cursor.fetchone()[0]
            if verdict != "ok":
                return Finding("database", State.FAILED, f"The file is damaged: {verdict}", "Run: balcao restore")
            return Finding("database", State.OK, "The file is whole.")
        cursor.execute("SELECT clock_timestamp(), current_setting('synchronous_commit'), version()")
        at, durable, version = cursor.fetchone()
    if abs(at - now) > _CLOCK_APART:
        return Finding("database", State.FAILED, f"Its clock is off by {at - now}.", "Keep both clocks right with NTP.")
    if durable == "off":
        return Finding("database", State.WARNING, "synchronous_commit is off.", "Turn it on: mail could be lost.")
    return Finding("database", State.OK, version.split(" on ")[0])


def check_queue(*, now: datetime) -> Finding:
    """Look for work that waits too long, which means that no worker runs."""
    waiting = jobs.due(now - _LATE).count()
    if waiting:
        return Finding("queue", State.FAILED, f"{waiting} jobs wait for over 5 minutes.", "Is a worker running?")
    return Finding("queue", State.OK, "Nothing waits too long.")


def check_channels() -> Iterator[Finding]:
    """Try the settings of every active channel whose plug-in can."""
    for channel in Channel.objects.filter(is_active=True).select_related("shop"):
        adapter = registry.channel(channel.kind)
        if isinstance(adapter, Checked):
            for tried, worked, advice in adapter.check(channels.connection_of(channel)):
                state = State.OK if worked else State.FAILED
                yield Finding(channel.address or channel.name, state, tried, advice)


def check_shop_systems() -> Iterator[Finding]:
    """Say which shop systems fail and since when, and try the settings of those whose plug-in can."""
    for backend in Backend.objects.filter(is_active=True).exclude(kind=Book.kind).select_related("shop"):
        about = f"{backend.name} (shop {backend.shop.slug})"
        if backend.kind not in registry.commerce_kinds():
            yield Finding(
                about, State.FAILED, f"No plug-in '{backend.kind}' is installed.", "Install it, or switch off."
            )
            continue
        if backend.failing_since:
            since = f"It has not answered since {backend.failing_since:%Y-%m-%d %H:%M} UTC"
            yield Finding(about, State.FAILED, f"{since}: {_one_line(backend.last_error)}", _TO_DO)
        elif backend.last_ok_at is None:
            yield Finding(about, State.WARNING, "It was not read yet.", "Is a worker running?")
        else:
            yield Finding(about, State.OK, f"It answered last at {backend.last_ok_at:%Y-%m-%d %H:%M} UTC.")
        adapter = registry.commerce(backend.kind)
        if isinstance(adapter, CheckedShop):
            for tried, worked, advice in adapter.check(commerce.link_of(backend)):
                yield Finding(about, State.OK if worked else State.FAILED, tried, _one_line(advice))


_TO_DO = "Settings > Shop systems > its page: try the connection. Agents see our copy meanwhile; their actions wait."


def _one_line(words: str) -> str:
    return " ".join(words.split())
