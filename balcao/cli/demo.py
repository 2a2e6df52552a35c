"""`balcao demo`: bring the demo shop in."""

import argparse

from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit

PASSWORD = "balcao-demo"  # noqa: S105 - of invented people, printed for everybody to log in with


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none of its own."""


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Bring the demo shop into an empty installation."""
    import django

    django.setup()
    if not bring_in(output):
        raise CommandFailed("There is a shop already; the demo shop only comes into an empty installation.")
    return Exit.OK


def bring_in(output: Output) -> bool:
    """Bring the demo shop in unless there is a shop; say with which names one can log in."""
    from django.utils import timezone

    from balcao.demo.load import how_long, is_loaded, load

    is_new = not is_loaded()
    if is_new:
        with output.progress("Opening the demo shop", total=how_long()) as step:
            load(now=timezone.now(), password=PASSWORD, on_step=step)
    _say_logins(output)
    return is_new


def _say_logins(output: Output) -> None:
    """Name the demo shop's people, if this is a demo shop still."""
    from balcao.demo.setting import described
    from balcao.staff.models import Agent

    shown = [row for row in described()["agents"] if Agent.objects.filter(email=row["email"], is_active=True).exists()]
    if shown:
        output.say(f"Log in with the password [bold]{PASSWORD}[/bold] as")
    for row in shown:
        output.say(f"  {row['email']}  ({row['role']}, {row['language']})")
