"""Placeholder for gql's module of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has no module transport.websockets. Use AIOHTTPWebsocketsTransport instead of WebsocketsTransport, or "
    "pass the Client a URL: from syncgql import AIOHTTPWebsocketsTransport.",
    name=__name__,
    path=__file__,
)
