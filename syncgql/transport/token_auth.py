"""TokenAuth: a token that is fetched when it is needed, shared by all threads, and replaced when it expires.

No lock is needed: ``SingleFlight`` lets one thread at a time fetch a token, and every change is one assignment.
"""

from __future__ import annotations

import datetime
import functools
import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar

from ..checks import check_delay, check_function, is_number
from ..deadline import NO_DEADLINE, Deadline
from ..exceptions import TransportAuthenticationError, own_copy
from ..messages import Duration
from ..protocol.http import HTTPResponse
from ..runtime.clock import Clock
from ..runtime.single_flight import SingleFlight

__all__ = ["TokenAuth"]

logger = logging.getLogger(__name__)

LEEWAY = 30.0
"""The number of seconds before its expiry at which a token is replaced."""

PAUSE = 1.0
"""The number of seconds between a failed fetch and the next one."""

LONGEST_LIFE = 100 * 365 * 24 * 3600.0
"""The longest lifetime in seconds; a larger number must be a date."""

SCHEME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 11.1
TOKEN = re.compile(r"[!-~]+")  # more characters than in RFC 6750, section 2.1, because some servers issue other tokens

T = TypeVar("T")

Expiry = datetime.datetime | datetime.timedelta | float | None
Fetched = str | tuple[str, Expiry]

_fetching: ContextVar[tuple[TokenAuth, ...]] = ContextVar("_fetching", default=())
"""The objects whose ``fetch`` is running in this context; its own requests are sent without a token."""


class TokenAuth:
    """Sends a token that expires, and fetches a new one before that.

    The token belongs to the client, not to a user: all calls share the token and the cookies. One thread fetches it
    when it is first needed, ``leeway`` seconds before it expires, and when the server refuses it; the other threads
    wait, at most until the time limit of their call. After a refusal (``TransportAuthenticationError``), the call is
    sent once more with a new token, even a mutation, because a refused request was not executed. A GraphQL error with
    the code ``UNAUTHENTICATED`` is a refusal as well, but a mutation is sent again only if none of its fields was
    executed. WebSockets and streams use the current token when they connect and reconnect. One object may serve several
    clients.

    Requests of *fetch* that use the same client are sent without a token.

    Source: https://datatracker.ietf.org/doc/html/rfc6750

    Args:
        fetch: a function that returns a token, or a pair of a token and the time when it expires: a number of seconds
            from now, like ``expires_in`` in OAuth 2, a ``timedelta``, an aware ``datetime``, or None if that is not
            known. A token without a time is used until the server refuses it. *fetch* runs in the thread of one of the
            calls, without a time limit, so set a timeout for its requests. If it raises an exception, the old token is
            used if it has not expired yet; otherwise all waiting calls raise the exception, and so do the calls of the
            next second, without calling *fetch* again.
        leeway: the number of seconds before its expiry at which a token is replaced, 30 by default; at most half of its
            lifetime.
        scheme: the word in front of the token in the ``Authorization`` header, ``Bearer`` by default.

    Raises:
        TypeError: *fetch* is not a function without parameters, or another argument has the wrong type.
        ValueError: *leeway* is negative, or *scheme* is not one word.
    """

    def __init__(self, fetch: Callable[[], Fetched], leeway: float = LEEWAY, *, scheme: str = "Bearer") -> None:
        self._fetch = check_function("fetch", fetch, 0)
        self._leeway = check_delay("leeway", leeway)
        self._scheme = _check_scheme(scheme)
        self._clock = Clock()
        self._single_flight: SingleFlight[_Token] = SingleFlight()
        self._token: _Token | None = None
        self._failure: _Failure | None = None

    def token(self) -> str:
        """Return the current token, for example for the ``init_payload`` of a WebSocket; fetch it if necessary.

        Raises:
            RuntimeError: *fetch* itself asked for it.
            Exception: *fetch* raised it.
        """
        token = self._current(NO_DEADLINE)
        if token is None:
            raise RuntimeError("The function that fetches the token asked for the token.")
        return token.text

    def authorization(self, deadline: Deadline = NO_DEADLINE) -> str | None:
        """Return the value of the ``Authorization`` header; None for a request of *fetch* itself. Never on the loop.

        Args:
            deadline: when to stop waiting for another thread that fetches the token.

        Raises:
            TransportTimeout: the deadline passed.
            Exception: *fetch* raised it.
        """
        token = self._current(deadline)
        return None if token is None else f"{self._scheme} {token.text}"

    def refused(self, sent: str) -> None:
        """Record that the server refused the token in *sent*, such as a header; ignore other tokens.

        May be called on the loop.
        """
        token = self._token
        if token is not None and token.text in sent:
            token.is_refused = True

    def _current(self, deadline: Deadline) -> _Token | None:
        if self in _fetching.get():
            return None
        token = self._token
        if token is not None and token.is_fresh(self._clock.monotonic()):
            return token
        return self._single_flight.run(None, self._renewed, deadline).value

    def _renewed(self) -> _Token:
        """Return a fresh token; runs in one thread at a time."""
        now = self._clock.monotonic()
        old, failure = self._token, self._failure
        if old is not None and old.is_fresh(now):
            return old  # another thread has fetched it in the meantime
        is_usable = old is not None and old.is_valid(now)
        if failure is not None and now < failure.time + PAUSE:
            if old is not None and is_usable:
                return old
            raise own_copy(failure.error)
        try:
            token = self._fetched()
        except Exception as error:
            # A copy, because the traceback of the exception would keep the objects of the caller alive.
            self._failure = _Failure(self._clock.monotonic(), own_copy(error))
            self._failure.error.__cause__ = None
            if old is None or not is_usable:
                raise
            logger.warning("Could not fetch a new token: %s. Using the old one.", type(error).__name__)
            return old
        self._token, self._failure = token, None
        return token

    def _fetched(self) -> _Token:
        mark = _fetching.set((*_fetching.get(), self))
        try:
            fetched = self._fetch()
        finally:
            _fetching.reset(mark)
        text, expiry = fetched if isinstance(fetched, tuple) and len(fetched) == 2 else (fetched, None)
        life = _seconds_until(expiry)
        now = self._clock.monotonic()
        logger.debug("Fetched a token, which expires in %s.", "?" if life is None else Duration(life))
        if life is None:
            return _Token(_check_token(text), None, None)
        return _Token(_check_token(text), now + life - min(self._leeway, max(life, 0.0) / 2), now + life)

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(TokenAuth, self._fetch, self._leeway, scheme=self._scheme), ()  # without the token

    def __repr__(self) -> str:
        name = getattr(self._fetch, "__qualname__", type(self._fetch).__name__)
        return f"TokenAuth({name}, leeway={self._leeway:g})"


