"""Draw the folders of the package and their imports, for docs/design/architecture.md.

The positions of the boxes are written here; the arrows come from the code.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..test_imports import LAYERS, MODULES, PACKAGE, layer_of, names_in, part_of
from .page import ROOT

PICTURE = ROOT / "docs/_static/architecture.svg"

CALLER, BOTH = "caller", "loop"


class Room(NamedTuple):
    """A box of the picture: its position, its text and the threads that run its code."""

    x: int
    y: int
    width: int
    height: int
    threads: str
    lines: tuple[str, ...]


ROOMS = {
    "cli": Room(20, 20, 296, 52, CALLER, ("commands, codegen",)),
    "contrib": Room(20, 90, 296, 52, CALLER, ("frameworks, tracing",)),
    "testing": Room(326, 90, 200, 52, BOTH, ("mocks instead of servers",)),
    "client": Room(540, 118, 200, 48, CALLER, ("the methods that users call",)),
    "pipeline": Room(
        230, 190, 510, 52, CALLER, ("the steps of each call; the last one dispatches to the loop or sends itself",)
    ),
    "operations": Room(20, 265, 250, 52, CALLER, ("client.query.*: documents from Python",)),
    "bulk": Room(20, 334, 250, 52, CALLER, ("many requests, pages, polling",)),
    "subscription": Room(540, 406, 200, 52, CALLER, ("the iterator over events",)),
    "transport": Room(
        310,
        482,
        430,
        112,
        BOTH,
        (
            "prepares requests and reads responses in the calling thread,",
            "sends them on the loop",
            "selection · http · aiohttp_session · requests_http",
            "websocket · recovery · batching · AppSync",
        ),
    ),
    "schema": Room(20, 622, 440, 52, CALLER, ("checks requests against a schema, turns scalars into Python values",)),
    "runtime": Room(
        400, 702, 340, 71, BOTH, ("the loop thread, the hand-over of calls,", "the event buffer of each subscription")
    ),
    "protocol": Room(
        20, 702, 330, 71, BOTH, ("wire formats as functions and state machines;", "no asyncio, threads or sockets")
    ),
    "values": Room(
        20,
        807,
        720,
        52,
        BOTH,
        ("request · result · exceptions · deadline · checks · messages · file_var · tracebacks · typed",),
    ),
}

VALUES: set[str] = set().union(*LAYERS[: next(n for n, layer in enumerate(LAYERS) if "protocol" in layer)])
NOT_DRAWN = {"__init__", "__main__"}
INSIDE = {"event_source": "subscription", "codegen": "cli"}
"""Parts that are drawn in the box of another, which is the only one that needs them."""

HEIGHT = 917
STYLE = """
    .card { fill: #f6f8fa; }
    .caller { fill: #8882; stroke: #888; }
    .loop { fill: #3b82f633; stroke: #3b82f6; }
    .text, .name, .tip { fill: #24292f; }
    .name { font-weight: 600; }
    .arrow { stroke: #57606a; stroke-width: 1.4; fill: none; marker-end: url(#tip); }
    @media (prefers-color-scheme: dark) {
      .card { fill: #161b22; }
      .text, .name, .tip { fill: #e6edf3; }
      .arrow { stroke: #9ea7b3; }
    }
"""


def room_of(part: str) -> str:
    """Return the box of a part of the package."""
    if part in INSIDE:
        return INSIDE[part]
    return "values" if part in VALUES else part


def imports() -> dict[str, set[str]]:
    """Return the boxes that each box imports from."""
    found: dict[str, set[str]] = {room: set() for room in ROOMS}
    for module in MODULES:
        room = room_of(part_of(module))
        if room in NOT_DRAWN:
            continue
        for name in names_in(module):
            package, *rest = name.split(".")
            if package == PACKAGE.name and rest and _exists(rest[0]):
                found[room].add(room_of(rest[0]))
    return {room: others - {room} - NOT_DRAWN for room, others in found.items()}


def _exists(part: str) -> bool:
    return (PACKAGE / part).is_dir() or Path(PACKAGE / f"{part}.py").is_file()


def arrows() -> list[tuple[str, str]]:
    """Return the pairs of a box and one that imports it, without those that follow from other pairs."""
    direct = imports()

    def reached(room: str) -> set[str]:
        return direct[room].union(*(reached(other) for other in direct[room]))

    return [
        (other, room)
        for room, others in sorted(direct.items())
        for other in sorted(others)
        if not any(other in reached(middle) for middle in others)
    ]


def draw() -> str:
    """Return the picture as SVG."""
    parts = [_arrow(ROOMS[below], ROOMS[above]) for below, above in arrows()]
    parts += [_box(name, room) for name, room in ROOMS.items()]
    legend = [
        f'<rect class="caller" x="20" y="{HEIGHT - 36}" width="22" height="16" rx="3"/>',
        f'<text class="text" x="50" y="{HEIGHT - 23}">runs in the calling thread</text>',
        f'<rect class="loop" x="250" y="{HEIGHT - 36}" width="22" height="16" rx="3"/>',
        f'<text class="text" x="280" y="{HEIGHT - 23}">a part runs on the loop thread</text>',
        f'<path class="arrow" d="M510,{HEIGHT - 20} V{HEIGHT - 36}"/>',
        f'<text class="text" x="524" y="{HEIGHT - 23}">is imported by</text>',
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {HEIGHT}" role="img"',
            '  aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="13">',
            '  <title id="title">The folders of syncgql</title>',
            '  <desc id="desc">Folders as boxes, each above those that it imports from.</desc>',
            f"  <style>{STYLE}  </style>",
            '  <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"',
            '    orient="auto">',
            '    <path class="tip" d="M0,0 L8,4 L0,8 z"/></marker></defs>',
            f'  <rect class="card" width="760" height="{HEIGHT}" rx="10"/>',
            *(f"  {line}" for part in [*parts, *legend] for line in part.splitlines()),
            "</svg>",
            "",
        ]
    )


def _box(name: str, room: Room) -> str:
    title = name if name == "values" else f"{name}/" if (PACKAGE / name).is_dir() else f"{name}.py"
    shape = f'x="{room.x}" y="{room.y}" width="{room.width}" height="{room.height}" rx="6"'
    # The colors are transparent; arrows to rooms further up are hidden behind the box.
    lines = [f'<rect class="card" {shape}/>', f'<rect class="{room.threads}" {shape}/>']
    lines.append(f'<text class="name" x="{room.x + 10}" y="{room.y + 20}">{title}</text>')
    for number, line in enumerate(room.lines):
        lines.append(
            f'<text class="text" x="{room.x + 10}" y="{room.y + 40 + 19 * number}" font-size="12">{line}</text>'
        )
    return "\n".join(lines)


def _arrow(below: Room, above: Room) -> str:
    """Draw a line from the top of a box to the bottom of another, vertical if they overlap."""
    left, right = max(below.x, above.x), min(below.x + below.width, above.x + above.width)
    if right - left >= 30:
        start = end = (left + right) // 2
    elif above.x > below.x:
        start, end = below.x + below.width - 20, above.x + 20
    else:
        start, end = below.x + 20, above.x + above.width - 20
    return f'<path class="arrow" d="M{start},{below.y} L{end},{above.y + above.height}"/>'


def runs_back() -> list[tuple[str, str]]:
    """Return the pairs of boxes of which the imported one is not below the other."""
    return [(below, above) for below, above in arrows() if ROOMS[below].y <= ROOMS[above].y]


def unplaced() -> set[str]:
    """Return the parts of the package without a box in the picture."""
    parts = {part_of(module) for module in MODULES} - NOT_DRAWN - VALUES
    return {part for part in parts if room_of(part) not in ROOMS and layer_of(part) >= 0}
