"""`balcao restore`: bring back what `balcao backup` wrote."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit

if TYPE_CHECKING:
    from balcao.cli.archive import Place


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the archive to read, and a confirmation to replace what is there."""
    parser.add_argument("archive", type=Path, help="file that `balcao backup` wrote")
    parser.add_argument("--replace", action="store_true", help="replace the database and files that are there now")


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Put the archive's state in place, then bring it to this version."""
    import django

    from balcao.cli import archive
    from balcao.cli.migrate import apply_migrations

    django.setup()
    place = installed_place()
    manifest = archive.read_manifest(options.archive)
    if manifest.engine != place.engine:
        raise CommandFailed(f"The archive is of {manifest.engine}, DATABASE_URL names {place.engine}; use the same.")
    if not options.replace and _is_in_use():
        raise CommandFailed(
            "There is a database already. Stop Balcão and add --replace to put the archive in its place."
        )
    archive.bring_back(options.archive, place=place)
    applied = apply_migrations()
    output.result(
        {"archive": str(options.archive), "created_at": manifest.created_at, "applied": applied},
        text=f"Restored the state of {manifest.created_at} (version {manifest.version}).",
    )
    return Exit.OK


def installed_place() -> "Place":
    """Return where this installation keeps its state."""
    from django.conf import settings

    from balcao.cli.archive import Place

    engine = "sqlite" if settings.DATABASE_URL.startswith("sqlite:") else "postgresql"
    return Place(
        engine=engine,
        database=str(settings.DATABASES["default"]["NAME"]) if engine == "sqlite" else settings.DATABASE_URL,
        files=settings.MEDIA_ROOT,
        secret=settings.DATA_DIR / "secret-key",
    )


def _is_in_use() -> bool:
    from django.db import connection

    tables = connection.introspection.table_names()
    connection.close()
    return bool(tables)
