"""The worker process: prepares one contender and does its work once per line of standard input.

Separate processes keep a contender free of the garbage, threads and memory of another, and let contenders without
``[speed]`` in their name run without msgspec, unless msgspec itself is the contender.
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
    """Disable the extra in this process, unless the contender of this name uses it or is it."""
    if "[speed]" not in name and name not in EXTRAS:
        for package in EXTRAS:
            sys.modules[package] = None  # type: ignore[assignment]  # importing it then fails


def main() -> None:
    """Print a figure for each line, or an error and exit."""
    benchmark, name, address, scale = sys.argv[1:]
    hide_extras(name)
    # Imported late, because they import syncgql.
    from .benchmark import Setting
    from .suite import BENCHMARKS

    # Some packages leave a session behind in every call, and asyncio reports each of them.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    # The output of a contender must not be mistaken for a figure.
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
