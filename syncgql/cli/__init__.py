"""The ``syncgql`` command. Nothing else in the package needs it; its libraries come with the extra ``cli``."""

from __future__ import annotations

import sys

__all__ = ["main"]

LIBRARIES = {"click", "rich"}


def main() -> None:
    """Run the command line; without the extra's libraries, say in one line what to install."""
    try:
        from .command import command
    except ModuleNotFoundError as error:
        if error.name not in LIBRARIES:
            raise
        sys.exit(f"syncgql: the command needs {error.name}; install it with: pip install 'syncgql[cli]'")
    command(prog_name="syncgql")
