"""HashServer: a server with automatic persisted queries, whose refusals a test writes."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .wire import WireConnection, WireRequest, WireServer, answer

NOT_FOUND = {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]}
NOT_SUPPORTED = {"errors": [{"message": "PersistedQueryNotSupported"}]}


def refusal(body: Any = NOT_FOUND, status: str = "200 OK", content_type: str = "application/json") -> bytes:
    """The response to a request without a known document."""
    return answer(json.dumps(body).encode(), status=status, content_type=content_type)


class HashServer:
    """Executes documents, all ids, and hashes of documents that it was sent before.

    Args:
        refused: the response to an unknown hash.
        learns: whether it keeps documents.

    Attributes:
        refused: the argument of that name.
        sent: the method and the members of each request; the members of a batch are a list.
    """

    def __init__(self, refused: bytes | None = None, *, learns: bool = True) -> None:
        self.refused = refused or refusal()
        self.sent: list[tuple[str, Any]] = []
        self._learns = learns
        self._known: set[str] = set()
        self._wire = WireServer(self._script)
        self.url = self._wire.url

    @property
    def members(self) -> list[Any]:
        """The members of each request."""
        return [members for _, members in self.sent]

    @property
    def methods(self) -> list[str]:
        """The method of each request."""
        return [method for method, _ in self.sent]

    def __enter__(self) -> HashServer:
        self._wire.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._wire.__exit__(None, None, None)

    def _script(self, connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            members = _members(request)
            self.sent.append((request.method, members))
            if isinstance(members, list):
                results = [{"data": {"ok": _value(each)}} if self._accepts(each) else NOT_FOUND for each in members]
                connection.send(refusal(results))
            else:
                connection.send(refusal({"data": {"ok": _value(members)}}) if self._accepts(members) else self.refused)

    def _accepts(self, members: dict[str, Any]) -> bool:
        if "documentId" in members:
            return True
        digest = members.get("extensions", {}).get("persistedQuery", {}).get("sha256Hash")
        if "query" not in members:
            return digest in self._known
        if digest is not None and self._learns:
            self._known.add(digest)
        return digest is None or self._learns


def _members(request: WireRequest) -> Any:
    if request.method == "POST":
        return json.loads(request.body)
    parameters = dict(parse_qsl(urlsplit(request.target).query))
    coded = {"variables", "extensions"} & parameters.keys()
    return {name: json.loads(value) if name in coded else value for name, value in parameters.items()}


def _value(members: dict[str, Any]) -> Any:
    return members.get("variables", {}).get("value", True)
