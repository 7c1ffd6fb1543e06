"""Answer: the response to one operation. check_arguments: whether arguments describe one."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..protocol import json_codec
from ..result import ABSENT


@dataclass(frozen=True)
class Answer:
    """The response of a server, and the delay before it."""

    payload: Mapping[str, Any] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    raises: BaseException | type[BaseException] | None = None
    delay: float = 0.0

    @property
    def content(self) -> bytes:
        """The body of the HTTP response."""
        return (json_codec.dumps(self.payload) if self.body is None else self.body).encode()

    @property
    def http_headers(self) -> dict[str, str]:
        """The headers of the HTTP response."""
        kind = "application/json" if self.body is None else "text/plain"
        return {"Content-Type": kind, **self.headers}

    def error(self) -> BaseException | None:
        """Return the exception to raise, a new object for each call; None if there is none."""
        return self.raises() if isinstance(self.raises, type) else copy.copy(self.raises)


def check_arguments(
    data: Any,
    errors: Sequence[str | Mapping[str, Any]] | None,
    extensions: Mapping[str, Any] | None,
    body: str | None,
    raises: BaseException | type[BaseException] | None,
) -> None:
    """Check the arguments of ``Answers.add``.

    Raises:
        TypeError: an argument has the wrong type, would be ignored because of another one, or is an exception class
            that cannot be called without arguments.
    """
    if data is not ABSENT and data is not None and not callable(data) and not isinstance(data, Mapping):
        raise TypeError(f'data must be a dict such as {{"book": {{...}}}}, not {type(data).__name__}.')
    if isinstance(errors, str):
        raise TypeError("errors must be a list of messages or error objects, not str.")
    has_result = data is not ABSENT or errors is not None or extensions is not None
    if has_result + (body is not None) + (raises is not None) > 1:
        raise TypeError("Pass body= or raises= alone: data, errors and extensions would be ignored.")
    if isinstance(raises, type):
        try:
            raises()
        except TypeError as error:
            raise TypeError(f"Pass an exception to raises=, not the class {raises.__name__}: {error}") from None
