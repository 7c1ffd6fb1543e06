"""Mismatch: a value in a response that does not match the requested type; raised as a ``ResultError`` in the end."""

from __future__ import annotations

import re
from typing import Any

from ..exceptions import ResultError
from ..messages import text_of

SHOWN_CHARACTERS = 60
_SECRET = re.compile("auth|cookie|credential|key|passw|secret|session|token", re.IGNORECASE)


class Mismatch(ValueError):
    """A value does not match its type.

    The decoder of the value raises it, and the decoder of each enclosing object and list adds a step to the path.
    Passing a path to every decoder would slow down the decoding of valid responses. It is a ``ValueError``, because
    msgspec and pydantic add the path to a ``ValueError`` of a user's function.

    Args:
        expected: what was expected, as in ``str`` or ``a member of Genre``.
        value: the received value.
        message: the text of the exception; *expected* by default.

    Attributes:
        steps: the path of the value, last step first.
        inside: the value that ``steps`` leads from so far; generated decoders find it in a list by identity.
    """

    def __init__(self, expected: str, value: Any, message: str = "") -> None:
        super().__init__(message or expected)
        self.expected = expected
        self.value = value
        self.steps: list[str | int] = []
        self.inside = value

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.expected, self.value, str(self)), self.__dict__

    def result_error(self, wanted: str) -> ResultError:
        """Return the error for the caller, who requested a result of the type *wanted*."""
        path = tuple(reversed(self.steps))
        where = f"{path_text(path)}: " if path else ""
        received = _shown(self.value, path)
        message = f"The response does not match {wanted}: {where}expected {self.expected}, got {received}."
        return ResultError(message, path=path, expected=self.expected)


class Missing:
    """The value of a ``Mismatch`` for a missing member of an object."""


def path_text(path: tuple[str | int, ...]) -> str:
    """Return a path in Python syntax, for example ``books[0].title``."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")


def _shown(value: Any, path: tuple[str | int, ...]) -> str:
    """Describe the received value, without the text of a string that may be a secret."""
    if value is Missing:
        return "nothing, because the field is missing"
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
