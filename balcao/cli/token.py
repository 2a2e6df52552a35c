"""`balcao token create`: let a program use the API; `list` and `revoke` beside it."""

import argparse
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit

if TYPE_CHECKING:
    from balcao.staff.models import Agent, ApiToken


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what the token is for and what it may do."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    create = deeds.add_parser("create", help="create a token and print its secret, once")
    create.add_argument("name", help="what it is for: 'ERP', 'warehouse screen'")
    create.add_argument("--agent", default="", help="address of the agent it acts as; without: the system")
    create.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="SCOPE",
        help="what it may do (repeat); `read` means all that read",
    )
    create.add_argument(
        "--shop", action="append", default=[], metavar="SLUG", help="shops it sees (repeat); without: all"
    )
    create.add_argument("--days", type=int, default=0, help="days until it is over; without: never")
    deeds.add_parser("list", help="list the tokens, without their secrets")
    revoke = deeds.add_parser("revoke", help="let a token in no more")
    revoke.add_argument("id", type=int, help="its id, as `list` shows it")


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Do what was asked."""
    import django

    django.setup()
    {"create": _create, "list": _list, "revoke": _revoke}[options.deed](options, output)
    return Exit.OK


def _create(options: argparse.Namespace, output: Output) -> None:
    from django.utils import timezone

    from balcao.journal.types import SYSTEM
    from balcao.shops.models import Shop
    from balcao.staff.actions import create_token

    now = timezone.now()
    shops = list(Shop.objects.filter(slug__in=options.shop))
    if missing := sorted(set(options.shop) - {shop.slug for shop in shops}):
        raise CommandFailed(f"There is no shop {', '.join(missing)}.")
    token, secret = create_token(
        name=options.name,
        agent=_agent(options.agent),
        scopes=_scopes(options.scope),
        every_shop=not shops,
        shops=shops,
        expires_at=_end(now, options.days),
        actor=SYSTEM,
        now=now,
    )
    text = f"[bold]{secret}[/bold]\nThis secret is shown only now. It may: {', '.join(token.scopes)}."
    output.result({**_described(token), "secret": secret}, text=text)


def _agent(address: str) -> "Agent | None":
    from balcao.staff.models import Agent

    found = Agent.objects.filter(email__iexact=address).first() if address else None
    if address and found is None:
        raise CommandFailed(f"There is no agent with the address {address}.")
    return found


def _scopes(asked: list[str]) -> set[Any]:
    from balcao.staff.types import Scope

    reading = {scope for scope in Scope if scope.endswith(".read")}
    if unknown := sorted(set(asked) - set(Scope) - {"read"}):
        raise CommandFailed(
            f"There is no scope {', '.join(unknown)}; there are: read, {', '.join(Scope)}.", code=Exit.USAGE
        )
    named = {Scope(scope) for scope in asked if scope != "read"}
    return named | (reading if "read" in asked or not asked else set())


def _end(now: datetime, days: int) -> datetime | None:
    if days < 0:
        raise CommandFailed("--days must be positive.", code=Exit.USAGE)
    return now + timedelta(days=days) if days else None


def _list(options: argparse.Namespace, output: Output) -> None:
    from balcao.staff.models import ApiToken

    output.table([_described(token) for token in ApiToken.objects.select_related("agent")])


def _described(token: "ApiToken") -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "agent": token.agent.email if token.agent else "system",
        "scopes": " ".join(token.scopes),
        "hint": f"…{token.hint}",
        "last_used_at": token.last_used_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }


def _revoke(options: argparse.Namespace, output: Output) -> None:
    from django.utils import timezone

    from balcao.journal.types import SYSTEM
    from balcao.staff.actions import revoke_token
    from balcao.staff.models import ApiToken

    token = ApiToken.objects.select_related("agent").filter(pk=options.id).first()
    if token is None:
        raise CommandFailed(f"There is no token {options.id}.")
    revoke_token(token=token, actor=SYSTEM, now=timezone.now())
    output.result(_described(token), text=f"{token.name} is let in no more.")
