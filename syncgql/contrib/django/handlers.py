"""Handlers of subscriptions, for the command ``graphql_subscribe``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ... import GraphQLRequest, Subscription
from .clients import clients

Handler = Callable[[dict[str, Any]], object]


@dataclass(frozen=True)
class SubscriptionHandler:
    """A function that handles the events of a subscription. It can still be called like the original function.

    Attributes:
        client: the name of the client in the setting ``SYNCGQL``.
        request: the subscription.
        function: called with the data of each event.
    """

    client: str
    request: GraphQLRequest
    function: Handler

    def __call__(self, event: dict[str, Any]) -> object:
        """Call the function."""
        return self.function(event)

    def subscribe(self) -> Subscription[dict[str, Any]]:
        """Start the subscription.

        Raises:
            ImproperlyConfigured: the setting does not contain the client, or its options are invalid.
            TransportError: connecting failed or took too long, or the transport cannot subscribe.
            DocumentError: the request cannot be sent, for example because of a syntax error.
            ClientClosed: the client is closed.
        """
        return clients[self.client].subscribe(self.request)


def subscription_handler(
    client: str, document: str, variable_values: Mapping[str, Any] | None = None
) -> Callable[[Handler], SubscriptionHandler]:
    """Return a decorator for a function that handles the events of a subscription.

    ``manage.py graphql_subscribe`` calls the function with the data of each event.

    Args:
        client: the name of the client in the setting ``SYNCGQL``.
        document: the subscription.
        variable_values: the values of its variables.

    Raises:
        TypeError: an argument has the wrong type.
        DocumentError: the document is empty.
    """
    request = GraphQLRequest(document, variable_values)

    def decorate(function: Handler) -> SubscriptionHandler:
        return SubscriptionHandler(client, request, function)

    return decorate
