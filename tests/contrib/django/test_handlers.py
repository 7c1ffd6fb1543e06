"""Handlers of subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import override_settings

from syncgql import TypedRequest
from syncgql.contrib.django import subscription_handler

from ...fix_servers import Server


def test_a_handler_subscribes_and_is_still_a_function(strawberry_server: Server) -> None:
    """Its tests can call it with an event."""
    seen: list[Any] = []

    @subscription_handler("library", "subscription ($to: Int!) { count(to: $to) }", {"to": 2})
    def count(event: dict[str, Any]) -> None:
        seen.append(event)

    count({"count": 0})
    with override_settings(SYNCGQL={"library": {"url": strawberry_server.url}}):
        for event in count.subscribe():
            count(event)
    assert seen == [{"count": 0}, {"count": 1}, {"count": 2}]


@dataclass
class Counted:
    count: int


def test_events_of_a_typed_request_are_decoded(strawberry_server: Server) -> None:
    """The function receives objects, as from the methods of a client."""
    seen: list[int] = []

    @subscription_handler("library", TypedRequest("subscription { count(to: 2) }", Counted))
    def count(event: Counted) -> None:
        seen.append(event.count)

    with override_settings(SYNCGQL={"library": {"url": strawberry_server.url}}):
        for event in count.subscribe():
            count(event)
    assert seen == [1, 2]
