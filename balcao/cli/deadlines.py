"""`balcao deadlines`: how due times came about, what a file of examples comes to, and clocks made anew."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from balcao.deadlines.rules.examples import Outcome
    from balcao.pipeline.promises.rebuilding import Rebuilt
    from balcao.tickets.models import Ticket


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the deeds and what each takes."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    explain = deeds.add_parser("explain", help="tell how due times come about")
    what = explain.add_mutually_exclusive_group(required=True)
    what.add_argument("ticket", nargs="?", type=int, metavar="TICKET", help="the number of a ticket")
    what.add_argument("--file", type=Path, metavar="FILE", help="JSON: calendars, and examples with what they expect")

    rebuild = deeds.add_parser("rebuild", help="give tickets that have no clocks theirs, from their journal")
    rebuild.add_argument("--targets", action="store_true", help="let running promises take the targets of today, too")


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Explain a ticket, work examples out, or make clocks anew."""
    if options.deed == "rebuild":
        return _rebuild(options, output)
    return _examples(options, output) if options.file else _ticket(options.ticket, output)


def _ticket(number: int, output: Output) -> Exit:
    """Tell of each clock of a ticket how it came to stand as it does, in the shop's time."""
    import django

    django.setup()
    from zoneinfo import ZoneInfo

    from django.utils import timezone

    from balcao.deadlines.queries.clocks import calendar_names, clocks_of, explanation
    from balcao.deadlines.rules.words import in_english
    from balcao.tickets.models import Ticket

    ticket = Ticket.objects.select_related("shop").filter(number=number).first()
    if ticket is None:
        raise CommandFailed(f"There is no ticket {number}.", code=Exit.USAGE)
    zone = ZoneInfo(ticket.shop.time_zone or "UTC")
    for clock in clocks_of(ticket.pk):
        lines = explanation(clock, now=timezone.now())
        names = calendar_names(lines)
        said = [in_english(replace(line, calendar=names.get(line.calendar, "")), zone=zone) for line in lines]
        told = {"clock": clock.pk, "kind": clock.kind, "number": clock.number, "rule": clock.rule, "state": clock.state}
        due = clock.due_at.astimezone(zone).isoformat() if clock.due_at else None
        name = clock.rule or str(clock.number)
        about = f"{clock.kind.replace('_', ' ')} {name}: {clock.state}"
        output.result(
            {**told, "due_at": due, "lines": said}, text="\n  ".join([_plain_text(about), *map(_plain_text, said)])
        )
    return Exit.OK


def _rebuild(options: argparse.Namespace, output: Output) -> Exit:
    """Give tickets their clocks, some at a time: stopped and begun again it goes on with those that have none."""
    import django

    django.setup()
    from django.utils import timezone

    from balcao.pipeline.promises import rebuilding

    now = timezone.now()
    rebuilding.plant_where_missing(now=now)
    found = _in_turn(rebuilding.without_clocks(), rebuilding.rebuild, "Telling clocks", output)
    told = {"tickets": found.tickets, "clocks": found.clocks, "unread": found.unread}
    output.result(told, text=f"{found.tickets} tickets have {found.clocks} clocks that they had not.")
    if found.unread:
        output.say(f"{found.unread} entries of the journal could not be read; the log names them.")
    owed = _in_turn(rebuilding.without_terms(), rebuilding.begin_terms, "Counting terms", output)
    output.result(
        {"processes": owed.tickets, "terms": owed.clocks},
        text=f"{owed.clocks} terms of the law are counted that were not.",
    )
    if options.targets:
        aimed = _in_turn(rebuilding.with_running_promises(), rebuilding.take_targets, "Taking targets", output)
        output.result(
            {"retargeted": aimed.tickets, "clocks": aimed.clocks},
            text=f"{aimed.tickets} tickets have other targets, {aimed.clocks} clocks in all.",
        )
    return Exit.OK


def _in_turn(rows: "QuerySet[Ticket]", deed: "Callable[..., Rebuilt]", title: str, output: Output) -> "Rebuilt":
    from django.utils import timezone

    from balcao.pipeline.promises.rebuilding import AT_ONCE, Rebuilt

    done, last = Rebuilt(), 0
    with output.progress(title, total=rows.count()) as step:
        while tickets := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
            some = deed(tickets=tickets, now=timezone.now())
            done = Rebuilt(done.tickets + some.tickets, done.clocks + some.clocks, done.unread + some.unread)
            last = tickets[-1]
            for _ in tickets:
                step()
    return done


def _plain_text(words: str) -> str:
    from rich.markup import escape

    return escape(words)


def _examples(options: argparse.Namespace, output: Output) -> Exit:
    """Work every example out; ends with 1 when one comes out otherwise than it expects, or cannot be read."""
    from balcao.deadlines.rules.examples import BadExample, outcomes

    total = good = 0
    try:
        for outcome in outcomes(_document(options.file)):
            total, good = total + 1, good + outcome.is_ok
            output.result(_plain(outcome), text=_sentence(outcome))
    except BadExample as error:
        raise CommandFailed(f"{options.file}: {error}", code=Exit.USAGE) from error
    output.say(f"{good} of {total} examples come out as they expect.")
    return Exit.OK if good == total else Exit.FAILED


def _document(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise CommandFailed(f"{path} cannot be read: {error.strerror or error}.", code=Exit.USAGE) from error
    except (ValueError, RecursionError) as error:
        raise CommandFailed(f"{path} holds no JSON: {error}.", code=Exit.USAGE) from error


def _plain(outcome: "Outcome") -> dict[str, Any]:
    told = {"id": outcome.id, "expect": outcome.expect, "got": outcome.got, "ok": outcome.is_ok}
    more = {"error": outcome.error, "ignored": list(outcome.ignored)}
    return {**told, **{name: value for name, value in more.items() if value}}


def _sentence(outcome: "Outcome") -> str:
    from rich.markup import escape

    said = f"expected {json.dumps(outcome.expect)}, got {json.dumps(outcome.got)}."
    if outcome.is_ok:
        said = "as expected."
    elif outcome.error:
        said = f"cannot be worked out. {outcome.error}"
    if outcome.ignored:
        said += f" Nothing reads {', '.join(outcome.ignored)}."
    return escape(f"{outcome.id}: {said}")
