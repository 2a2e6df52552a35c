"""`balcao ingest`: bring mails in from files, folders, mbox, Maildir or standard input."""

import argparse
import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit

if TYPE_CHECKING:
    from balcao.pipeline.inbound import Taken
    from balcao.pipeline.ingest import Spooled


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="a mail, folder, mbox or Maildir; none or -: standard input"
    )
    parser.add_argument("--shop", default="", help="the shop's short name (default: the first shop)")
    parser.add_argument("--mailbox", default="", help="the mailbox's address (default: the first, or one made for it)")
    parser.add_argument("--one-by-one", action="store_true", help="commit each mail by itself")


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Take the mails in; one mail from standard input exits 75 unless it was stored durably."""
    import django

    django.setup()
    if options.paths in ([], ["-"]):
        return _from_standard_input(options, output)
    return _from_paths(options, output)


def _from_standard_input(options: argparse.Namespace, output: Output) -> Exit:
    """Take one mail from a mail server, which tries again later when we could not store it."""
    from balcao.pipeline.ingest import Spooled

    body = sys.stdin.buffer.read()
    if not body.strip():
        raise CommandFailed("Nothing came on standard input.", code=Exit.USAGE)
    try:
        channel = _channel(options)
        for thing, taken in _bring_in(channel, iter([Spooled("-", body)])):
            _report(thing, taken, output)
    except CommandFailed:
        raise
    except Exception as error:
        raise CommandFailed(f"The mail could not be stored: {error}", code=Exit.TEMPORARY) from error
    return Exit.OK


def _from_paths(options: argparse.Namespace, output: Output) -> Exit:
    from balcao.plugins.channels.mail.spool import NoSuchPath, spooled

    try:
        mails, passed_over = spooled([Path(path) for path in options.paths])
    except NoSuchPath as error:
        raise CommandFailed(str(error), code=Exit.USAGE) from error
    channel = _channel(options)
    counts: dict[str, int] = {}
    together = len(mails) > 1 and not options.one_by_one
    with output.progress("Taking in", total=len(mails)) as step:
        for thing, taken in _bring_in(channel, _read(mails), together=together, expected=len(mails)):
            outcome = str(taken.outcome or "kept")
            counts[outcome] = counts.get(outcome, 0) + 1
            if output.json:
                _report(thing, taken, output)
            step()
    summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "no mails"
    left = f"; {len(passed_over)} files that are no mails were passed over" if passed_over else ""
    output.say(f"{len(mails)} mails: {summary}{left}.")
    return Exit.OK


def _channel(options: argparse.Namespace) -> Any:
    from django.utils import timezone

    from balcao.pipeline.ingest import NoSuchPlace, place_for

    try:
        return place_for(kind="mail", shop=options.shop, channel=options.mailbox, now=timezone.now())
    except NoSuchPlace as error:
        raise CommandFailed(str(error), code=Exit.USAGE) from error


def _bring_in(
    channel: Any, things: Iterator["Spooled"], *, together: bool = False, expected: int = 1
) -> Iterator[tuple["Spooled", "Taken"]]:
    from balcao.pipeline.ingest import bring_in

    return bring_in(channel=channel, things=things, together=together, expected=expected)


def _read(mails: list[Any]) -> Iterator["Spooled"]:
    from balcao.pipeline.ingest import Spooled

    boxes: dict[Path, mailbox.mbox] = {}
    for mail in mails:
        yield Spooled(mail.source, mail.read(boxes), mail.sent_at)


def _report(thing: "Spooled", taken: "Taken", output: Output) -> None:
    message, inbound = taken.message, taken.inbound
    result: dict[str, Any] = {
        "source": thing.source,
        "message_id": inbound.external_id if inbound else (message.external_id if message else None),
        "outcome": str(taken.outcome or "kept"),
        "ticket": message.ticket.number if message else None,
        "conversation": message.conversation_id if message else None,
        "customer": message.identity.customer_id if message and message.identity else None,
        "language": message.language if message else None,
        "subject": inbound.subject if inbound else None,
        "text": inbound.text if inbound else (message.text if message else None),
        "attachments": [
            {"name": file.name, "type": file.media_type, "size": len(file.content)}
            for file in (inbound.files if inbound else ())
        ],
        "reason": taken.reason,
    }
    number = f"#{result['ticket']} " if result["ticket"] else ""
    output.result(result, text=f"{thing.source}: {result['outcome']} {number}{taken.reason}")
