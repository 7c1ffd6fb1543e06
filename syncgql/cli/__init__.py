"""The ``syncgql`` command. It requires the extra ``cli``; no other module of the package imports it."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

__all__ = ["main"]

LIBRARIES = ("click", "rich") if sys.version_info >= (3, 11) else ("click", "rich", "tomli")

INTERRUPTED = 130  # the exit code that shells report after Ctrl-C


def main() -> None:
    """Run the command, or exit with a message that says what to install."""
    missing = [library for library in LIBRARIES if find_spec(library) is None]
    if missing:
        sys.exit(f"syncgql: the command needs {' and '.join(missing)}; install the extra syncgql[cli]")
    _open_missing_streams()
    try:
        from .command import command

        command(prog_name="syncgql")
    except KeyboardInterrupt:  # during imports; the command handles all later ones
        sys.exit(INTERRUPTED)


def _open_missing_streams() -> None:
    """Open the null device in place of the standard streams that were closed by ``>&-``; Python sets these to None."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # In this order, each gets the number of its stream, which no connection or file may get.
            handle = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(handle, mode, closefd=False))
