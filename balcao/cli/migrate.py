"""`balcao migrate`: bring the database to this version."""

import argparse

from balcao.cli.output import Output
from balcao.cli.results import Exit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none of its own."""


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Apply the migrations that are missing."""
    import django

    django.setup()
    applied = apply_migrations()
    said = f"{len(applied)} migrations applied." if applied else "The database is up to date."
    output.result({"applied": applied}, text=said)
    return Exit.OK


def apply_migrations() -> list[str]:
    """Apply the migrations that are missing; return their names."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0)
    return [str(migration) for migration, _ in plan]
