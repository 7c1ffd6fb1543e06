"""The functions to which an unknown argument may belong."""

from __future__ import annotations

from syncgql import Client, ReconnectPolicy
from syncgql.client.argument_places import argument_places


class OwnClient(Client):
    """A client with a method of its own."""

    def titles(self, *, shelf: int) -> None:
        """Return the titles."""


def test_places() -> None:
    """The client comes first, then its methods, then the classes of its options."""
    client, methods, options = argument_places(OwnClient)
    assert client == {"the Client": OwnClient}
    assert {"execute()", "subscribe()", "titles()"} <= methods.keys()
    assert "execute_result()" not in methods
    assert options["ReconnectPolicy"] is ReconnectPolicy
