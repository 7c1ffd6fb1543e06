"""Policies: the order of the steps."""

from __future__ import annotations

from syncgql import Middleware, RateLimit, TokenAuth
from syncgql.pipeline.policies import Policies
from syncgql.runtime.clock import Clock
from syncgql.runtime.tally import Tally
from syncgql.transport.selection.transport_factory import TokenUse


def test_the_order_of_the_steps() -> None:
    """The user's middleware sees each call once; what follows it may merge calls or send one several times."""
    policies = Policies(
        middleware=[Middleware()],
        deduplicate=True,
        retry=True,
        rate_limit=RateLimit(5),
        persisted_documents="automatic",
    )
    token = TokenUse(TokenAuth(lambda: "token"), is_renewed=False)
    names = [type(step).__name__ for step in policies.steps(Clock(), Tally(), token, token)]
    assert names == [
        "CheckedMiddleware",
        "Deduplication",
        "Retry",
        "Pacing",
        "Authentication",
        "AutomaticPersistedQueries",
    ]


def test_nothing_configured_makes_no_steps() -> None:
    """Then the client goes to its transport at once."""
    policies = Policies(middleware=(), deduplicate=False, retry=False, rate_limit=None, persisted_documents=None)
    assert policies.steps(Clock(), Tally()) == []
