"""Tokens: taken and given back by several threads."""

from __future__ import annotations

import threading

from syncgql.runtime.tokens import Tokens


def test_there_are_never_fewer_than_none_or_more_than_at_the_beginning() -> None:
    """Taking too many takes none."""
    tokens = Tokens(10)
    assert not tokens.take(11)
    assert tokens.take(7)
    assert not tokens.take(4)
    for _ in range(20):
        tokens.give()
    assert tokens.left == 10


def test_threads_take_each_token_once() -> None:
    """Eight threads take all of them together."""
    tokens = Tokens(4000)
    taken: list[int] = []

    def take() -> None:
        taken.append(sum(tokens.take(1) for _ in range(1000)))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 4000
    assert tokens.left == 0
