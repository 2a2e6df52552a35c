"""Reads DATABASE_URL into Django's DATABASES entry for SQLite or PostgreSQL."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from balcao.kit.env import BadSetting

# Acknowledged work survives a power cut (synchronous=FULL); readers never wait for the writer (WAL).
# 64 MB of page cache a connection and 1 GB of memory map keep the hot indexes in memory.
_SQLITE_START = ";".join(
    [
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",
        "PRAGMA cache_size=-65536",
        "PRAGMA mmap_size=1073741824",
        "PRAGMA temp_store=MEMORY",
        "PRAGMA journal_size_limit=67108864",
    ]
)
_POOL_WAIT = 10  # seconds a page waits for a connection
_SQLITE_WAIT = 20  # seconds a writer waits for the one before it


def database_settings(url: str, *, pool_size: int) -> dict[str, Any]:
    """Return the DATABASES entry for a URL (no pool when its size is 0); raise BadSetting for an unknown engine."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path.removeprefix("/")) or ":memory:")
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_HEALTH_CHECKS": False,
            "OPTIONS": {**dict(parse_qsl(parts.query)), **_pool(pool_size)},
        }
    raise BadSetting("DATABASE_URL must start with sqlite:/// or postgresql://.")


def _pool(size: int) -> dict[str, Any]:
    return {"pool": {"min_size": 1, "max_size": size, "timeout": _POOL_WAIT}} if size else {}


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        # A file for the tests too: in memory, threads and processes would not see one database as they do in earnest.
        "TEST": {"NAME": None if path == ":memory:" else f"{path}.test"},
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": _SQLITE_WAIT, "init_command": _SQLITE_START},
    }
