"""Policies: the middleware and policies of a client, in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..checks import check_flag
from ..runtime.atomic_counter import AtomicCounter
from ..runtime.clock import Clock
from ..transport.selection.transport_factory import TokenUse, TransportFactory
from .authentication import Authentication
from .deduplication import Deduplication
from .middleware import Middleware, MiddlewareOption, check_middleware
from .pacing import Pacing
from .persisted_documents import (
    AUTOMATIC,
    AutomaticPersistedQueries,
    DocumentIds,
    PersistedDocumentsOption,
    check_persisted_documents,
)
from .rate_limit import RateLimit, check_rate_limit
from .retry import Retry
from .retry_policy import RetryPolicy, check_retry
from .steps import checked, checked_attempts
from .trusted_documents import TrustedDocuments


@dataclass(frozen=True, kw_only=True)
class Policies:
    """The options of ``Client`` with the same names.

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

    def steps(
        self,
        clock: Clock,
        retries: AtomicCounter,
        query_token: TokenUse | None = None,
        subscription_token: TokenUse | None = None,
    ) -> list[Middleware]:
        """Return the steps of a client, from the outermost to the innermost.

        The user's middleware sees each call once, merged queries share the attempts of one, and each attempt is paced
        before the user's middleware sees it. A hash and the document that follows it are one attempt, and so is a
        request that is sent again with another token.

        Args:
            clock: the clock for waits.
            retries: counts the retries.
            query_token: the token of queries and mutations, if the transport sends one.
            subscription_token: the token of subscriptions.
        """
        middleware = check_middleware(self.middleware)
        steps = checked(middleware)
        if check_flag("deduplicate", self.deduplicate):
            steps.append(Deduplication())
        if (policy := check_retry(self.retry)) is not None:
            steps.append(Retry(policy, clock, retries))
        if (limit := check_rate_limit(self.rate_limit)) is not None:
            steps.append(Pacing(limit, clock))
        steps += checked_attempts(middleware)
        if query_token is not None or subscription_token is not None:
            steps.append(Authentication(query_token, subscription_token))
        if (documents := check_persisted_documents(self.persisted_documents)) == AUTOMATIC:
            steps.append(AutomaticPersistedQueries())
        elif isinstance(documents, TrustedDocuments):
            steps.append(DocumentIds(documents))
        return steps
