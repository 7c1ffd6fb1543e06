"""HTTPResponse: a complete HTTP response, from any of the HTTP libraries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ...exceptions import TransportError
from ...protocol.batch import BatchEntry, parse_batch_answer
from ...protocol.http import parse_answer
from ...protocol.json_codec import JSONDeserialize
from ...protocol.masking import Mask
from ...result import ExecutionResult, Response


class HTTPResponse(NamedTuple):
    """A response with its whole body.

    Attributes:
        head: status, headers and URL.
        body: the whole body, decompressed.
        sent_headers: the headers of the request, including those that the HTTP library added.
    """

    head: Response
    body: bytes
    sent_headers: Mapping[str, str]

    @property
    def mask(self) -> Mask:
        """Hides the credentials of the request where the server repeats them."""
        return Mask(self.sent_headers, self.head.url)


def parse_result(json_deserialize: JSONDeserialize, response: HTTPResponse) -> ExecutionResult:
    """Read the body of a response as one GraphQL response; raises what ``protocol.http.parse_answer`` raises."""
    try:
        result = parse_answer(response.head, response.body, json_deserialize)
    except TransportError as error:
        response.mask.error(error)
        raise
    if result.errors is not None:
        response.mask.errors(result.errors)
    return result


def parse_batch(json_deserialize: JSONDeserialize, count: int, response: HTTPResponse) -> list[BatchEntry]:
    """Read the body of a response as the answers to *count* requests of a batch.

    Raises:
        TransportError: as ``protocol.batch.parse_batch_answer``.
    """
    try:
        entries = parse_batch_answer(response.head, response.body, count, json_deserialize)
    except TransportError as error:
        response.mask.error(error)
        raise
    for entry in entries:
        if isinstance(entry, TransportError):
            response.mask.error(entry)
        elif entry.errors is not None:
            response.mask.errors(entry.errors)
    return entries
