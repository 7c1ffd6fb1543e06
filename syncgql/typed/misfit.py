"""Misfit: a value of an answer that does not fit the type that was asked for, on its way to a ``ResultError``."""

from __future__ import annotations

import re
from typing import Any

from ..exceptions import ResultError
from ..messages import text_of

SHOWN_CHARACTERS = 60
_SECRET = re.compile("auth|cookie|credential|key|passw|secret|session|token", re.IGNORECASE)


class Misfit(ValueError):
    """A value does not fit.

    Decoders raise it where the value is, and each object and list around it adds its own step to the path. A path that
    every decoder carried along would cost time for answers that fit. It is a ``ValueError``, because msgspec and
    pydantic add the path to those that functions of the user's raise.

    Args:
        expected: what was expected, as in ``str`` or ``a member of Genre``.
        value: what came.

    Attributes:
        steps: the path of the value, its last step first.
        inside: the value at the place that ``steps`` begins at so far, by which generated decoders find it in a list.
    """

    def __init__(self, expected: str, value: Any) -> None:
        super().__init__(expected)
        self.expected = expected
        self.value = value
        self.steps: list[str | int] = []
        self.inside = value

    def result_error(self, wanted: str) -> ResultError:
        """Return the error for the caller, who asked for a result of the type *wanted*."""
        path = tuple(reversed(self.steps))
        where = f"{path_text(path)}: " if path else ""
        received = _shown(self.value, path)
        message = f"The answer does not fit {wanted}: {where}expected {self.expected}, got {received}."
        return ResultError(message, path=path, expected=self.expected)


class Missing:
    """The value of a ``Misfit`` for a member that an object does not have."""


def path_text(path: tuple[str | int, ...]) -> str:
    """Return a path as it is written in Python, for example ``books[0].title``."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")


def _shown(value: Any, path: tuple[str | int, ...]) -> str:
    """Describe what came, without the text of a string that may be a secret."""
    if value is Missing:
        return "nothing: the answer has no such field"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if any(isinstance(step, str) and _SECRET.search(step) for step in path):
            return "a string"
        return repr(value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}...")
    return text_of(value, SHOWN_CHARACTERS)
