"""Run the benchmarks: ``python -m tests.benchmarks [--rounds N] [--docs | --output DIRECTORY] [NAME ...]``."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from .benchmark import Setting
from .chart import as_svg
from .machine import describe_machine
from .measure import Table, measure
from .report import as_markdown, as_text, budgets_as_markdown
from .servers import canned_server
from .suite import BENCHMARKS

DOCS = Path(__file__).parents[2] / "docs/_static/performance"


def main() -> None:
    """Run the selected benchmarks, print tables, and write JSON, charts and Markdown."""
    arguments = _arguments()
    output: Path = DOCS if arguments.docs else arguments.output
    output.mkdir(parents=True, exist_ok=True)
    start, machine = time.monotonic(), describe_machine()
    tables: list[Table] = []
    with canned_server() as address:
        for name in arguments.names or BENCHMARKS:
            table = measure(BENCHMARKS[name], Setting(address, arguments.scale), arguments.rounds)
            tables.append(table)
            print(as_text(table), flush=True)
            if table.rows:
                (output / f"{name}.svg").write_text(as_svg(table), encoding="utf-8")
    report = {"machine": machine, "rounds": arguments.rounds, "tables": [asdict(table) for table in tables]}
    (output / "results.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (output / "results.md").write_text(as_markdown(tables, arguments.rounds, machine), encoding="utf-8")
    (output / "budgets.md").write_text(budgets_as_markdown(tables), encoding="utf-8")
    print(f"\n{(time.monotonic() - start) / 60:.0f} minutes; written to {output}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Every client on the same work, side by side.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which to run, of: {', '.join(BENCHMARKS)}; default all"
    )
    parser.add_argument("--rounds", type=int, default=9, help="rounds that count (default 9)")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="how much work a round is (default 1); for a quick look"
    )
    parser.add_argument("--output", type=Path, default=Path("bench-results"), help="where to write (bench-results)")
    parser.add_argument("--docs", action="store_true", help="run all, and write what docs/performance.md shows")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    if arguments.docs and (arguments.names or arguments.scale != 1):
        parser.error("--docs runs everything in full, so that all of the page is of one run")
    return arguments


if __name__ == "__main__":
    main()
