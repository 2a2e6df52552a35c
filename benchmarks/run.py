"""Measures and prints the figures beside the targets: `python -m benchmarks.run --engine sqlite --only W2,W5`."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from benchmarks import bringing, departments, idle, intake, live, orders, pages
from benchmarks.client import reference
from benchmarks.report import Measured, ratios, table
from benchmarks.stage import ENGINES

_ALL = ("W1", "W2", "W3", "W4", "W5", "W7", "W8", "O1", "O2", "O3", "P1", "P2", "P3")
_PAGES = {"W2", "W3", "W4", "W5"}
_ORDERS = {"O1", "O3"}
_DEPARTMENTS = {"P1", "P2", "P3"}


def main() -> int:
    """Measure what is asked for; return 1 if a target is missed, so that a script can tell."""
    options = _options()
    wanted = set(options.only.split(","))
    engines = ENGINES if options.engine == "both" else (options.engine,)
    sizes = _Sizes(_numbers(options.sizes), _numbers(options.orders), _numbers(options.processes))
    measured = []
    speeds = [reference()]
    for engine in engines:
        for one in _measure(engine, sizes, wanted):
            measured.append(one)
            sys.stderr.write(f"{one.key} {one.engine} {one.size or ''}: {one.value:.3g}\n")
        speeds.append(reference())
    _print(measured, speeds, as_json=options.json)
    return 0 if all(one.is_met for one in measured) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Measure against the targets.")
    parser.add_argument("--engine", choices=[*ENGINES, "both"], default="both")
    parser.add_argument("--sizes", default="100000,1000000", help="tickets in the database (100000,1000000)")
    parser.add_argument("--orders", default="10000,1000000", help="orders in the database (10000,1000000)")
    parser.add_argument("--processes", default="1000,100000", help="running processes (1000,100000)")
    parser.add_argument("--only", default=",".join(_ALL), help=f"some of {','.join(_ALL)}")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    return parser.parse_args()


@dataclass(frozen=True, slots=True)
class _Sizes:
    tickets: list[int]
    orders: list[int]
    processes: list[int]


def _numbers(text: str) -> list[int]:
    return [int(size.replace("_", "")) for size in text.split(",")]


def _measure(engine: str, sizes: _Sizes, wanted: set[str]) -> Iterator[Measured]:
    yield from _of_tickets(engine, sizes.tickets, wanted)
    if wanted & _ORDERS:
        yield from orders.measure(engine, sizes.orders, wanted)
    if "O2" in wanted:
        yield from bringing.measure(engine)
    if wanted & _DEPARTMENTS:
        yield from departments.measure(engine, sizes.processes, wanted)


def _of_tickets(engine: str, sizes: list[int], wanted: set[str]) -> Iterator[Measured]:
    if "W1" in wanted:
        yield from intake.measure(engine)
    if wanted & _PAGES:
        for size in sizes:
            yield from pages.measure(engine, size, wanted)
    if "W7" in wanted:
        yield from idle.measure(engine)
    if "W8" in wanted:
        yield from live.measure(engine)


def _print(measured: list[Measured], speeds: list[float], *, as_json: bool) -> None:
    load = os.getloadavg()
    speed = f"{min(speeds):.2f} to {max(speeds):.2f} ms"
    if as_json:
        machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load": load, "reference_ms": speeds}
        lines = [{**asdict(one), "is_met": one.is_met} for one in measured]
        sys.stdout.write(json.dumps({"machine": machine, "measured": lines}, indent=1) + "\n")
        return
    sys.stdout.write(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load[0]:.1f}, reference load {speed}\n\n"
        f"{table(measured)}\n\n{ratios(measured)}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
