"""A table as a bar chart, with medians and quartiles as whiskers, readable on light and dark pages."""

from __future__ import annotations

from html import escape

from .measure import Row, Table
from .report import number

WIDTH, LABEL, BAR, LINE, TOP = 760, 200, 400, 26, 44
CUT = 8  # a bar that would be longer than this many times syncgql's shortest bar is cut

FONT = 'font-family="system-ui, sans-serif" font-size="13"'
STYLE = """\
text { fill: #24292f; } .card { fill: #f6f8fa; } .own { fill: #3b82f6; } .peer { fill: #a3acb9; }
.spread { stroke: #24292f; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .card { fill: #161b22; } .peer { fill: #6e7681; } .spread { stroke: #e6edf3; }
}"""


def as_svg(table: Table) -> str:
    """Return a bar chart; the bar of an extreme contender is cut, with its figure beside it."""
    height = TOP + LINE * len(table.rows) + 6
    limit = _limit(table)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {FONT}>',
            f"<style>{STYLE}</style>",
            f'<rect class="card" width="{WIDTH}" height="{height}" rx="10"/>',
            f'<text x="14" y="26" font-weight="600">{escape(table.title)}: {escape(table.unit)}, less is better</text>',
            *(_bar(row, TOP + LINE * index, limit) for index, row in enumerate(table.rows)),
            "</svg>\n",
        ]
    )


def _limit(table: Table) -> float:
    """Return the figure of the longest possible bar."""
    own = [row.median for row in table.rows if _is_own(row)]
    enough = CUT * min(own or [table.rows[0].median])
    shown = [row.high for row in table.rows if row.high <= enough]
    allowed = [verdict.budget.at_most for row in table.rows for verdict in row.verdicts if verdict.budget.of == "value"]
    return max([*shown, *allowed], default=0) or max(row.high for row in table.rows)


def _bar(row: Row, y: int, limit: float) -> str:
    def x(value: float) -> float:
        return LABEL + BAR * min(1.0, value / (limit or 1))

    kind = "own" if _is_own(row) else "peer"
    is_cut = row.median > limit
    ratio = f" ({row.ratio:.2f}x)" if row.ratio is not None else ""
    figure = f"{'… ' if is_cut else ''}{number(row.median)}{ratio}"
    middle = y + (LINE - 8) / 2
    parts = [
        f'<text x="{LABEL - 8}" y="{y + 14}" text-anchor="end">{escape(row.contender)}</text>',
        f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{x(row.median) - LABEL:.1f}" height="{LINE - 8}"/>',
    ]
    if not is_cut:
        parts.append(f'<path class="spread" d="M{x(row.low):.1f},{middle}H{x(row.high):.1f}"/>')
    parts.append(f'<text x="{max(x(row.median), 0 if is_cut else x(row.high)) + 6:.1f}" y="{y + 14}">{figure}</text>')
    return "".join(parts)


def _is_own(row: Row) -> bool:
    return row.contender.startswith("syncgql")
