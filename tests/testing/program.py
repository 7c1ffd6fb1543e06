"""A program under test for the test kit: its documents, its schema and a function that sends a query."""

from __future__ import annotations

from syncgql import Client

URL = "https://api.invalid/graphql"
BOOK = "query Book($id: ID!) { book(id: $id) { title } }"
ADDED = "subscription Added { bookAdded { title } }"

SDL = """
type Query { book(id: ID!): Book }
type Subscription { bookAdded: Book }
type Book { title: String! }
"""


def deep_inside(request: str = BOOK, **variables: str) -> object:
    """Send a request with a new client."""
    with Client(URL, headers={"Authorization": "Bearer token"}) as client:
        return client.execute(request, variables or {"id": "1"})
