"""in_background."""

from __future__ import annotations

from contextvars import ContextVar

from syncgql.transport.background import in_background

from .asynchronous import in_loop

user: ContextVar[str | None] = ContextVar("user", default=None)


@in_loop
async def test_an_empty_context() -> None:
    """The task sees no variables of its creator, and so keeps none alive."""
    seen = []

    async def work() -> None:
        seen.append(user.get())

    user.set("Ada")
    await in_background(work())
    assert seen == [None]
