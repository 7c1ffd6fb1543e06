"""Answer: the response to one operation. check_arguments: whether arguments describe one."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..checks import check_delay, check_text, is_whole_number
from ..protocol import json_codec
from ..result import ABSENT


@dataclass(frozen=True)
class Answer:
    """The response of a server, and the delay before it.

    Raises:
        TypeError: a value has the wrong type.
        ValueError: *status* is no HTTP status, or *delay* is negative.
    """

    payload: Mapping[str, Any] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    raises: BaseException | type[BaseException] | None = None
    delay: float = 0.0

    def __post_init__(self) -> None:
        if not is_whole_number(self.status):
            raise TypeError(f"status must be an int, not {type(self.status).__name__}.")
        if not 200 <= self.status <= 599:
            raise ValueError(f"status must be from 200 to 599, not {self.status}.")
        check_text("body", self.body)
        is_class = isinstance(self.raises, type) and issubclass(self.raises, BaseException)
        if self.raises is not None and not is_class and not isinstance(self.raises, BaseException):
            raise TypeError(f"raises must be an exception, not {type(self.raises).__name__}.")
        check_delay("delay", self.delay)

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
    if errors is not None and (isinstance(errors, str) or not isinstance(errors, Sequence)):
        raise TypeError(f"errors must be a list of messages or error objects, not {type(errors).__name__}.")
    has_result = data is not ABSENT or errors is not None or extensions is not None
    if has_result + (body is not None) + (raises is not None) > 1:
        raise TypeError("Pass body= or raises= alone: data, errors and extensions would be ignored.")
    if isinstance(raises, type) and issubclass(raises, BaseException):
        try:
            raises()
        except TypeError as error:
            raise TypeError(f"Pass an exception to raises=, not the class {raises.__name__}: {error}") from None
