"""Write the pictures and lists of docs/design/architecture.md: ``python -m tests.docs.generate``."""

from __future__ import annotations

import logging
import sys

from .architecture import PICTURE, draw
from .page import ROOT
from .tours import TOURS

FOLDER = ROOT / "docs/_static/tours"


def main() -> None:
    """Write the files and print the number of calls of each tour."""
    PICTURE.write_text(draw(), "utf-8")
    FOLDER.mkdir(exist_ok=True)
    logging.disable(logging.CRITICAL)  # as in the test of the tours
    for record in TOURS:
        tour = record()
        (FOLDER / f"{tour.name}.md").write_text(tour.markdown(), "utf-8")
        calls, files, resumed = tour.counts
        sys.stdout.write(f"{tour.name}: {calls} calls in {files} files ({resumed} with resumed coroutines)\n")


if __name__ == "__main__":
    main()
