"""Django: clients from settings, forwarded headers, system checks and commands.

``clients`` works without further setup. For the checks and the commands, add ``"syncgql.contrib.django"`` to
``INSTALLED_APPS``.
"""

from .clients import clients
from .forwarding import forward_headers, forward_headers_middleware
from .handlers import SubscriptionHandler, subscription_handler

__all__ = [
    "SubscriptionHandler",
    "clients",
    "forward_headers",
    "forward_headers_middleware",
    "subscription_handler",
]
