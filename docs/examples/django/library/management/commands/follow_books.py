"""A daemon: python manage.py follow_books."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from library.graphql import client
from syncgql import TransportError

BOOK_ADDED = "subscription BookAdded { bookAdded { title author } }"


def stop(number: int, frame: FrameType | None) -> None:
    """Handle SIGTERM, which systemd sends: leave the loop, as Ctrl-C does."""
    raise SystemExit(0)


class Command(BaseCommand):
    """Print each new book as it is added to the library."""

    help = "Print each new book as it is added to the library."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --count, to end after so many books."""
        parser.add_argument("--count", type=int, help="end after so many books; by default, never")

    def handle(self, *args: Any, count: int | None = None, **options: Any) -> None:
        """Follow the subscription. SIGTERM and Ctrl-C end it on the server, too."""
        signal.signal(signal.SIGTERM, stop)
        try:
            for number, event in enumerate(client.subscribe(BOOK_ADDED), start=1):
                book = event["bookAdded"]
                self.stdout.write(f"{book['title']}, {book['author']}")
                self.stdout.flush()
                if number == count:
                    break
        except TransportError as error:  # no connection, or reconnecting failed several times
            raise CommandError(str(error)) from error
