"""RetryPolicy: which failed operations to retry, how often, and after which waits."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal

from ..checks import check_count, check_delay, check_function, is_whole_number
from ..exceptions import TransportError
from ..option_errors import suggests_arguments
from ..runtime.token_bucket import TokenBucket

__all__ = ["RetryBudget", "RetryPolicy"]

OnRetry = Callable[[TransportError, float], object]
"""A function that is called before each retry, with the last error and the seconds until the next attempt."""


class RetryBudget:
    """A limit on the retries of all threads of a client, so that they do not overload a failing server.

    The budget is a number of tokens. A retry uses some, and is not made if there are not enough; a success returns
    one. A retry after an attempt that certainly did not reach the server is free. The numbers are those of the AWS
    SDKs: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html

    Args:
        tokens: the initial and maximum number of tokens.
        retry_cost: the tokens for a retry after a failure.
        throttled_cost: the tokens for a retry after a rate limit.

    Raises:
        TypeError: an argument is not a whole number.
        ValueError: an argument is negative.
    """

    def __init__(self, tokens: int = 500, retry_cost: int = 14, throttled_cost: int = 5) -> None:
        self.tokens = check_count("tokens", tokens)
        self.retry_cost = check_count("retry_cost", retry_cost)
        self.throttled_cost = check_count("throttled_cost", throttled_cost)
        self._bucket = TokenBucket(tokens)

    @property
    def left(self) -> int:
        """The number of tokens left."""
        return self._bucket.left

    def acquire(self, cost: int) -> bool:
        """Acquire tokens for a retry; return False if there are not enough."""
        return self._bucket.acquire(cost)

    def succeeded(self) -> None:
        """Release a token after a success."""
        self._bucket.release()

    def __reduce__(self) -> tuple[type[RetryBudget], tuple[int, int, int]]:
        return RetryBudget, (self.tokens, self.retry_cost, self.throttled_cost)

    def __repr__(self) -> str:
        return f"RetryBudget(tokens={self.tokens}, retry_cost={self.retry_cost}, throttled_cost={self.throttled_cost})"


@suggests_arguments()
@dataclass(frozen=True)
class RetryPolicy:
    """When to retry a failed query or mutation.

    A query is retried after a failed or lost connection, after a status in *statuses*, and after a rate limit. A
    mutation is retried only if the server certainly did not execute it. Every attempt and every wait counts toward the
    time limit of the call.

    Before retry n, counted from 1, the client waits for a random time of up to ``base * 2**(n - 1)`` seconds, at most
    *cap*. If the server specifies the wait, for example with ``Retry-After``, the client waits for that time instead,
    or up to a tenth longer. If a wait would take more than *cap* seconds or exceed the time limit, the error is raised
    immediately.

    Args:
        attempts: the maximum number of times that an operation is sent; 3 by default. 1 never retries.
        base: the base of the wait after a failure, in seconds; 0.05 by default.
        throttled_base: the base of the wait after a rate limit, in seconds; 1 by default.
        cap: the longest wait, in seconds; 20 by default.
        statuses: the HTTP statuses after which a query is retried; each from 400 to 599.
        mutations: ``"unsent"``, the default, retries a mutation that the server did not receive, or refused because of
            its rate limit; ``"always"`` retries mutations like queries, if they may run twice.
        budget: the limit on the retries of all threads; None for no limit.
        on_retry: a function to call before each retry, in the calling thread, with the error and the seconds of the
            wait.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """

    attempts: int = 3
    base: float = 0.05
    throttled_base: float = 1.0
    cap: float = 20.0
    statuses: Collection[int] = frozenset({429, 502, 503, 504})
    mutations: Literal["unsent", "always"] = "unsent"
    budget: RetryBudget | None = field(default_factory=RetryBudget)
    on_retry: OnRetry | None = None

    def __post_init__(self) -> None:
        check_count("attempts", self.attempts, least=1)
        for name in ("base", "throttled_base", "cap"):
            check_delay(name, getattr(self, name))
        if not isinstance(self.statuses, Collection) or not all(map(is_whole_number, self.statuses)):
            raise TypeError(f"statuses must be a collection of HTTP statuses, not {self.statuses!r}.")
        if wrong := [status for status in self.statuses if not 400 <= status <= 599]:
            raise ValueError(f"statuses must be HTTP statuses of errors, from 400 to 599, not {wrong[0]}.")
        object.__setattr__(self, "statuses", frozenset(self.statuses))  # a copy, in case the caller changes it
        if self.mutations not in ("unsent", "always"):
            raise ValueError(f"mutations must be 'unsent' or 'always', not {self.mutations!r}.")
        if self.budget is not None and not isinstance(self.budget, RetryBudget):
            raise TypeError(f"budget must be a RetryBudget or None, not {type(self.budget).__name__}.")
        if self.on_retry is not None:
            check_function("on_retry", self.on_retry, 2)

    def longest_wait(self, retry: int, *, is_throttled: bool) -> float:
        """Return the longest wait before a retry in seconds, if the server does not specify the wait."""
        base = self.throttled_base if is_throttled else self.base
        return min(self.cap, base * 2.0 ** min(retry - 1, 1000))


def check_retry(retry: RetryPolicy | bool | int) -> RetryPolicy | None:
    """Return the policy for the option ``retry=``: True is the default policy, and a number is its number of attempts.

    Raises:
        TypeError: it is neither a policy, a bool nor a whole number.
        ValueError: the number is less than 1.
    """
    if isinstance(retry, RetryPolicy):
        return retry
    if isinstance(retry, bool):
        return RetryPolicy() if retry else None
    if is_whole_number(retry):
        return RetryPolicy(attempts=check_count("retry", retry, least=1))
    raise TypeError(f"retry must be a RetryPolicy, True, False or a number of attempts, not {type(retry).__name__}.")
