"""Placeholder for gql's module of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has no module transport.exceptions. Import exceptions from syncgql: from syncgql import TransportError.",
    name=__name__,
    path=__file__,
)
