"""HTTPResponse: the response to one HTTP request, whichever library received it."""

from __future__ import annotations

from typing import NamedTuple

from ...protocol.batch import BatchEntry, parse_batch_answer
from ...protocol.http import parse_answer
from ...protocol.json_codec import JSONDeserialize
from ...result import ExecutionResult, Response


class HTTPResponse(NamedTuple):
    """A response that was read to its end.

    Attributes:
        head: status, headers and URL.
        body: the whole body, decompressed.
    """

    head: Response
    body: bytes


def parse_result(json_deserialize: JSONDeserialize, response: HTTPResponse) -> ExecutionResult:
    """Read a response as one GraphQL response; raises a ``TransportError`` if it is none."""
    return parse_answer(response.head, response.body, json_deserialize)


def parse_batch(json_deserialize: JSONDeserialize, count: int, response: HTTPResponse) -> list[BatchEntry]:
    """Read a response as those to *count* requests; raises a ``TransportError`` if it is nothing of the kind."""
    return parse_batch_answer(response.head, response.body, count, json_deserialize)
