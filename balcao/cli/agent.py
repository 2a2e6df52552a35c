"""`balcao agent create`: let somebody in, the first admin among them."""

import argparse
import getpass
import os
import secrets
import sys
from pathlib import Path

from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit

ROLES = ("admin", "supervisor", "agent", "light")
LANGUAGES = ("en", "pt-br", "tr")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take who it is and what they may do."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    create = deeds.add_parser("create", help="create an agent")
    create.add_argument("email", help="address they log in with")
    create.add_argument("--name", default="", help="name that customers read")
    create.add_argument("--role", choices=ROLES, default="agent")
    create.add_argument("--language", choices=LANGUAGES, default="en")
    create.add_argument(
        "--password-file", help="file that holds the password, - for standard input; asked for, or made, when not given"
    )


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Create the agent and say how they log in."""
    import django

    django.setup()
    from django.utils import timezone

    from balcao.journal.types import SYSTEM
    from balcao.staff.actions import AddressTaken, create_agent
    from balcao.staff.types import Role

    password, is_made = _password(options.password_file)
    try:
        agent = create_agent(
            email=options.email,
            name=options.name or options.email.split("@")[0],
            role=Role(options.role),
            language=options.language,
            every_shop=True,
            password=password,
            actor=SYSTEM,
            now=timezone.now(),
        )
    except AddressTaken as error:
        raise CommandFailed(f"There is an agent with the address {options.email} already.") from error
    shown = f" The password is [bold]{password}[/bold]; change it after the first login." if is_made else ""
    output.result(
        {"id": agent.pk, "email": agent.email, "role": agent.role, **({"password": password} if is_made else {})},
        text=f"{agent.name} ({agent.email}) may log in as {agent.role}.{shown}",
    )
    return Exit.OK


def _password(path: str | None) -> tuple[str, bool]:
    """Return the password and whether it was made up here."""
    if path == "-":
        return sys.stdin.readline().rstrip("\n"), False
    if path is not None:
        return Path(path).read_text(encoding="utf-8").split("\n")[0], False
    if sys.stdin.isatty() and os.isatty(2):
        typed = getpass.getpass("Password (empty: one is made): ")
        if typed:
            return typed, False
    return secrets.token_urlsafe(12), True
