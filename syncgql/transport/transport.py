"""Placeholder for gql's module of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has no module transport.transport. Use BlockingTransport instead of Transport: "
    "from syncgql import BlockingTransport.",
    name=__name__,
    path=__file__,
)
