"""Runs in a process of its own: gets one contender ready and does its work once per line of standard input.

A process each, so that no contender pays for the garbage, threads and memory of another, and so that those without
``[speed]`` in their name do not see msgspec.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
from dataclasses import asdict
from typing import Any

EXTRAS = ("msgspec",)


def hide_extras(name: str) -> None:
    """Have this process do without the extra, unless the contender of this name is meant to have it."""
    if "[speed]" not in name:
        for package in EXTRAS:
            sys.modules[package] = None  # type: ignore[assignment]  # whoever imports it is told that there is none


def main() -> None:
    """Print a figure, or an error and end, for each line."""
    benchmark, name, address, scale = sys.argv[1:]
    hide_extras(name)
    # Only now, because they import syncgql.
    from .benchmark import Setting
    from .suite import BENCHMARKS

    # Some peers leave sessions behind at every call, and asyncio says so each time.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    # What is printed by a contender is not taken for a figure.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    try:
        with BENCHMARKS[benchmark].contenders[name](Setting(address, float(scale))) as work:
            for _ in sys.stdin:
                gc.collect()
                say(asdict(work()))
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"[:200]})


if __name__ == "__main__":
    main()
