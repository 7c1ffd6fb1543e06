"""Reads responses to requests that decode the text of the data themselves, in one pass, with msgspec.

This module is imported by the first such request, because only these require msgspec.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..result import ExecutionResult, UndecodedResult
from . import json_codec
from .http import HTTPResponse, content_type, is_json


def parse_undecoded(response: HTTPResponse, *, parse: Callable[[HTTPResponse], ExecutionResult]) -> ExecutionResult:
    """Read an HTTP response like *parse*, but decode the data of a successful response only when it is read.

    All other responses are read by *parse*, and so is text that only Python's codec accepts.

    Raises:
        TransportError: *parse* raises it.
    """
    head = response.head
    media_type, charset = content_type(head.headers)
    if 200 <= head.status < 300 and charset == "utf-8" and is_json(media_type):
        result = _undecoded(response, parse)
        if result is not None:
            return result
    return parse(response)


class _Members(msgspec.Struct):
    """The members of a response."""

    data: msgspec.Raw
    errors: Any = None
    extensions: Any = None


_read_members = msgspec.json.Decoder(_Members).decode


def _undecoded(response: HTTPResponse, parse: Callable[[HTTPResponse], ExecutionResult]) -> UndecodedResult | None:
    """Return the result in a body; None if the body is not JSON, has errors, or has no object as its data."""

    def decode(text: bytes) -> Any:
        try:
            return json_codec.loads(text)
        except ValueError:
            # Python refuses integers of more than 4,300 digits, and deep nesting depends on the caller's stack.
            return parse(response).data

    body = response.body
    try:
        body.decode()  # msgspec checks the syntax of a Raw value, but not whether it is UTF-8
        members = _read_members(body)
    except json_codec.REFUSALS:
        return None
    if members.errors is not None or bytes(memoryview(members.data)[:1]) != b"{":
        return None
    extensions = members.extensions if isinstance(members.extensions, dict) else None
    return UndecodedResult(members.data, decode, extensions, response.head)
