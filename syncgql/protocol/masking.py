"""Mask: hides the credentials of a request if its response repeats them."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..exceptions import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
)

MASK = "***"

CREDENTIAL = re.compile(
    "auth|cookie|token|secret|passw|session|credential|signature|assertion|jwt|api.?key|access.?key", re.IGNORECASE
)
"""Matches the names of headers, parameters and members whose values are credentials."""

SHORTEST = 4
"""The minimum length of a credential in characters; shorter texts occur too often by accident."""

BEGINNING = 8
"""The number of characters that identify a credential whose end was cut off with the text that quotes it."""

REST = re.compile(r"(?:[.~+/=-]*\w)*")
"""Matches the rest of a token (https://www.rfc-editor.org/rfc/rfc6750#section-2.1) without final punctuation."""


class Mask:
    """Replaces credentials with ``***`` in the messages of a server.

    Servers put tokens into messages such as "invalid token: ...", and messages end up in logs. Only errors are masked,
    so the credentials are collected when the first text is masked.

    Args:
        headers: the headers that were sent.
        url: the URL of the request; its parameters may hold credentials.
        payloads: other data that was sent and may hold credentials, such as the payload of ``connection_init``.
    """

    def __init__(self, headers: Mapping[str, str], url: str = "", *payloads: object) -> None:
        self._headers = headers
        self._url = url
        self._payloads = payloads

    @classmethod
    def of_all(cls, masks: Iterable[Mask]) -> Mask:
        """Return a mask that hides the credentials of all *masks*."""
        mask = cls({})
        mask.credentials = frozenset(credential for each in masks for credential in each.credentials)
        return mask

    def text(self, text: str) -> str:
        """Return *text* without credentials."""
        parts, end = [], 0
        # All parts are found before any is replaced, because replacing one could cut another that overlaps it.
        for start, stop in sorted(span for credential in self.credentials for span in _spans(text, credential)):
            if start >= end:
                parts += [text[end:start], MASK]
            end = max(end, stop)
        return "".join([*parts, text[end:]])

    def value(self, value: Any) -> Any:
        """Return a JSON value without credentials in its strings."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {name: self.value(member) for name, member in value.items()}
        return [self.value(entry) for entry in value] if isinstance(value, list) else value

    def errors(self, errors: Any) -> None:
        """Remove credentials from the messages of GraphQL errors."""
        for error in errors:
            for name in ("message", "error"):
                if isinstance(error.get(name), str):
                    error[name] = self.text(error[name])

    def error(self, error: TransportError) -> None:
        """Remove credentials from an exception: its message, its errors and the text that it quotes."""
        error.message = self.text(error.message)
        error.args = (error.message,)
        if isinstance(error, TransportServerError):
            error.body = self.text(error.body)
        if isinstance(error, TransportProtocolError):
            error.received = self.text(error.received)
        if isinstance(error, TransportConnectionFailed | TransportAuthenticationError) and error.reason is not None:
            error.reason = self.text(error.reason)
        if isinstance(error, TransportServerError | TransportQueryError) and error.errors is not None:
            self.errors(error.errors)

    @functools.cached_property
    def credentials(self) -> frozenset[str]:
        """The credentials that were sent."""
        found = set(_credentials_in(dict(self._headers)))
        found.update(_credentials_in(dict(parse_qsl(urlsplit(self._url).query))))
        for payload in self._payloads:
            found.update(_credentials_in(payload))
        return frozenset(text for text in found if len(text) >= SHORTEST)


def _spans(text: str, credential: str) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each part of *text* that is the credential, or a token that begins like it.

    Such a token may be another credential, which masks of other requests could not find if only its end remained.
    """
    beginning, end = credential[:BEGINNING], 0
    position = text.find(beginning)
    while position >= 0:
        length = _common_length(text[position : position + len(credential)], credential)
        stop = position + length
        if length < len(credential) and stop > end:  # not within the previous part, which was searched
            stop = REST.match(text, stop).end()  # type: ignore[union-attr]  # it matches an empty text
        end = max(end, stop)
        yield position, end
        position = text.find(beginning, position + 1)


def _common_length(text: str, credential: str) -> int:
    pairs = zip(text, credential, strict=False)
    return next((number for number, pair in enumerate(pairs) if pair[0] != pair[1]), min(len(text), len(credential)))


def _credentials_in(value: object, name: str = "") -> Iterator[str]:
    """Yield the credentials in a value that was sent under a name."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield from _credentials_in(member, str(key))
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _credentials_in(entry, name)
    elif isinstance(value, str) and CREDENTIAL.search(name):
        yield from _parts(value, is_cookie=name.lower() == "cookie")


def _parts(value: str, *, is_cookie: bool) -> Iterator[str]:
    if is_cookie:
        for pair in value.split(";"):
            yield pair.partition("=")[2].strip().strip('"')
        return
    scheme, _, rest = value.strip().partition(" ")
    yield rest.strip() or scheme
    if scheme.lower() == "basic":
        try:
            yield base64.b64decode(rest).decode("utf-8", "replace").partition(":")[2]
        except ValueError:  # not valid Basic credentials
            return
