"""``python manage.py graphql_subscribe library.events.book_added``: runs a subscription as a daemon."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils.module_loading import import_string

from ..... import Subscription, SyncGQLError, TransportQueryError
from ...handlers import SubscriptionHandler

INTERRUPTED = 130
"""The exit code after Ctrl-C, as in shells."""


class Command(BaseCommand):
    """Run a subscription, and call a function for each event."""

    help = "Run a subscription, and call a function for each event, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the handler and --count."""
        parser.add_argument("handler", help="the import path of a function decorated with @subscription_handler")
        parser.add_argument("--count", type=int, help="end after this many events; never by default")

    def handle(self, *args: Any, handler: str, count: int | None = None, **options: Any) -> None:
        """Follow the subscription. SIGTERM and Ctrl-C end it on the server, too.

        Raises:
            CommandError: there is no such handler or client, or the connection was lost and not re-established,
                or an event does not match the class of a ``TypedRequest``.
            SystemExit: SIGTERM, with exit code 0, or Ctrl-C, with 130.
        """
        follow = _handler(handler)
        previous = signal.signal(signal.SIGTERM, _stop)
        try:
            with _subscribe(follow) as events:
                for number, event in enumerate(self._data(events), start=1):
                    close_old_connections()  # database connections may have timed out since the last event
                    follow(event)
                    if number == count:
                        break
        except SyncGQLError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None
        finally:
            close_old_connections()
            signal.signal(signal.SIGTERM, previous)

    def _data(self, events: Subscription[Any]) -> Iterator[Any]:
        """Yield the data of events; report those with errors, after which the subscription continues."""
        while True:
            try:
                yield next(events)
            except StopIteration:
                return
            except TransportQueryError as error:
                if events.closed:  # the server ended the subscription
                    raise
                self.stderr.write(str(error))


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _subscribe(handler: SubscriptionHandler[Any]) -> Subscription[Any]:
    try:
        return handler.subscribe()
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from error


def _handler(path: str) -> SubscriptionHandler[Any]:
    try:
        found = import_string(path)
    except ImportError as error:
        raise CommandError(f"{path} cannot be imported: {error}") from error
    if not isinstance(found, SubscriptionHandler):
        raise CommandError(f"{path} is not a handler; decorate it with @subscription_handler(client, document).")
    return found
