"""BaseClient: lets the code that ariadne-codegen generated send its requests by a syncgql client.

The interface is that of the ``BaseClient`` that ariadne-codegen copies into a package with ``async_client = false``:
https://github.com/mirumee/ariadne-codegen
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .. import UNSET, Client, FileVar

if TYPE_CHECKING:
    from ..request import Unset

__all__ = ["BaseClient"]

Self = TypeVar("Self", bound="BaseClient")


class BaseClient:
    """The base class of a generated client, which has a method for each operation.

    Name a subclass of it as ``base_client_name`` in the configuration of ariadne-codegen. Errors are those of syncgql.

    Args:
        url: the URL of the server.
        headers: headers for each request.
        client: the client that sends the requests, instead of a new one for *url* and *headers*. It stays open at the
            end of a ``with`` block.

    Attributes:
        client: the client that sends the requests.

    Raises:
        TypeError: there is neither a URL nor a client, or there are both.
        ValueError: the URL is not valid.
    """

    def __init__(
        self, url: str = "", headers: Mapping[str, str] | None = None, *, client: Client | None = None
    ) -> None:
        if (client is None) is (not url) or (client is not None and headers is not None):
            raise TypeError("Pass a url, which headers may follow, or a client, which has its own.")
        self._is_own = client is None
        self.client = Client(url, headers=headers) if client is None else client

    def execute(
        self,
        query: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send an operation and return its data.

        Args:
            query: the document.
            operation_name: the name of the operation.
            variables: the values of the variables, among them generated models and files.
            timeout: the limit of the call in seconds; by default that of the client.
            headers: headers for this request.

        Raises:
            TransportError: there is no data, or the response has errors; see ``Client.execute``.
            DocumentError: a value cannot be sent.
        """
        values = {name: _value(value) for name, value in (variables or {}).items()}
        return self.client.execute(query, values, operation_name, timeout=timeout, headers=headers)

    def get_data(self, response: dict[str, Any]) -> dict[str, Any]:
        """Return the data that ``execute`` returned; the generated methods call this for each response."""
        return response

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._is_own:
            self.client.close()


def _value(value: Any) -> Any:
    """Return the value of a variable as the client accepts it.

    The classes of the values are part of the generated package, so they are recognized by what they have.
    """
    if type(value).__name__ == "UnsetType":
        return UNSET
    if isinstance(value, dict):
        return {name: _value(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_value(item) for item in value]
    if callable(dump := getattr(value, "model_dump", None)):
        return _value(dump(by_alias=True, exclude_unset=True))
    if type(value).__name__ == "Upload":
        return FileVar(value.content, filename=value.filename, content_type=value.content_type)
    return value
