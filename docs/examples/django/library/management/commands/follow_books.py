"""A daemon: python manage.py follow_books."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from library.graphql import client
from syncgql import TransportError

BOOK_ADDED = "subscription BookAdded { bookAdded { title author } }"


class Command(BaseCommand):
    """Print each new book as it is added to the library."""

    help = "Print each new book as it is added to the library."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --count, to end after so many books."""
        parser.add_argument("--count", type=int, help="end after so many books; by default, never")

    def handle(self, *args: Any, count: int | None = None, **options: Any) -> None:
        """Follow the subscription. A lost connection is made again, and Ctrl-C ends it on the server, too."""
        try:
            for number, event in enumerate(client.subscribe(BOOK_ADDED), start=1):
                book = event["bookAdded"]
                self.stdout.write(f"{book['title']}, {book['author']}")
                self.stdout.flush()
                if number == count:
                    break
        except TransportError as error:  # no connection, or none any more, after several attempts
            raise CommandError(str(error)) from error
