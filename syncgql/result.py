"""ExecutionResult: a GraphQL response. UndecodedResult: one whose data is text. Response: the HTTP response."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, Final

from multidict import CIMultiDict

__all__ = ["ExecutionResult", "Response"]


class _Absent:
    """The type of ABSENT, which marks a key that is missing from a response."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


class Response:
    """The HTTP response that contained a result.

    Attributes:
        status: the HTTP status code.
        headers: the headers of the response; names are case-insensitive.
        url: the URL of the response, after redirects.
        elapsed: the seconds from sending the request to receiving the last byte of the response.
        retry_after: the seconds to wait before a retry, from ``Retry-After``; None if it is missing or invalid.
    """

    __slots__ = ("elapsed", "headers", "retry_after", "status", "url")

    def __init__(
        self, status: int, headers: Mapping[str, str], url: str, elapsed: float, retry_after: float | None = None
    ) -> None:
        self.status = status
        self.headers = headers
        self.url = url
        self.elapsed = elapsed
        self.retry_after = retry_after

    def __repr__(self) -> str:
        # Without the query string, which contains the variables of a GET request.
        return f"<Response [{self.status}] {self.url.partition('?')[0]}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # aiohttp's header proxies cannot be pickled; a plain CIMultiDict can.
        headers = CIMultiDict(self.headers)
        return Response, (self.status, headers, self.url, self.elapsed, self.retry_after)


class ExecutionResult:
    """A GraphQL response, as defined in the section "Response" of the specification.

    See https://spec.graphql.org/draft/#sec-Response.

    Attributes:
        data: the data that the operation returned; None if it is null or absent (see ``has_data``).
        has_data: whether the response has a ``data`` member, even if it is null.
        errors: the error objects as received; None if there were none.
        extensions: the extensions of the response; None if there were none.
        response: the HTTP response that contained it; None over a WebSocket.
    """

    __slots__ = ("data", "errors", "extensions", "has_data", "response")

    def __init__(
        self,
        data: Any = ABSENT,
        errors: list[dict[str, Any]] | None = None,
        extensions: dict[str, Any] | None = None,
        response: Response | None = None,
    ) -> None:
        self.has_data = data is not ABSENT
        self.data: Any = data if self.has_data else None
        self.errors = errors
        self.extensions = extensions
        self.response = response

    def with_data(self, data: Any) -> ExecutionResult:
        """Return a copy of the result with other data."""
        result = copy.copy(self)
        result.data, result.has_data = data, True
        return result

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExecutionResult):
            return NotImplemented
        return self._members() == other._members()

    __hash__ = None  # type: ignore[assignment]  # it contains dicts

    def __repr__(self) -> str:
        data = self.data if self.has_data else ABSENT
        return f"ExecutionResult(data={data!r}, errors={self.errors!r}, extensions={self.extensions!r})"

    def _members(self) -> tuple[Any, ...]:
        return self.data, self.has_data, self.errors, self.extensions


class UndecodedResult(ExecutionResult):
    """A result without errors, whose data is decoded when it is first read.

    A request for structs decodes the text, without creating dicts. For other readers, such as middleware, ``data`` is a
    dict, as in any other result.

    Args:
        text: the data: the JSON text of an object, whose syntax was checked.
        decode: a function that decodes JSON text.
        extensions: the extensions of the response.
        response: the HTTP response.
    """

    __slots__ = ("_data", "_decode", "_text")

    def __init__(
        self,
        text: Any,
        decode: Callable[[bytes], Any],
        extensions: dict[str, Any] | None = None,
        response: Response | None = None,
    ) -> None:
        super().__init__(None, None, extensions, response)
        self._decode = decode
        self._text: Any = text

    @property
    def text(self) -> Any:
        """The JSON text of the data, in any form with a buffer; None after ``data`` was read, as it may change."""
        return self._text

    @property
    def data(self) -> Any:
        """The data that the operation returned."""
        text = self._text
        if text is not None:
            # Threads that share the result may each decode the text; each of their dicts is complete.
            self._data = self._decode(bytes(text))
            self._text = None
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._data = data
        self._text = None

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, copies have an attribute ``data`` and no text.
        return ExecutionResult, (self.data, self.errors, self.extensions, self.response)


def whole_result(result: ExecutionResult) -> ExecutionResult:
    """Return *result* unchanged, for callers that need the whole result instead of its data."""
    return result
