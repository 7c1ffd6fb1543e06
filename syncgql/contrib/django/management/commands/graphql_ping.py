"""``python manage.py graphql_ping``: whether the APIs answer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ..... import SyncGQLError
from ...clients import clients


class Command(BaseCommand):
    """Ask the API of each client for its simplest answer."""

    help = "Ask the API of each client of the setting SYNCGQL for { __typename }."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the names of clients, and --timeout."""
        parser.add_argument("names", nargs="*", help="the names of clients; by default, all")
        parser.add_argument("--timeout", type=float, default=5, help="the seconds for each; 5 by default")

    def handle(self, *args: Any, names: list[str], timeout: float = 5, **options: Any) -> None:
        """Print a line for each client.

        Raises:
            CommandError: an API did not answer, or there is no client.
        """
        names = names or list(clients)
        if not names:
            raise CommandError("SYNCGQL is not set, or empty.")
        failed = []
        for name in names:
            try:
                seconds = clients[name].ping(timeout=timeout)
            except (SyncGQLError, ImproperlyConfigured) as error:
                failed.append(name)
                self.stderr.write(f"{name}: {error}")
            else:
                self.stdout.write(f"{name}: {seconds * 1000:.0f} ms")
        if failed:
            raise CommandError(f"No answer for {', '.join(failed)}.")
