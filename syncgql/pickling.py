"""check_pickles and check_parameters: for objects pickled as their arguments. picklable_cause: for exceptions."""

from __future__ import annotations

import inspect
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


def check_parameters(kind: type, arguments: Mapping[str, Any]) -> None:
    """Check that *kind*, perhaps a user's subclass, takes *arguments*, and no others, whose values would be lost.

    Args:
        kind: the class of the object that is being pickled.
        arguments: the constructor arguments of its base class.

    Raises:
        TypeError: the class has other parameters; the message says what to do.
    """
    parameters = inspect.signature(kind).parameters.values()
    named = {each.name for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)}
    takes_others = any(each.kind is each.VAR_KEYWORD for each in parameters)
    if named <= arguments.keys() and (takes_others or arguments.keys() <= named):
        return
    raise TypeError(
        f"{kind.__name__} cannot be pickled or copied, because its __init__ has other parameters than its base class. "
        f"Define __reduce__ in {kind.__name__}."
    )


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
