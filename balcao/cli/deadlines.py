"""`balcao deadlines explain`: how due times come about, worked out for a file of examples."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit

if TYPE_CHECKING:
    from balcao.deadlines.rules.examples import Outcome


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the deeds and what each takes."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    explain = deeds.add_parser("explain", help="work examples of clocks out and compare them with what they expect")
    explain.add_argument(
        "--file", type=Path, required=True, metavar="FILE", help="JSON: calendars, and examples with what they expect"
    )


def run(options: argparse.Namespace, output: Output) -> Exit:
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
    return {**told, "error": outcome.error} if outcome.error else told


def _sentence(outcome: "Outcome") -> str:
    from rich.markup import escape

    if outcome.is_ok:
        return escape(f"{outcome.id}: as expected.")
    if outcome.error:
        return escape(f"{outcome.id}: cannot be worked out. {outcome.error}")
    return escape(f"{outcome.id}: expected {json.dumps(outcome.expect)}, got {json.dumps(outcome.got)}.")
