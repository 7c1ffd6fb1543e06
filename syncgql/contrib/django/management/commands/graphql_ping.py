"""``python manage.py graphql_ping``: checks whether the APIs respond."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...clients import clients
from ...ping_failure import ping_failure


class Command(BaseCommand):
    """Send the smallest query to the API of each client."""

    help = "Send the query { __typename } to the API of each client in the setting SYNCGQL."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the names of clients and --timeout."""
        parser.add_argument("names", nargs="*", help="the names of the clients; all by default")
        parser.add_argument(
            "--timeout", type=float, default=5, help="the time limit for each client in seconds; 5 by default"
        )

    def handle(self, *args: Any, names: list[str], timeout: float = 5, **options: Any) -> None:
        """Print a line for each client.

        Raises:
            CommandError: an API did not respond, or there is no client.
        """
        names = names or list(clients)
        if not names:
            raise CommandError("SYNCGQL is not set, or empty.")
        failed = []
        for name in names:
            try:
                seconds = clients[name].ping(timeout=timeout)
            except Exception as error:  # a function that returns headers or a token may raise any
                failed.append(name)
                self.stderr.write(f"{name}: {ping_failure(error)}")
            else:
                self.stdout.write(f"{name}: {seconds * 1000:.0f} ms")
        if failed:
            raise CommandError(f"No response for: {', '.join(failed)}.")
