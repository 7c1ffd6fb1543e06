"""SharedIdentity: the credentials that all requests of a transport share, to which its cookie jar belongs."""

from __future__ import annotations

from multidict import CIMultiDict

from .options import HeadersOption, Pairs, resolve_headers

IDENTITY_HEADERS = ("Authorization", "Cookie")

Identity = list[list[str]]
"""The values of these headers."""


class SharedIdentity:
    """The ``Authorization`` and ``Cookie`` headers that are the same for every request.

    A client may serve many users, each with their own token. A server may respond to a user's token with a session
    cookie, so only requests with the shared credentials share a cookie jar.

    Args:
        headers: the fixed headers of the transport.
    """

    def __init__(self, headers: CIMultiDict[str]) -> None:
        self._values = identity(headers)

    @classmethod
    def of(cls, defaults: Pairs, headers: HeadersOption, authorization: str | None = None) -> SharedIdentity:
        """Return the identity of these options, without the results of functions, which may depend on the user."""
        fixed = resolve_headers(defaults, None if callable(headers) else headers, None)
        if authorization is not None:
            fixed["Authorization"] = authorization
        return cls(fixed)

    def differs_from(self, headers: CIMultiDict[str]) -> bool:
        """Return whether a request with these headers has its own credentials."""
        return identity(headers) != self._values


def identity(headers: CIMultiDict[str]) -> Identity:
    """Return the credentials among headers."""
    return [headers.getall(name, []) for name in IDENTITY_HEADERS]


def has_identity(per_request: HeadersOption) -> bool:
    """Return whether the headers of one request contain credentials."""
    return per_request is not None and any(identity(resolve_headers((), None, per_request)))


def has_authorization(per_request: HeadersOption) -> bool:
    """Return whether there is an ``Authorization`` header among the headers of one request."""
    return per_request is not None and "Authorization" in resolve_headers((), None, per_request)
