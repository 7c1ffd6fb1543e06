"""Policies: the middleware and policies of a client, in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ..checks import check_flag
from ..runtime.clock import Clock
from .middleware import Middleware, MiddlewareOption, check_middleware
from .steps import checked, checked_attempts

if TYPE_CHECKING:
    from ..runtime.atomic_counter import AtomicCounter
    from ..transport.selection.transport_factory import TokenUse, TransportFactory
    from .persisted_documents import PersistedDocumentsOption
    from .rate_limit import RateLimit
    from .retry import Retry
    from .retry_policy import RetryPolicy


class Policies(NamedTuple):
    """The options of ``Client`` with the same names.

    The step of a policy is imported only for a client that has this policy.

    Raises:
        TypeError: an option has the wrong type.
        ValueError: a number is out of range.
    """

    middleware: Iterable[MiddlewareOption]
    deduplicate: bool
    retry: RetryPolicy | bool | int
    rate_limit: RateLimit | None
    persisted_documents: PersistedDocumentsOption

    def check(self, transports: TransportFactory) -> None:
        """Check that the policies suit the transports of the client.

        Raises:
            TypeError: an option has no effect, or could mix up the responses of several users.
        """
        if self.deduplicate and transports.has_users:
            raise TypeError(
                "deduplicate=True could return one caller's response to another, because a function returns headers "
                "or credentials, which may differ. Let a middleware add such headers to the operation."
            )
        if self.persisted_documents is not None and transports.queries_by_socket:
            raise TypeError(
                "persisted_documents= has no effect on a WebSocket, over which documents are always sent. Use an "
                "http:// or https:// URL for queries and mutations."
            )

    def retry_step(self, clock: Clock, retries: AtomicCounter) -> Retry | None:
        """Return the step that retries operations; None if there is none.

        Args:
            clock: the clock for waits.
            retries: counts the retries.
        """
        if self.retry is False:
            return None
        from .retry import Retry
        from .retry_policy import check_retry

        policy = check_retry(self.retry)
        return None if policy is None else Retry(policy, clock, retries)

    def steps(
        self,
        clock: Clock,
        retry: Retry | None = None,
        query_token: TokenUse | None = None,
        subscription_token: TokenUse | None = None,
    ) -> list[Middleware]:
        """Return the steps of a client, from the outermost to the innermost.

        The user's middleware sees each call once, merged queries share the attempts of one, and each attempt is paced
        before the user's middleware sees it. A hash and the document that follows it are one attempt, and so is a
        request that is sent again with another token.

        Args:
            clock: the clock for waits.
            retry: the step that retries operations.
            query_token: the token of queries and mutations, if the transport sends one.
            subscription_token: the token of subscriptions.
        """
        middleware = check_middleware(self.middleware)
        steps = checked(middleware)
        if check_flag("deduplicate", self.deduplicate):
            from .deduplication import Deduplication

            steps.append(Deduplication())
        if retry is not None:
            steps.append(retry)
        if self.rate_limit is not None:
            from .pacing import Pacing
            from .rate_limit import check_rate_limit

            steps.append(Pacing(check_rate_limit(self.rate_limit), clock))
        steps += checked_attempts(middleware)
        if query_token is not None or subscription_token is not None:
            from .authentication import Authentication

            steps.append(Authentication(query_token, subscription_token))
        if self.persisted_documents is not None:
            from .persisted_documents import persisted_documents_step

            steps.append(persisted_documents_step(self.persisted_documents))
        return steps
