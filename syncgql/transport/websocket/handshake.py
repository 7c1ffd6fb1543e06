"""Handshake: the parameters of one WebSocket connection. Dialect: what differs between servers.

The methods of a dialect may call the user's code and may block, so they run in the caller's thread, or in a worker
thread when the connection is re-established, and never on the loop.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from yarl import URL

from ...checks import check_function
from ...exceptions import DocumentError
from ...protocol import json_codec
from ...protocol.graphql_transport_ws import GraphQLTransportWS
from ...protocol.graphql_ws import GraphQLWS
from ...protocol.http import encode_request, public_url
from ...protocol.json_codec import JSONDeserialize, JSONSerialize
from ...protocol.masking import Mask
from ...protocol.multipart_request import extract_files
from ...protocol.websocket import WebSocketProtocol
from ...request import GraphQLRequest
from ..identity import Identity, SharedIdentity, identity
from ..options import (
    Credentials,
    Headers,
    HeadersOption,
    add_token,
    check_credentials,
    check_headers,
    fixed_authorization,
    split_credentials,
    with_authorization,
)
from ..token_auth import TokenAuth

InitPayload = Mapping[str, Any] | None
CredentialsOption = Credentials | TokenAuth | Callable[[], Credentials] | None
InitPayloadOption = InitPayload | Callable[[], InitPayload]
Protocols = Mapping[str, Callable[[], WebSocketProtocol]]

GRAPHQL_PROTOCOLS = {protocol.NAME: protocol for protocol in (GraphQLTransportWS, GraphQLWS)}
"""The subprotocols of ordinary GraphQL servers, in order of preference."""


class Handshake(NamedTuple):
    """The parameters of one connection; computed for each connection.

    Attributes:
        url: the address; a ``URL`` keeps its encoding. It may contain credentials and must not be shown.
        subprotocols: the names to offer, in order of preference; may include names that are not protocols (AppSync's
            headers).
        headers: the headers of the upgrade.
        init_payload: the payload of ``connection_init``; None for none.
        is_personal: whether the upgrade neither sends nor stores the shared cookies.
        authorization: other parts of the handshake with credentials, which are masked if a server repeats them.
        credentials: a value that is equal for all operations that may share the connection; None if all may.
    """

    url: str | URL
    subprotocols: tuple[str, ...]
    headers: Headers
    init_payload: InitPayload
    is_personal: bool = False
    credentials: object = None
    authorization: Mapping[str, str] | None = None

    @property
    def mask(self) -> Mask:
        """The mask that hides the credentials in text from the server."""
        return Mask(self.headers, str(self.url), self.init_payload, self.authorization)

    def __repr__(self) -> str:
        return f"<Handshake with {public_url(str(self.url))}>"


class UpgradeHeaders:
    """The headers of the upgrades of one transport, with the credentials among them.

    Args:
        from_url: the value of the ``Authorization`` header for the credentials in the URL; None if there are none.
        headers: headers, or a function that returns them.
        auth: credentials for the ``Authorization`` header, a ``TokenAuth``, or a function that returns credentials;
            they take precedence.

    Attributes:
        has_users: whether functions return headers or credentials, which may differ from caller to caller.
        token_auth: fetches the token; None if there is none.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a header contains characters that are not allowed in headers.
    """

    def __init__(self, from_url: str | None, headers: HeadersOption, auth: CredentialsOption) -> None:
        self._defaults = {} if from_url is None else {"Authorization": from_url}
        self._headers = check_headers(headers)
        self._auth = check_credentials(auth)
        self.has_users = callable(headers) or callable(auth)
        self.token_auth = auth if isinstance(auth, TokenAuth) else None
        self._shared = SharedIdentity.of(self._defaults, self._headers, fixed_authorization(self._auth))

    def resolve(self) -> tuple[Headers, Identity | None]:
        """Return the headers of the next upgrade, and the credentials of its user; None if all users share them."""
        headers = with_authorization(self._defaults, self._headers, self._auth)
        own = identity(headers) if self.has_users and self._shared.differs_from(headers) else None
        if self.token_auth is not None:
            add_token(headers, self.token_auth)  # after that, because the token belongs to all callers
        return headers, own


class Dialect(ABC):
    """One kind of server.

    Attributes:
        url: the address of its sockets.
        protocols: for each subprotocol that the server may select, a function that creates its state machine.
        is_refreshable: whether the next handshake may have different credentials, and may run the user's code.
        has_users: whether connections have their own ``credentials``, so that they may belong to different users.
        token_auth: fetches the token of the handshakes; None if there is none.
    """

    url: str
    protocols: Protocols
    is_refreshable: bool = True
    has_users: bool = False
    token_auth: TokenAuth | None = None

    @abstractmethod
    def handshake(self) -> Handshake:
        """Return the parameters of the next connection; called once per connection, never on the loop."""

    def alternative(self, handshake: Handshake, refused: str | None) -> Handshake | None:
        """Return the handshake to try next after the server refused *handshake*; None if there is none.

        Called on the loop if the refusal came before the acknowledgement, so it must not run the user's code. By
        default, the other subprotocols are offered, because some servers select the first one whether they implement it
        or not.

        Args:
            handshake: the handshake that was refused.
            refused: the subprotocol that the server had selected.
        """
        others = tuple(name for name in handshake.subprotocols if name != refused)
        return handshake._replace(subprotocols=others) if self.protocols.keys() & set(others) else None

    def accepted(self, handshake: Handshake) -> None:  # noqa: B027  # most dialects have nothing to remember
        """Record that the server acknowledged a handshake; called on the loop."""

    def refused(self, handshake: Handshake) -> None:
        """Take note of a handshake whose credentials the server refused; called on the loop."""
        if self.token_auth is not None:
            self.token_auth.refused(handshake.headers.get("Authorization", ""))

    def refused_payload(self, payload: str) -> None:
        """Take note of an operation whose own credentials the server refused; called on the loop."""
        if self.token_auth is not None:
            self.token_auth.refused(payload)

    @abstractmethod
    def payload(self, request: GraphQLRequest) -> str:
        """Return the JSON that starts an operation; called whenever it is sent, never on the loop.

        Raises:
            DocumentError: the request cannot be sent.
        """


class GraphQLDialect(Dialect):
    """An ordinary GraphQL server.

    Args:
        url: the endpoint.
        subprotocols: the names to offer, in order of preference; None for all supported ones.
        headers: headers of the upgrade, or a function that returns them.
        init_payload: the payload of ``connection_init``, or a function that returns it.
        auth: credentials for the ``Authorization`` header, a ``TokenAuth``, or a function that returns credentials;
            they take precedence.
        json_serialize: a function that encodes requests.
        json_deserialize: a function that decodes messages with results.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a subprotocol is not supported.
    """

    def __init__(
        self,
        url: str,
        subprotocols: Collection[str] | None,
        headers: HeadersOption,
        init_payload: InitPayloadOption,
        auth: CredentialsOption,
        json_serialize: JSONSerialize,
        json_deserialize: JSONDeserialize,
    ) -> None:
        self._target, from_url = split_credentials(url)
        self.url = str(self._target)
        self.subprotocols = _check_subprotocols(subprotocols)
        check_function("json_deserialize", json_deserialize, 1)
        self.protocols = {
            name: functools.partial(GRAPHQL_PROTOCOLS[name], json_deserialize) for name in self.subprotocols
        }
        self.json_serialize = check_function("json_serialize", json_serialize, 1)
        self._headers = UpgradeHeaders(from_url, headers, auth)
        self._init_payload = _check_init_payload(init_payload)
        self.has_users = self._headers.has_users or callable(init_payload)
        self.token_auth = self._headers.token_auth
        self.is_refreshable = self.has_users or self.token_auth is not None

    def handshake(self) -> Handshake:
        init_payload = self._init_payload
        if callable(init_payload):
            init_payload = _check_returned(init_payload())
        headers, identity = self._headers.resolve()
        credentials = (identity, init_payload) if self.has_users else None
        return Handshake(self._target, self.subprotocols, headers, init_payload, identity is not None, credentials)

    def payload(self, request: GraphQLRequest) -> str:
        # Parsed before it is sent: many servers close the socket, with all of its operations, after a syntax error.
        _ = request.operation
        return encode_request(without_files(request), self.json_serialize).decode()


def without_files(request: GraphQLRequest) -> dict[str, Any]:
    """Return the payload of a request to be sent over a WebSocket.

    Raises:
        DocumentError: its variables contain a file.
    """
    payload = request.in_full().payload
    _, files = extract_files(payload)
    if files:
        where = files[0].paths[0]
        raise DocumentError(
            f"{where} is a file, and files cannot be sent over a WebSocket. Send the request over HTTP: with a Client "
            "of an http:// or https:// URL, or an AIOHTTPTransport.",
            path=where,
        )
    return payload


def _check_subprotocols(names: Collection[str] | None) -> tuple[str, ...]:
    if names is None:
        return tuple(GRAPHQL_PROTOCOLS)
    known = ", ".join(GRAPHQL_PROTOCOLS)
    if isinstance(names, str) or not isinstance(names, Collection):
        raise TypeError(f"subprotocols must be a collection of names, not {type(names).__name__}.")
    if not names:
        raise ValueError(f"subprotocols is empty; name at least one of {known}.")
    for name in names:
        if name not in GRAPHQL_PROTOCOLS:
            raise ValueError(f"subprotocols has {name!r}, which is not supported; supported are {known}.")
    return tuple(names)


def _check_init_payload(payload: InitPayloadOption) -> InitPayloadOption:
    if payload is None:
        return payload
    if callable(payload):
        return check_function("init_payload", payload, 0)
    if isinstance(payload, Mapping):
        return _check_encodable(payload)
    raise TypeError(f"init_payload must be a mapping or a function that returns one, not {type(payload).__name__}.")


def _check_returned(payload: object) -> InitPayload:
    if payload is None:
        return payload
    if isinstance(payload, Mapping):
        return _check_encodable(payload)
    raise TypeError(f"The function for init_payload must return a mapping or None, not {type(payload).__name__}.")


def _check_encodable(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        json_codec.dumps(payload).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"init_payload cannot be written as JSON: {type(error).__name__}.") from error
    return payload
