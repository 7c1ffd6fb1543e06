"""ResponseHandler: aiohttp's protocol for a connection, which also ends a body whose chunks are malformed."""

from __future__ import annotations

from aiohttp import client_proto
from aiohttp.client_exceptions import ClientPayloadError
from aiohttp.http_exceptions import HttpProcessingError, TransferEncodingError


class ResponseHandler(client_proto.ResponseHandler):
    """Ends the body of a response if its chunks are malformed.

    In aiohttp 3.14, the parser written in C raises the error only to the task that waits for the headers of a response.
    If they have arrived, a task that reads the body waits until a time limit expires, even after the connection is
    closed. The parser written in Python reports the error to both.
    """

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:
        super().set_exception(exc, exc_cause or exc)
        body = self._payload
        # A parser raises this error. Only the framing of chunks can be malformed once the headers are complete.
        if isinstance(exc, HttpProcessingError) and body is not None and not body.is_eof() and body.exception() is None:
            error = ClientPayloadError("Response payload is not completed")
            error.__cause__ = TransferEncodingError("The chunks are malformed.")
            body.set_exception(error)
