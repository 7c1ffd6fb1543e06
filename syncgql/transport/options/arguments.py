"""Checks of the arguments of one request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import aiohttp

from ...checks import check_mapping


def check_arguments(
    option: str,
    given: Mapping[str, Any],
    known: Collection[str],
    refused: Mapping[str, str],
    library: str = f"aiohttp {aiohttp.__version__}",
) -> None:
    """Check the names of arguments for a library.

    Args:
        option: the name of the option that holds the arguments, for messages.
        given: the arguments.
        known: the names that the library accepts.
        refused: names that are not allowed, with the reason.
        library: the name of the library, for messages.

    Raises:
        TypeError: *given* is not a mapping, or a name is unknown or refused.
    """
    check_mapping(option, given)
    for name in given:
        if name in refused:
            raise TypeError(f"{option} cannot have {name!r}: {refused[name]}.")
        if name not in known:
            import difflib  # imported late: only errors need it

            near = difflib.get_close_matches(str(name), known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{option} has {name!r}, which {library} does not know.{hint}")


def check_method(method: object) -> str:
    """Return the HTTP method for queries in upper case.

    Raises:
        ValueError: *method* is neither GET nor POST.
    """
    if not isinstance(method, str) or method.upper() not in ("GET", "POST"):
        raise ValueError(f"method must be 'GET' or 'POST', not {method!r}.")
    return method.upper()
