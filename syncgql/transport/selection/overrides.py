"""check_overrides: rejects a transport with a method that a client does not call."""

from __future__ import annotations

from ..base import AsyncTransport
from ..blocking import BlockingTransport

CALLED_INSTEAD = (
    ("execute", "round_trip"),
    ("execute_batch", "batch_round_trip"),
    ("subscribe", "stream"),
)
"""Methods of transports, each with the method that a client calls. The default of the second one calls the first."""

CONNECT_ADVICE = (
    "overrides connect(), but a client does not call it; the first call opens a connection. Pass session=, with a "
    "connector if you need one, or middleware= to the Client; see docs/network.md and docs/middleware.md."
)


def check_overrides(transport: AsyncTransport | BlockingTransport) -> None:
    """Check that a client calls the methods that a transport overrides.

    In gql, subclasses of transports override ``execute``. Here, a client calls ``round_trip``, which the transports of
    this package define, so it would ignore such a method. Code that uses a transport without a client may call the
    method, so a subclass alone is not an error.

    Raises:
        TypeError: the class overrides a method, and inherits the one that a client calls instead; or the method was
            replaced in the object, for example by a mock.
    """
    kind, replaced = type(transport), vars(transport)
    if _hides(kind, "connect", "round_trip"):
        raise TypeError(f"{kind.__name__} {CONNECT_ADVICE}")
    for name, called in CALLED_INSTEAD:
        if _hides(kind, name, called):
            raise TypeError(
                f"{kind.__name__} overrides {name}(), but a client calls {called}() instead. Override that, or pass "
                "middleware= to the Client; see docs/middleware.md and docs/custom_transports.md."
            )
        if name in replaced and called not in replaced and not _is_default(kind, called):
            raise TypeError(
                f"{name}() of this {kind.__name__} was replaced, but a client calls {called}() instead. In tests, use "
                "graphql_mock or GraphQLMock; see docs/testing.md. Otherwise, pass middleware= to the Client."
            )


def _hides(kind: type, name: str, called: str) -> bool:
    """Return whether a class overrides a method, and inherits the one that a client calls instead."""
    return _position(kind, name) < _position(kind, called) and not _is_default(kind, called)


def _position(kind: type, name: str) -> int:
    """Return the position of the class that defines a method in the order in which Python looks it up."""
    return next((number for number, each in enumerate(kind.__mro__) if name in vars(each)), len(kind.__mro__))


def _is_default(kind: type, name: str) -> bool:
    """Return whether a class inherits a method from a base class of all transports."""
    method = getattr(kind, name, None)
    return method is None or method in (getattr(AsyncTransport, name), getattr(BlockingTransport, name, None))
