"""What is pickled as its arguments: whether these can be."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from typing import Any

from .messages import as_sentence


def check_pickles(kind: str, arguments: Mapping[str, Any]) -> None:
    """Raise a ``TypeError`` that names the argument for which an object does not pickle, if so.

    Args:
        kind: what is to be pickled, for the message.
        arguments: what it was made of.
    """
    if "cloudpickle" in sys.modules:  # which pickles what pickle does not, such as lambdas
        return
    for name, value in arguments.items():
        try:
            pickle.dumps(value)
        except Exception as error:
            raise TypeError(
                f"This {kind} cannot be pickled, because its {name}= cannot: {as_sentence(error)} Define functions at "
                "the top level of a module, and make what holds locks or sockets where it is used."
            ) from error
