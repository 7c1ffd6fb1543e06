"""check_pickles: for objects that are pickled as their constructor arguments. picklable_cause: for exceptions."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from typing import Any

from .messages import as_sentence


def check_pickles(kind: str, arguments: Mapping[str, Any]) -> None:
    """Check that all *arguments* can be pickled.

    Args:
        kind: the kind of object that is being pickled, for the message.
        arguments: the constructor arguments of that object.

    Raises:
        TypeError: an argument cannot be pickled; the message names it.
    """
    if "cloudpickle" in sys.modules:  # it pickles objects that pickle cannot, such as lambdas
        return
    for name, value in arguments.items():
        try:
            pickle.dumps(value)
        except Exception as error:
            raise TypeError(
                f"This {kind} cannot be pickled, because its {name}= cannot: {as_sentence(error)} Define functions at "
                "the top level of a module, and create objects with locks or sockets in the process that uses them."
            ) from error


def picklable_cause(error: BaseException | None) -> BaseException | None:
    """Return an exception that survives a round trip: *error*, or an ``Exception`` with its class and message.

    Exceptions of aiohttp contain headers and TLS contexts, which cannot be pickled.
    """
    if error is None:
        return None
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return Exception(f"{type(error).__module__}.{type(error).__qualname__}: {error}").with_traceback(
            error.__traceback__
        )
    return error
