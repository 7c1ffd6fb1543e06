"""Checks client options from the configuration of a framework."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable

from .. import Client

OPTIONS = frozenset(inspect.signature(Client).parameters)


def unknown_option(names: Iterable[object]) -> str | None:
    """Return a message about the first name that is not an option of ``Client``; None if all names are options."""
    for name in names:
        if name not in OPTIONS:
            near = difflib.get_close_matches(str(name), OPTIONS, 1)
            return f"Client has no option {name!r}{f'; did you mean {near[0]!r}?' if near else '.'}"
    return None
