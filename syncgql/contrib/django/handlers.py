"""Handlers of subscriptions, for the command ``graphql_subscribe``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from ... import GraphQLRequest, Subscription, TypedRequest
from .clients import clients

EventT = TypeVar("EventT")


@dataclass(frozen=True)
class SubscriptionHandler(Generic[EventT]):
    """A function that handles the events of a subscription. It can still be called like the original function.

    Attributes:
        client: the name of the client in the setting ``SYNCGQL``.
        request: the subscription.
        function: called with the data of each event.
    """

    client: str
    request: GraphQLRequest
    function: Callable[[EventT], object]

    def __call__(self, event: EventT) -> object:
        """Call the function."""
        return self.function(event)

    def subscribe(self) -> Subscription[Any]:
        """Start the subscription.

        Raises:
            ImproperlyConfigured: the setting does not contain the client, or its options are invalid.
            TransportError: connecting failed or took too long, or the transport cannot subscribe.
            DocumentError: the request cannot be sent, for example because of a syntax error.
            ClientClosed: the client is closed.
        """
        return clients[self.client].subscribe(self.request)


@overload
def subscription_handler(  # type: ignore[overload-overlap]  # a typed request is a request, too
    client: str, document: TypedRequest[EventT], variable_values: Mapping[str, Any] | None = None
) -> Callable[[Callable[[EventT], object]], SubscriptionHandler[EventT]]: ...


@overload
def subscription_handler(
    client: str, document: str | GraphQLRequest, variable_values: Mapping[str, Any] | None = None
) -> Callable[[Callable[[dict[str, Any]], object]], SubscriptionHandler[dict[str, Any]]]: ...


def subscription_handler(
    client: str, document: str | GraphQLRequest, variable_values: Mapping[str, Any] | None = None
) -> Callable[[Callable[[Any], object]], SubscriptionHandler[Any]]:
    """Return a decorator for a function that handles the events of a subscription.

    ``manage.py graphql_subscribe`` calls the function with the data of each event.

    Args:
        client: the name of the client in the setting ``SYNCGQL``.
        document: the subscription: GraphQL text, or a request. The events of a ``TypedRequest`` are decoded.
        variable_values: the values of its variables.

    Raises:
        TypeError: an argument has the wrong type.
        DocumentError: the document is empty.
    """
    if isinstance(document, GraphQLRequest):
        request = document.replaced(variable_values)
    else:
        request = GraphQLRequest(document, variable_values)

    def decorate(function: Callable[[Any], object]) -> SubscriptionHandler[Any]:
        return SubscriptionHandler(client, request, function)

    return decorate
