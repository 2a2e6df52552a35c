"""`balcao doctor`: look at settings, database, mailboxes, clock and disk, and say what to do."""

import argparse

from balcao.cli.output import Output
from balcao.cli.results import Exit

_LOOKS = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none of its own."""


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Print what was found; fail if something is broken."""
    import django

    django.setup()
    from dataclasses import asdict

    from django.utils import timezone

    from balcao.cli.checks import check_all
    from balcao.cli.findings import State

    broken = 0
    for finding in check_all(now=timezone.now()):
        broken += finding.state is State.FAILED
        advice = f"\n  [dim]{finding.advice}[/dim]" if finding.advice else ""
        output.result(asdict(finding), text=f"{_LOOKS[finding.state]} {finding.about}: {finding.found}{advice}")
    if not output.json:
        output.say(f"{broken} things are broken." if broken else "All is well.")
    return Exit.FAILED if broken else Exit.OK
