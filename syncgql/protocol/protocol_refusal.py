"""refuses_protocol: tells whether a server answers that it does not speak the protocol of a stream.

The answer is not a stream. It can be the answer to the operation, or show that the operation needs another protocol:

================================================  ============================================================
answer                                            meaning
================================================  ============================================================
404, 405, 406, 415, with any body                 another protocol: nothing is offered in this form
another 4xx without GraphQL errors                another protocol, if it is a subscription
errors that say that subscriptions need another   another protocol: such as Ariadne's "Subscription operations
protocol, without data                            can only be executed over a WebSocket connection."
another status with GraphQL errors                the operation was refused
2xx with data, to a subscription                  another protocol: it was run as a query
2xx with data, to a query or mutation             the result
2xx that is no GraphQL response, such as HTML     another protocol, if it is a subscription
401, 403, 407, 408, 425, 429                      refused credentials, or too many requests
3xx, 5xx, no answer at all                        a failure, which says nothing about protocols
================================================  ============================================================

A query or mutation may have been executed unless the status says that it was not.
"""

from __future__ import annotations

import re

from ..exceptions import TransportAuthenticationError, TransportError, TransportProtocolError, TransportServerError
from ..result import ExecutionResult

NOT_IN_THIS_FORM = frozenset({404, 405, 406, 415})
"""Status codes of servers that do not execute a request because of its path, method, ``Accept`` or ``Content-Type``."""

NOT_ABOUT_THE_FORM = frozenset({401, 403, 407, 408, 425, 429})

NEEDS_ANOTHER = re.compile(
    r"\bsubscriptions?\b.*\b(web ?sockets?|not supported|not allowed|unsupported)\b", re.I | re.S
)
"""Matches errors of servers that run no subscriptions in this form."""


def refuses_protocol(answer: ExecutionResult | TransportError, *, is_subscription: bool) -> bool:
    """Return whether an answer to the request for a stream means that the server does not speak the protocol.

    Args:
        answer: the result in the answer, or the error that it raises.
        is_subscription: whether the operation is a subscription.
    """
    if isinstance(answer, ExecutionResult):
        status = 200 if answer.response is None else answer.response.status
        return status in NOT_IN_THIS_FORM or (is_subscription and _was_no_subscription(answer))
    if isinstance(answer, TransportServerError):
        status = answer.code or 0
        if status in NOT_IN_THIS_FORM:
            return True
        is_about_the_form = 400 <= status < 500 and status not in NOT_ABOUT_THE_FORM
        return is_subscription and is_about_the_form and not isinstance(answer, TransportAuthenticationError)
    return is_subscription and isinstance(answer, TransportProtocolError) and answer.response is not None


def _was_no_subscription(result: ExecutionResult) -> bool:
    """Whether a server ran a subscription as a query, or says that it does not run it in this form."""
    if not result.errors:
        return True
    messages = [str(error.get("message")) for error in result.errors]
    return result.data is None and any(map(NEEDS_ANOTHER.search, messages))
