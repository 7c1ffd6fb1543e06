"""Arguments of operations that are passed in the wrong place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncgql import Client, DocumentError
from syncgql.operations.call_hints import OPTIONS
from syncgql.operations.proxy import OperationProxy

SDL = """
type Query { artist(id: ID!): Artist artists(first: Int): [Artist!] plain: Artist }
type Artist { id: ID name(short: Boolean): String }
type Mutation { book(input: Ticket!): ID pay(sum: Int): ID }
input Ticket { dayOfWeek: String! }
"""


@pytest.fixture
def client() -> Client:
    return Client("http://127.0.0.1:9/graphql", schema=SDL)


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (lambda client: client.query.artist("1"), "Arguments are passed by name: id=."),
        (lambda client: client.query.artist(1), "Arguments are passed by name: id=."),
        (lambda client: client.query.artist("name"), "Arguments are passed by name: id=."),
        (lambda client: client.query.artists("10"), "Arguments are passed by name: first=."),
        (lambda client: client.mutation.book({"day": 1}), "Arguments are passed by name: input=."),
        (lambda client: client.query.artists("nam"), "Did you mean 'name'?"),
        (lambda client: client.query.plain("1"), "found Int '1'."),
    ],
)
def test_a_positional_argument(client: Client, call: Callable[[Any], Any], hint: str) -> None:
    """A value in the place of the selection gets the hint; a selection with a typing error does not."""
    with pytest.raises(DocumentError) as caught:
        call(client)
    assert caught.value.message.endswith(hint)


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (lambda client: client.query.artist(id=1, timeout=3), "Pass options with with_options(timeout=...)."),
        (lambda client: client.query.artist("name(shrt: true)", id=1), "Did you mean 'short'?"),
        (
            lambda client: client.mutation.book(day_of_week="Monday"),
            "The input object of 'input' has this field: input={'dayOfWeek': ...}.",
        ),
        (lambda client: client.mutation.pay(amount=1), "has no argument 'amount'."),
    ],
)
def test_an_unknown_argument(client: Client, call: Callable[[Any], Any], hint: str) -> None:
    """An option of the call, a field of an input object, a typing error, or none of these."""
    with pytest.raises(DocumentError) as caught:
        call(client)
    assert caught.value.message.endswith(hint)


def test_the_options_are_those_of_with_options() -> None:
    """The hint names no other arguments."""
    assert tuple(OperationProxy.with_options.__kwdefaults__ or {}) == OPTIONS
