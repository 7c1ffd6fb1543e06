"""A daemon: python manage.py graphql_subscribe library.events.book_added."""

from __future__ import annotations

from typing import Any

from syncgql.contrib.django import subscription_handler


@subscription_handler("library", "subscription BookAdded { bookAdded { title author } }")
def book_added(event: dict[str, Any]) -> None:
    """Print each new book as it is added to the library."""
    book = event["bookAdded"]
    print(f"{book['title']}, {book['author']}", flush=True)
