"""A table as text for the terminal and as a bar chart for the documentation."""

from __future__ import annotations

from html import escape

from .measure import Row, Table

WIDTH, LABEL, BAR, LINE = 760, 190, 380, 26


def as_text(table: Table) -> str:
    """Return a table with a line per contender, the best first; budgets are marked as kept or missed."""
    lines = [f"\n{table.title} ({table.unit}; ratio to {table.baseline})"]
    for row in table.rows:
        ratio = f"{row.ratio:8.2f}x" if row.ratio is not None else " " * 9
        spread = f"{row.low:,.1f} to {row.high:,.1f}"
        lines.append(f"  {row.contender:<26}{row.median:>12,.1f}  {spread:>24}{ratio}  {_remarks(table, row)}".rstrip())
    return "\n".join(lines)


def as_svg(table: Table) -> str:
    """Return a bar chart; a contender far beyond the others gets a bar that is cut, with its figure beside it."""
    limit = max((row.median for row in table.rows if (row.ratio or 1) < 8), default=1.0)
    height = LINE * len(table.rows) + 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"',
        ' font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="20" font-weight="bold">{escape(table.title)}, {escape(table.unit)} (less is better)</text>',
    ]
    for number, row in enumerate(table.rows):
        y = 36 + LINE * number
        length = min(1.0, row.median / limit) * BAR
        colour = "#2b6cb0" if row.contender.startswith("syncgql") else "#a0aec0"
        ratio = f" ({row.ratio:.2f}x)" if row.ratio is not None else ""
        parts += [
            f'<text x="{LABEL - 8}" y="{y + 14}" text-anchor="end">{escape(row.contender)}</text>',
            f'<rect x="{LABEL}" y="{y}" width="{length:.1f}" height="{LINE - 8}" fill="{colour}"/>',
            f'<text x="{LABEL + length + 6:.1f}" y="{y + 14}">{row.median:,.1f}{ratio}</text>',
        ]
    return "\n".join([*parts, "</svg>\n"])


def _remarks(table: Table, row: Row) -> str:
    remarks = [row.note] if row.note else []
    budget = table.budget.get(row.contender)
    if budget is not None and row.ratio is not None:
        remarks.append(f"budget {budget:g}x {'kept' if row.ratio <= budget else 'MISSED'}")
    return "; ".join(remarks)
