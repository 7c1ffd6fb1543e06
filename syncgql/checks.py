"""Checks of options: one function per kind of value. Messages name the option, the type given and what is accepted.

A message shows a value only if it is a number, because any other value may be a secret.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard, TypeVar

from .messages import as_sentence

FunctionT = TypeVar("FunctionT")

LONGEST_SECONDS = 1e9
"""About thirty years. Locks and timers of some operating systems do not accept much more."""

WITH_PARAMETERS = {0: "without parameters", 1: "of one parameter", 2: "of two parameters"}


plain_text: Callable[[str], str] = str.__str__
"""Return the text of a str of any subclass; ``str()`` and f-strings return the name of a ``(str, Enum)`` member."""


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether *value* is an int or a float; True and False, which Python counts as ints, are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole_number(value: object) -> TypeGuard[int]:
    """Return whether *value* is an int; True and False, which Python counts as ints, are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def check_seconds(
    name: str, seconds: float | None, *, zero: bool = False, accepted: str = "a number of seconds or None"
) -> float | None:
    """Return *seconds*, a time limit; None if it is None, or so large that some timers do not accept it.

    Args:
        name: the name of the option, for messages.
        seconds: its value.
        zero: whether 0 is allowed.
        accepted: the types that the option accepts, for messages.

    Raises:
        TypeError: *seconds* is neither a number nor None.
        ValueError: *seconds* is negative, or 0 where that is not allowed.
    """
    if seconds is None:
        return None
    if not is_number(seconds):
        raise TypeError(f"{name} must be {accepted}, not {type(seconds).__name__}.")
    if not (seconds > 0 or (zero and seconds == 0)):
        least = "0 seconds or more" if zero else "more than 0 seconds"
        raise ValueError(f"{name} must be {least}, not {seconds!r}; None means no limit.")
    return seconds if seconds < LONGEST_SECONDS else None


def check_delay(name: str, seconds: float) -> float:
    """Return *seconds*, the length of a wait: 0 or more.

    Raises:
        TypeError: *seconds* is not a number.
        ValueError: *seconds* is negative.
    """
    if not is_number(seconds):
        raise TypeError(f"{name} must be a number of seconds, not {type(seconds).__name__}.")
    if not seconds >= 0:
        raise ValueError(f"{name} must be 0 seconds or more, not {seconds!r}.")
    return seconds


def check_size(name: str, size: int | None, none: str = "no limit") -> int | None:
    """Return *size*, a positive whole number, or None.

    Args:
        name: the name of the option, for messages.
        size: its value.
        none: what None means, for messages.

    Raises:
        TypeError: *size* is neither a whole number nor None.
        ValueError: *size* is not positive.
    """
    if size is None:
        return None
    if not is_whole_number(size):
        raise TypeError(f"{name} must be a whole number or None, not {type(size).__name__}.")
    if size <= 0:
        raise ValueError(f"{name} must be more than 0, not {size}; None means {none}.")
    return size


def check_count(name: str, count: int, *, least: int = 0, of: str = "") -> int:
    """Return *count*, a whole number.

    Args:
        name: the name of the option, for messages.
        count: its value.
        least: the smallest value that is allowed.
        of: what is counted, for example ``bytes``, for messages.

    Raises:
        TypeError: *count* is not a whole number.
        ValueError: *count* is less than *least*.
    """
    if not is_whole_number(count):
        kind = f"a whole number of {of}" if of else "a whole number"
        raise TypeError(f"{name} must be {kind}, not {type(count).__name__}.")
    if count < least:
        raise ValueError(f"{name} must be {least} or more, not {count}.")
    return count


def check_flag(name: str, flag: bool) -> bool:
    """Return *flag*.

    Raises:
        TypeError: *flag* is neither True nor False; a str such as ``"no"`` would count as True.
    """
    if not isinstance(flag, bool):
        raise TypeError(f"{name} must be True or False, not {type(flag).__name__}.")
    return flag


def check_text(name: str, text: str | None) -> str | None:
    """Return *text*.

    Raises:
        TypeError: *text* is neither a str nor None.
    """
    if text is not None and not isinstance(text, str):
        raise TypeError(f"{name} must be a str or None, not {type(text).__name__}.")
    return text


def check_mapping(name: str, mapping: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return *mapping*.

    Raises:
        TypeError: *mapping* is neither a mapping nor None.
    """
    if mapping is not None and not isinstance(mapping, Mapping):
        raise TypeError(f"{name} must be a mapping, such as a dict, not {type(mapping).__name__}.")
    return mapping


def check_function(name: str, function: FunctionT, parameters: int) -> FunctionT:
    """Return *function*, after checking that it can be called with the given number of arguments.

    Raises:
        TypeError: *function* is not callable, is async, or cannot be called with that number of arguments.
    """
    wanted = f"a function {WITH_PARAMETERS[parameters]}"
    if not callable(function):
        raise TypeError(f"{name} must be {wanted}, not {type(function).__name__}.")
    if inspect.iscoroutinefunction(function):
        raise TypeError(f"{name} must be {wanted}, and not an async one, because it is not called on an event loop.")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return function  # some builtins have no signature
    try:
        signature.bind(*range(parameters))
    except TypeError as error:
        raise TypeError(f"{name} must be {wanted}; the one given is not: {as_sentence(error)}") from None
    return function
