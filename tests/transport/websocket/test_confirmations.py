"""Operations that a server has to confirm, and their timers."""

from __future__ import annotations

import asyncio

from syncgql.transport.websocket.confirmations import Confirmations


def test_one_that_is_not_confirmed_is_given_up() -> None:
    """Each unconfirmed operation is reported once, when its time is up; others are not."""

    async def main() -> list[str]:
        given_up: list[str] = []
        one_is_late = asyncio.Event()

        def give_up(id: str) -> None:
            given_up.append(id)
            one_is_late.set()

        confirmations = Confirmations(0.05, give_up)
        for id in ("late", "confirmed"):
            confirmations.expect(id)
        confirmations.settle("confirmed")
        confirmations.settle("unknown")
        await one_is_late.wait()
        confirmations.expect("stopped")
        confirmations.stop()
        await asyncio.sleep(0.2)
        return given_up

    assert asyncio.run(main()) == ["late"]


def test_without_a_limit_nothing_is_given_up() -> None:
    """None means no limit, as everywhere."""

    async def main() -> list[str]:
        given_up: list[str] = []
        confirmations = Confirmations(None, given_up.append)
        confirmations.expect("id")
        await asyncio.sleep(0.05)
        confirmations.settle("id")
        return given_up

    assert asyncio.run(main()) == []


def test_the_error_names_the_limit() -> None:
    """The error has the limit and its value."""
    error = Confirmations(2.5, print).timeout("wss://x")
    assert (error.limit, error.seconds) == ("ack_timeout", 2.5)
    assert "wss://x did not confirm" in str(error)
