"""Authentication: the step that waits for a token, and sends a call again after the server has refused its token."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ..exceptions import TransportAuthenticationError, TransportError
from ..protocol.batch import BatchEntry
from ..result import ExecutionResult
from ..subscription import Subscription
from ..transport.identity import has_authorization
from ..transport.selection.transport_factory import TokenUse
from .middleware import Execute, ExecuteBatch, Middleware, Subscribe
from .operation import Operation
from .retry import files_are_rewindable

logger = logging.getLogger(__name__)

UNAUTHENTICATED = "UNAUTHENTICATED"
"""The code of GraphQL errors about credentials in Apollo Server and many others, often with status 200."""

T = TypeVar("T")


class Authentication(Middleware):
    """Waits for the token before a call, within the call's limit, and repeats a call once if its token was refused.

    The transports add the token themselves, because re-established connections also need it; they also record the
    refusal, unless it is a GraphQL error with the code ``UNAUTHENTICATED``, which is handled here. Calls with their
    own ``Authorization`` header are passed on unchanged.

    Args:
        queries: the token of queries and mutations; None if there is none.
        subscriptions: the token of subscriptions; None if there is none.
    """

    def __init__(self, queries: TokenUse | None, subscriptions: TokenUse | None) -> None:
        self._queries = queries
        self._subscriptions = subscriptions

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        return _send(self._queries, operation, call_next)

    def subscribe(self, operation: Operation, call_next: Subscribe) -> Subscription[ExecutionResult]:
        return _send(self._subscriptions, operation, call_next)

    def execute_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        # A batch is refused as a whole or not at all.
        first, *others = operations

        def send(changed: Operation) -> list[BatchEntry]:
            return call_next([changed, *(each._replace(deadline=changed.deadline) for each in others)])

        return _send(self._queries, first, send, others)


def _send(
    use: TokenUse | None, operation: Operation, call_next: Callable[[Operation], T], others: Sequence[Operation] = ()
) -> T:
    if use is None or _has_own_credentials(operation):
        return call_next(operation)
    token = use.auth.authorization(operation.deadline)
    if token is None:
        return call_next(operation)
    try:
        outcome = call_next(operation)
        if not isinstance(outcome, ExecutionResult) or not outcome.errors or not _is_refusal(outcome):
            return outcome
        use.auth.refused(token)
        if use.is_renewed or not _is_repeatable(operation, outcome):
            return outcome
        logger.info("%s. Sending the call again with a new token.", UNAUTHENTICATED)
    except TransportAuthenticationError as error:
        # The server did not execute the refused call, so mutations may be sent again as well.
        if use.is_renewed or not all(map(files_are_rewindable, (operation, *others))):
            raise
        logger.info("%s Sending the call again with a new token.", error)
    again = operation.replace(deadline=operation.deadline.renewed())
    try:
        use.auth.authorization(again.deadline)
        return call_next(again)
    except TransportError as error:
        error.attempts = max(error.attempts, 2)
        raise


def _is_refusal(result: ExecutionResult) -> bool:
    """Return whether a GraphQL error says that the token is not valid; a lack of permission is ``FORBIDDEN``.

    Source: https://www.apollographql.com/docs/apollo-server/v3/data/errors/#error-codes
    """
    extensions = [error.get("extensions") for error in result.errors or ()]
    return any(isinstance(each, Mapping) and each.get("code") == UNAUTHENTICATED for each in extensions)


def _is_repeatable(operation: Operation, result: ExecutionResult) -> bool:
    """Return whether an operation may be sent again: a mutation only if none of its fields was executed.

    An error that is raised before the execution has no path (https://spec.graphql.org/draft/#sec-Errors).
    """
    was_executed = result.data is not None or any("path" in error for error in result.errors or ())
    return (operation.request.is_query or not was_executed) and files_are_rewindable(operation)


def _has_own_credentials(operation: Operation) -> bool:
    extra_args = operation.extra_args or {}
    return "auth" in extra_args or has_authorization(operation.headers) or has_authorization(extra_args.get("headers"))
