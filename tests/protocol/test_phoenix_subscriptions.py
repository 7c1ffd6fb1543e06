"""Which operations receive the events of which subscription."""

from __future__ import annotations

from syncgql.protocol.phoenix_subscriptions import PhoenixSubscriptions


def subscribed(*operations: str) -> PhoenixSubscriptions:
    subscriptions = PhoenixSubscriptions()
    for operation in operations:
        subscriptions.sent(operation, "document")
        subscriptions.confirmed(operation, "X", subscriptions.replied(operation))
    return subscriptions


def test_x06_x08_receivers() -> None:
    """Operations receive the events of the id with which they were confirmed, in that order, until they leave."""
    subscriptions = subscribed("1", "2")
    assert list(subscriptions.receivers("X")) == ["1", "2"]
    assert list(subscriptions.receivers("Y")) == []
    subscriptions.left("1")
    assert subscriptions.take_unused() == []
    subscriptions.left("2")
    assert subscriptions.take_unused() == ["X"]
    assert not subscriptions.receivers("X")
    assert not subscriptions.is_known("X")


def test_x08_an_equal_document_keeps_an_id() -> None:
    """The id is kept until the reply to the equal document."""
    for id, unused in (("X", []), ("Y", ["X"])):
        subscriptions = subscribed("1")
        subscriptions.sent("2", "document")
        subscriptions.left("1")
        assert subscriptions.is_waiting
        assert subscriptions.take_unused() == []
        subscriptions.confirmed("2", id, subscriptions.replied("2"))
        assert subscriptions.take_unused() == unused


def test_an_id_is_known_until_it_is_unsubscribed() -> None:
    """Messages that the server sent before are not mistaken for early events."""
    subscriptions = subscribed("1")
    subscriptions.left("1")
    (id,) = subscriptions.take_unused()
    subscriptions.unsubscribed("7", id)
    assert subscriptions.is_known(id)
    assert not subscriptions.ended("8")
    assert subscriptions.ended("7")
    assert not subscriptions.is_known(id)


def test_an_id_that_is_unsubscribed_twice() -> None:
    """The reply to the first time says nothing about the second."""
    subscriptions = subscribed("1")
    for operation, ref in (("1", "7"), ("2", "8")):
        if operation == "2":
            subscriptions.sent(operation, "document")
            subscriptions.confirmed(operation, "X", subscriptions.replied(operation))
        subscriptions.left(operation)
        assert subscriptions.take_unused() == ["X"]
        subscriptions.unsubscribed(ref, "X")
    assert subscriptions.ended("7")
    assert subscriptions.is_known("X")
    assert subscriptions.ended("8")
    assert not subscriptions.is_known("X")
