"""Tables for the terminal, and Markdown for the documentation."""

from __future__ import annotations

from typing import Any

from .measure import Row, Table, Verdict

WRITTEN_BY = "<!-- Written by: make bench BENCH_ARGS=--docs -->"


def number(value: float) -> str:
    """Return a figure with its significant digits."""
    if value == int(value) or value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def as_text(table: Table) -> str:
    """Return a table with a line per contender, the best first, and a mark for each kept or missed budget."""
    ratio_to = f"; ratio to {table.baseline}" if table.baseline else ""
    lines = [f"\n{table.name}: {table.title} ({table.unit}{ratio_to}; {table.rounds} rounds)"]
    for row in table.rows:
        ratio = f"{row.ratio:8.2f}x" if row.ratio is not None else " " * 9
        spread = f"{number(row.low)} to {number(row.high)}"
        remarks = [
            *(f"{column}: {number(extra)}" for column, extra in row.extras.items()),
            *(_verdict(table, verdict) for verdict in row.verdicts),
        ]
        lines.append(
            f"  {row.contender:<28}{number(row.median):>10}  {spread:>22}{ratio}  {'; '.join(remarks)}".rstrip()
        )
    lines += [f"  {name:<28}{'failed':>10}  {why}" for name, why in table.failures.items()]
    return "\n".join(lines)


def as_markdown(tables: list[Table], rounds: int, machine: dict[str, Any]) -> str:
    """Return Markdown for the documentation: the machine, and a chart and a table per benchmark.

    Args:
        tables: the results.
        rounds: the requested number of rounds.
        machine: the return value of ``describe_machine``.
    """
    parts = [WRITTEN_BY, _conditions(rounds, machine)]
    for table in tables:
        parts += [
            f"### {table.name}: {table.title}",
            f"![{table.title}, {table.unit}]({table.name}.svg)",
            _rows(table),
        ]
    return "\n\n".join(parts) + "\n"


def _conditions(rounds: int, machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{package} {version}" for package, version in machine["versions"].items())
    return (
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory']} GB, {machine['system']}, "
        f"Python {machine['python']}; {machine['date']}; rounds: {rounds} at most; load before: {machine['load']}; "
        f"a switch to another thread and back: {number(machine['switches'])} µs.\n\n"
        f"{versions}."
    )


def budgets_as_markdown(tables: list[Table]) -> str:
    """Return Markdown for the documentation: a table of all budgets, and whether they are met."""
    lines = ["| benchmark | contender | of | at most | measured | |", "|---|---|---|---:|---:|---|"]
    lines += [
        _line(_promise(table, row, verdict)) for table in tables for row in table.rows for verdict in row.verdicts
    ]
    return "\n".join([WRITTEN_BY, "", *lines]) + "\n"


def _promise(table: Table, row: Row, verdict: Verdict) -> list[str]:
    kept = "met" if verdict.kept else "**not met**"
    limit, figure = number(verdict.budget.at_most), number(verdict.figure)
    return [table.name, row.contender, _limited(table, verdict), limit, figure, kept]


def _limited(table: Table, verdict: Verdict) -> str:
    """Return which figure a budget limits."""
    of = table.baseline if verdict.budget.of == "ratio" else verdict.budget.of
    if of == "value":
        return table.unit
    return f"ratio to {of}" if of in {row.contender for row in table.rows} else of


def _rows(table: Table) -> str:
    columns = list(dict.fromkeys(column for row in table.rows for column in row.extras))
    ratio = [f"to {table.baseline}"] if table.baseline else []
    head = ["contender", table.unit, "quartiles", *ratio, *columns]
    lines = [_line(head), _line(["---", *["---:"] * (len(head) - 1)])]
    lines += [_line(_cells(row, columns, bool(ratio))) for row in table.rows]
    lines += [
        _line([name, "failed", why.replace("|", "/"), *[""] * (len(head) - 3)]) for name, why in table.failures.items()
    ]
    return "\n".join(lines)


def _cells(row: Row, columns: list[str], has_ratio: bool) -> list[str]:
    name = f"**{row.contender}**" if row.contender.startswith("syncgql") else row.contender
    ratio = [f"{row.ratio:.2f}x" if row.ratio is not None else ""] if has_ratio else []
    extras = [number(row.extras[column]) if column in row.extras else "" for column in columns]
    return [name, number(row.median), f"{number(row.low)} to {number(row.high)}", *ratio, *extras]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _verdict(table: Table, verdict: Verdict) -> str:
    kept = "met" if verdict.kept else "NOT MET"
    return f"{_limited(table, verdict)} at most {number(verdict.budget.at_most)}: {kept}"
