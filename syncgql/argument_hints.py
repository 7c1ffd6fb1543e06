"""Hints for unknown keyword arguments: the parameter that was meant, or the function that has it.

They are computed only when the error is raised, so calls without mistakes cost nothing.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from .gql_names import INSTEAD

KindT = TypeVar("KindT", bound=type)
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
    return TypeError(_message(function, next(iter(arguments)), places))


def suggests_arguments(places: Callable[[], Places] = tuple) -> Callable[[KindT], KindT]:
    """Return a decorator of classes that adds a hint to the ``TypeError`` for an unknown keyword argument.

    Args:
        places: returns functions to search for the argument; called only if there is an error.
    """

    def decorate(kind: KindT) -> KindT:
        initialize = kind.__init__  # type: ignore[misc]  # the class that is decorated, not that of an instance

        @functools.wraps(initialize)
        def __init__(self: object, *positional: Any, **named: Any) -> None:  # noqa: N807
            try:
                initialize(self, *positional, **named)
            except TypeError as error:
                traceback = error.__traceback__
                unknown = [name for name in named if name not in _parameters(initialize)]
                # An error that was raised inside has the frame of the function, too.
                if unknown and traceback is not None and traceback.tb_next is None:
                    error.args = (_message(kind, unknown[0], places()),)
                raise

        setattr(kind, "__init__", __init__)  # noqa: B010 - type checkers forbid the assignment
        return kind

    return decorate


def _message(function: Callable[..., object], name: str, places: Places) -> str:
    owner = getattr(function, "__self__", None)
    method = f"{type(owner).__name__}." if owner is not None else ""
    return f"{method}{function.__name__}() got an unexpected keyword argument {name!r}{_hint(function, name, places)}"


def _hint(function: Callable[..., object], name: str, places: Places) -> str:
    if name in INSTEAD:
        return f"; {INSTEAD[name]}."
    known = _parameters(function)
    aliases = ALIASES.get(name, ())
    for alias in aliases:
        if alias in known:
            return f". Did you mean {alias!r}?"
    for wanted in (name, *aliases):
        for group in places:
            found = [place for place, other in group.items() if wanted in _parameters(other)]
            if found:
                return f"; pass {wanted}= to {_listed(found[:MAX_PLACES])}."
    import difflib  # imported late: only errors need it

    near = difflib.get_close_matches(name, known, 1)
    return f". Did you mean {near[0]!r}?" if near else ""


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _parameters(function: Callable[..., object]) -> list[str]:
    """Return the parameters that can be passed by name."""
    parameters = inspect.signature(function).parameters.values()
    return [each.name for each in parameters if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
