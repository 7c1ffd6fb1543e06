"""Hints for unknown keyword arguments: the parameter that was meant, or the function that has it.

The module is imported only when such an error is raised, so calls without mistakes cost nothing.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Collection, Mapping, Sequence

from .gql_names import INSTEAD

Places = Sequence[Mapping[str, Callable[..., object]]]
"""Functions and classes that may have an unknown argument, by the words that name them; the likeliest are first."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "backoff": ("base",),
    "backoff_factor": ("base",),
    "endpoint": ("url",),
    "max_concurrency": ("concurrency",),
    "max_retries": ("retry", "attempts"),
    "max_workers": ("concurrency",),
    "params": ("variable_values",),
    "variables": ("variable_values",),
    "verify": ("ssl",),
    "workers": ("concurrency",),
}
"""The names of arguments in other libraries, each with the corresponding names here."""

MAX_PLACES = 3


def unknown_argument(function: Callable[..., object], arguments: Collection[str], places: Places = ()) -> TypeError:
    """Return the error for keyword arguments that *function* does not have.

    Args:
        function: a function, a method of an object, or a class.
        arguments: the names of the unknown arguments; the error names the first.
        places: functions to search for the argument.
    """
    name = next(iter(arguments))
    owner = getattr(function, "__self__", None)
    method = f"{type(owner).__name__}." if owner is not None else ""
    hint = _hint(function, name, places)
    return TypeError(f"{method}{function.__name__}() got an unexpected keyword argument {name!r}{hint}")


def parameters(function: Callable[..., object]) -> list[str]:
    """Return the parameters that can be passed by name."""
    found = inspect.signature(function).parameters.values()
    return [each.name for each in found if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]


def _hint(function: Callable[..., object], name: str, places: Places) -> str:
    if name in INSTEAD:
        return f"; {INSTEAD[name]}."
    known = parameters(function)
    aliases = ALIASES.get(name, ())
    for alias in aliases:
        if alias in known:
            return f". Did you mean {alias!r}?"
    for wanted in (name, *aliases):
        for group in places:
            found = [place for place, other in group.items() if wanted in parameters(other)]
            if found:
                return f"; pass {wanted}= to {_listed(found[:MAX_PLACES])}."
    near = difflib.get_close_matches(name, known, 1)
    return f". Did you mean {near[0]!r}?" if near else ""


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
