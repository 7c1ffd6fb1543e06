"""Placeholder for gql's module of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has no module transport.httpx. Pass the URL to the Client instead of an HTTPXTransport: Client(url). "
    "docs/migrating.md has the options of HTTPXTransport beside their equivalents.",
    name=__name__,
    path=__file__,
)
