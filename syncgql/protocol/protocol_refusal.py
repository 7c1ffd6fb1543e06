"""Recognizes responses of servers that do not support the protocol that was tried, so that another can be tried.

``refuses_protocol`` judges a response that is not a stream, although a stream was requested. It can be the response to
the operation, or show that the operation needs another protocol:

================================================  ============================================================
response                                          meaning
================================================  ============================================================
404, 405, 406, 415, with any body                 another protocol: nothing is offered in this form
406 that offers ``text/event-stream`` to a        GraphQL Yoga, which has started the subscription by then: the
subscription                                      operation failed, because it must not be started again
another 4xx without GraphQL errors                another protocol, if it is a subscription
errors that say that subscriptions need another   another protocol: such as Ariadne's "Subscription operations
protocol, without data                            can only be executed over a WebSocket connection."
errors that say that the root field is null,      another protocol, if it is a subscription: it was run as a
without data                                      query, such as by Apollo Server, and by Strawberry without SSE
another status with GraphQL errors                the operation was refused
2xx with data, to a subscription                  another protocol: it was run as a query
2xx with data, to a query or mutation             the result
2xx that is not GraphQL, such as HTML             another protocol, if it is a subscription
401, 403, 407, 408, 425, 429                      refused credentials, or too many requests
3xx, 5xx, no response at all                      a failure, which says nothing about protocols
================================================  ============================================================

A query or mutation may have been executed unless the status says that it was not.

``refuses_websocket`` judges how a WebSocket ended before the acknowledgement, when no operation was sent:

================================================  ============================================================
end                                               meaning
================================================  ============================================================
401, 403, 407, 408, 425, 429; a rate limit        refused credentials, or too many requests
5xx                                               a failure, which says nothing about protocols
any other status but 101, redirects too           another protocol: there is no WebSocket at this URL
101 without one of the subprotocols offered       another protocol: it is not a WebSocket for GraphQL
closed with 1002 or 4406                          another protocol: the subprotocol is not acceptable
closed otherwise, ``connection_error``            refused credentials, or a failure
no acknowledgement, no connection, TLS, DNS       a failure, which says nothing about protocols
================================================  ============================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..exceptions import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportRateLimited,
    TransportServerError,
)
from ..result import ExecutionResult
from .http import EVENT_STREAM

NOT_IN_THIS_FORM = frozenset({404, 405, 406, 415})
"""Status codes of servers that do not execute a request because of its path, method, ``Accept`` or ``Content-Type``."""

NOT_ABOUT_THE_FORM = frozenset({401, 403, 407, 408, 425, 429})

UNACCEPTABLE = frozenset({1002, 4406})
"""Close codes with which servers refuse the subprotocol that they selected themselves, before the acknowledgement."""

NEEDS_ANOTHER = re.compile(
    r"\bsubscriptions?\b.*\b(web ?sockets?|not supported|not allowed|unsupported)\b", re.I | re.S
)
"""Matches errors of servers that do not support subscriptions in this form."""

NULL_FIELD = "Cannot return null for non-nullable field"


def refuses_protocol(outcome: ExecutionResult | TransportError, *, is_subscription: bool) -> bool:
    """Return whether the response to a request for a stream means that the server does not support the protocol.

    Args:
        outcome: the result in the response, or the error that it raises.
        is_subscription: whether the operation is a subscription.
    """
    if isinstance(outcome, ExecutionResult):
        status = 200 if outcome.response is None else outcome.response.status
        return status in NOT_IN_THIS_FORM or (is_subscription and _is_unsupported(outcome))
    if isinstance(outcome, TransportServerError):
        status = outcome.code or 0
        if is_subscription and _has_started(outcome):
            return False
        if status in NOT_IN_THIS_FORM:
            return True
        is_about_the_form = 400 <= status < 500 and status not in NOT_ABOUT_THE_FORM
        return is_subscription and is_about_the_form and not isinstance(outcome, TransportAuthenticationError)
    return is_subscription and isinstance(outcome, TransportProtocolError) and outcome.response is not None


def refuses_websocket(error: TransportError) -> bool:
    """Return whether an error means that the server does not support GraphQL over WebSocket at this URL.

    Args:
        error: the error that ended the connection before the acknowledgement.
    """
    if isinstance(error, TransportAuthenticationError | TransportRateLimited):
        return False
    if isinstance(error, TransportServerError):
        status = error.code or 0
        return 0 < status < 500 and status not in NOT_ABOUT_THE_FORM
    return isinstance(error, TransportConnectionFailed) and error.code in UNACCEPTABLE


def _has_started(error: TransportServerError) -> bool:
    """Return whether a server has started a subscription but refuses the media type for its response."""
    return error.code == 406 and EVENT_STREAM in error.headers.get("Accept", "")


def _is_unsupported(result: ExecutionResult) -> bool:
    """Return whether a server ran a subscription as a query, or reports that it does not support it in this form."""
    if not result.errors:
        return True
    return result.data is None and any(map(_is_about_subscriptions, result.errors))


def _is_about_subscriptions(error: Mapping[str, Any]) -> bool:
    """Return whether an error shows that a server does not support subscriptions in this form."""
    message, path = str(error.get("message")), error.get("path")
    is_null_root = NULL_FIELD in message and isinstance(path, list) and len(path) == 1
    return is_null_root or NEEDS_ANOTHER.search(message) is not None
