"""Kill workers for long, on SQLite and on PostgreSQL: `python -m benchmarks.torture [--rounds N] [--seed N]`."""

import argparse
import os
import tempfile
from pathlib import Path

from balcao.testing.servers import postgres
from balcao.testing.torture import Report, torture

ROUNDS = 1000


def main() -> int:
    """Torture both engines; return 1 if anything was lost or doubled on either."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"deaths to try on each engine ({ROUNDS})")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)), help="to repeat a run")
    options = parser.parse_args()
    print(f"{options.rounds} rounds on each engine, seed {options.seed}")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/shop.sqlite3"
        faults = _tell("SQLite", torture(database=database, folder=Path(folder), **vars(options)))
    with tempfile.TemporaryDirectory() as folder, postgres() as database:
        faults += _tell("PostgreSQL", torture(database=database, folder=Path(folder), **vars(options)))
    return 1 if faults else 0


def _tell(engine: str, report: Report) -> int:
    died = sum(count for how, count in report.deaths.items() if how != "none")
    fine = [
        f"  {report.mails} mails in, each stored once; answers out: {_counts(report.answers)};",
        f"  refunds: {_counts(report.refunds)}, none paid twice.",
    ]
    lines = ["  FAULTS", *report.faults] if report.faults else fine
    head = f"{engine}: {died} of {report.rounds} workers killed ({_counts(report.deaths)});"
    print("\n".join([head, *lines]))  # noqa: T201
    return len(report.faults)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


if __name__ == "__main__":
    raise SystemExit(main())
