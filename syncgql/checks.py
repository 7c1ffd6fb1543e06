"""Checks of options: each names the option, what it is and what is accepted, before anything is sent.

A message says of what type a value is and never what it is, unless it is a number: it may be a secret.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .messages import as_sentence

FunctionT = TypeVar("FunctionT")

LONGEST_SECONDS = 1e9
"""About thirty years. Locks and timers of the operating system take no more than some hundred."""

WITH_PARAMETERS = {0: "without parameters", 1: "of one parameter"}


plain_text: Callable[[str], str] = str.__str__
"""Returns the text of a str of any subclass; ``str()`` and f-strings give the name of a member of ``(str, Enum)``."""


def check_seconds(name: str, seconds: float | None, *, zero: bool = False) -> float | None:
    """Return *seconds*, a positive number or None for no limit; what no timer can hold is no limit, too.

    Args:
        name: the option, for messages.
        seconds: its value.
        zero: whether 0 is allowed.

    Raises:
        TypeError: it is neither.
        ValueError: it is negative, or 0 where that is not allowed.
    """
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(f"{name} must be a number of seconds or None, not {type(seconds).__name__}.")
    if not (seconds > 0 or (zero and seconds == 0)):
        least = "0 seconds or more" if zero else "more than 0 seconds"
        raise ValueError(f"{name} must be {least}, not {seconds!r}; None means no limit.")
    return seconds if seconds < LONGEST_SECONDS else None


def check_size(name: str, size: int | None) -> int | None:
    """Return *size*, a positive number or None for no limit.

    Raises:
        TypeError: it is neither.
        ValueError: it is not positive.
    """
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, int):
        raise TypeError(f"{name} must be a whole number or None, not {type(size).__name__}.")
    if size <= 0:
        raise ValueError(f"{name} must be more than 0, not {size}; None means no limit.")
    return size


def check_flag(name: str, flag: bool) -> bool:
    """Return *flag*.

    Raises:
        TypeError: it is neither True nor False; ``"no"`` from the environment would count as True.
    """
    if not isinstance(flag, bool):
        raise TypeError(f"{name} must be True or False, not {type(flag).__name__}.")
    return flag


def check_text(name: str, text: str | None) -> str | None:
    """Return *text*.

    Raises:
        TypeError: it is neither text nor None.
    """
    if text is not None and not isinstance(text, str):
        raise TypeError(f"{name} must be a str or None, not {type(text).__name__}.")
    return text


def check_mapping(name: str, mapping: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return *mapping*.

    Raises:
        TypeError: it is neither a mapping nor None.
    """
    if mapping is not None and not isinstance(mapping, Mapping):
        raise TypeError(f"{name} must be a mapping, such as a dict, not {type(mapping).__name__}.")
    return mapping


def check_function(name: str, function: FunctionT, parameters: int) -> FunctionT:
    """Return *function*, which will be called with so many arguments.

    Raises:
        TypeError: it is no function, an async one, or one that cannot be called so.
    """
    wanted = f"a function {WITH_PARAMETERS[parameters]}"
    if not callable(function):
        raise TypeError(f"{name} must be {wanted}, not {type(function).__name__}.")
    if inspect.iscoroutinefunction(function):
        raise TypeError(f"{name} must be {wanted}, and not an async one: its caller does not wait on a loop.")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return function  # not every builtin tells
    try:
        signature.bind(*range(parameters))
    except TypeError as error:
        raise TypeError(f"{name} must be {wanted}; the one given does not take that: {as_sentence(error)}") from None
    return function
