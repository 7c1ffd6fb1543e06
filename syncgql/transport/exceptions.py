"""Placeholder for gql's module of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has its exceptions in one place: write from syncgql import TransportError, and so on.",
    name=__name__,
    path=__file__,
)
