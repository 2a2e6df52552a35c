"""`balcao orders`: what operators do with orders from the command line."""

import argparse
from dataclasses import asdict
from pathlib import Path

from balcao.cli import order_files
from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit

_FILES = ("users.json.gz", "orders.json.gz", "products.json.gz")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    order_files.arguments(deeds)
    replay = deeds.add_parser("replay", help="run a benchmark's tasks through rules, ledger and order book")
    replay.add_argument("--backend", choices=["tau"], required=True, help="whose records the folder holds")
    replay.add_argument("folder", type=Path, metavar="DIR", help="users, orders, products and tasks-*.jsonl.gz")


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Do what was asked with the order book."""
    import django

    django.setup()
    deeds = {"import": order_files.bring_in, "export": order_files.write_out, "replay": _replayed}
    return deeds[options.deed](options, output)


def _replayed(options: argparse.Namespace, output: Output) -> Exit:
    """Replay every task; each is taken back afterwards. Ends with 1 when one did not lead to what is expected."""
    missing = [name for name in _FILES if not (options.folder / name).is_file()]
    if missing:
        raise CommandFailed(f"{options.folder} lacks {', '.join(missing)}.", code=Exit.USAGE)
    return _replay(options.folder, output)


def _replay(folder: Path, output: Output) -> Exit:
    from django.utils import timezone

    from balcao.demo import tau

    shop = tau.load(folder, now=timezone.now())
    tasks = list(tau.tasks_in(folder))
    if not tasks:
        raise CommandFailed(f"{folder} holds no tasks-*.jsonl.gz.", code=Exit.USAGE)
    done = []
    with output.progress("Replaying", total=len(tasks)) as step:
        for task in tasks:
            done.append(tau.replay(task, shop))
            if output.json:
                output.result(asdict(done[-1]), text="")
            step()
    good = sum(one.matches_expected for one in done)
    output.say(
        f"{good} of {len(done)} tasks lead to exactly the expected records "
        f"({100 * good / len(done):.1f} %); {sum(one.actions for one in done)} actions, "
        f"{sum(one.ok for one in done)} done, {sum(one.refused for one in done)} refused."
    )
    return Exit.OK if good == len(done) else Exit.FAILED
