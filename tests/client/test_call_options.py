"""The options that the overloads show are those of the methods."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from syncgql import Client
from syncgql.client.call_options import (
    BatchOptions,
    CallOptions,
    ManyOptions,
    PollOptions,
    StreamOptions,
    SubscribeOptions,
)


@pytest.mark.parametrize(
    ("options", "methods"),
    [
        (BatchOptions, ["execute_batch", "execute_batch_results"]),
        (CallOptions, ["execute", "execute_result", "submit"]),
        (ManyOptions, ["execute_many"]),
        (PollOptions, ["poll"]),
        (StreamOptions, ["stream", "stream_results"]),
        (SubscribeOptions, ["subscribe", "subscribe_results"]),
    ],
)
def test_options_are_the_keyword_arguments(options: Any, methods: list[str]) -> None:
    """The classes have the same options with the same types."""
    for method in methods:
        parameters = inspect.signature(getattr(Client, method)).parameters.values()
        named = {each.name: each.annotation for each in parameters if each.kind is each.KEYWORD_ONLY}
        named.pop("interval", None)  # required, so it is a parameter of the overloads
        assert {name: hint.__forward_arg__ for name, hint in inspect.get_annotations(options).items()} == named