def noting_refusals(parse: Callable[[HTTPResponse], T], auth: TokenAuth | None) -> Callable[[HTTPResponse], T]:
    """Wrap *parse* so that a response that refuses the token of its request is recorded."""
    return parse if auth is None else functools.partial(_parse, parse, auth)


def _parse(parse: Callable[[HTTPResponse], T], auth: TokenAuth, response: HTTPResponse) -> T:
    try:
        return parse(response)
    except TransportAuthenticationError:
        auth.refused(response.sent_headers.get("Authorization", ""))
        raise


class _Token:
    """A token.

    Args:
        text: the token. ``repr`` does not show it, so that it does not appear in logs.
        refresh_at: when to replace it, by the monotonic clock; None if that is not known.
        expires_at: when it expires.
    """

    __slots__ = ("_expires_at", "_refresh_at", "is_refused", "text")

    def __init__(self, text: str, refresh_at: float | None, expires_at: float | None) -> None:
        self.text = text
        self.is_refused = False  # written by any thread, and never reset
        self._refresh_at = refresh_at
        self._expires_at = expires_at

    def is_fresh(self, now: float) -> bool:
        """Return whether the token does not need to be replaced yet."""
        return not self.is_refused and (self._refresh_at is None or now < self._refresh_at)

    def is_valid(self, now: float) -> bool:
        """Return whether the token is still valid, as far as is known."""
        return not self.is_refused and (self._expires_at is None or now < self._expires_at)


class _Failure(NamedTuple):
    """A failed fetch, with its time."""

    time: float
    error: Exception


def _seconds_until(expiry: object) -> float | None:
    if expiry is None:
        return None
    if isinstance(expiry, datetime.timedelta):
        return expiry.total_seconds()
    if isinstance(expiry, datetime.datetime):
        if expiry.utcoffset() is None:
            raise ValueError(
                "fetch returned a datetime without a time zone; return an aware one, such as "
                "datetime.now(timezone.utc) + timedelta(hours=1)."
            )
        return (expiry - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
    if not is_number(expiry):
        raise TypeError(
            "fetch must return when the token expires as seconds from now, a timedelta, an aware datetime or None, not "
            f"{type(expiry).__name__}."
        )
    if not abs(expiry) <= LONGEST_LIFE:  # also for nan
        raise ValueError(
            f"fetch returned {expiry} as the seconds until the token expires. Is it a date? Return "
            "datetime.fromtimestamp(seconds, timezone.utc)."
        )
    return float(expiry)


def _check_token(token: object) -> str:
    """Return a token; the messages do not show it."""
    if not isinstance(token, str):
        raise TypeError(
            f"fetch must return a token, a str, or a pair of a token and when it expires, not {type(token).__name__}."
        )
    if TOKEN.fullmatch(token) is None:
        raise ValueError(
            "fetch returned a token that is empty or contains a space, a line break or another character that a token "
            'cannot have. Return it without "Bearer" in front.'
        )
    return token


def _check_scheme(scheme: object) -> str:
    if not isinstance(scheme, str):
        raise TypeError(f"scheme must be a str, not {type(scheme).__name__}.")
    if SCHEME.fullmatch(scheme) is None:
        raise ValueError("scheme must be one word, such as Bearer.")
    return scheme
