"""Run the benchmarks: ``python -m tests.benchmarks [--rounds N] [--output DIRECTORY] [NAME ...]``."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable
from pathlib import Path

from . import crossing, execute, many, push, schema, stream, threads
from .machine import describe_machine
from .measure import Table
from .report import as_svg, as_text
from .servers import canned_server

RUNS: dict[str, Callable[[str, int], Table]] = {
    **crossing.RUNS,
    **push.RUNS,
    **execute.RUNS,
    **threads.RUNS,
    **stream.RUNS,
    **many.RUNS,
    **schema.RUNS,
}


def main() -> None:
    """Run what was asked for, print tables, and write JSON and charts."""
    parser = argparse.ArgumentParser(prog="make bench", description="Every client on the same work, side by side.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run, of: {', '.join(RUNS)}; all by default")
    parser.add_argument("--rounds", type=int, default=9, help="rounds that count (default 9)")
    parser.add_argument("--output", type=Path, default=Path("bench-results"), help="where to write (bench-results)")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(RUNS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(RUNS)}")
    arguments.output.mkdir(parents=True, exist_ok=True)
    # Some peers leave sessions behind at every call, and asyncio says so each time.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    tables: list[Table] = []
    with canned_server() as address:
        for name in arguments.names or RUNS:
            table = RUNS[name](address, arguments.rounds)
            tables.append(table)
            print(as_text(table), flush=True)
            (arguments.output / f"{name}.svg").write_text(as_svg(table), encoding="utf-8")
    report = {
        "machine": describe_machine(),
        "rounds": arguments.rounds,
        "tables": [table.as_json() for table in tables],
    }
    (arguments.output / "results.json").write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
