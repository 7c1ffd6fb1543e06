"""The options of commands that connect to a server, and the creation of a client from them."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from multidict import CIMultiDict

from syncgql import Client

from ..result import ExecutionResult
from .endpoints import Endpoint, endpoint_names, find_endpoint
from .numbers import Number, WholeNumber
from .option_groups import option_group
from .option_names import in_options
from .secrets import parse_auth, parse_headers, parse_init_payload

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..pipeline.operation import Operation
    from ..pipeline.retry_policy import RetryPolicy


logger = logging.getLogger(__name__)

LONGEST_WAIT = 600.0
"""The longest wait before a retry, in seconds, if there is no --timeout."""


class Secrets(NamedTuple):
    """The values of ``--header``, ``--auth`` and ``--init-payload``, with each reference replaced."""

    headers: CIMultiDict[str]
    auth: str | tuple[str, str] | None
    init_payload: dict[str, Any] | None

    def __repr__(self) -> str:
        return object.__repr__(self)  # no values: they may be secrets


@dataclass(repr=False)  # no repr: it may hold secrets
class Connection:
    """The values of the options; ``connection_options`` adds these to a command."""

    header: tuple[str, ...] = ()
    auth: str | None = None
    init_payload: str | None = None
    timeout: float = 10
    retry: int = 1
    insecure: bool = False
    cert: str | None = None
    proxy: str | None = None

    @functools.cached_property
    def _secrets(self) -> Secrets:
        """The secrets of the options, read once, because a prompt or a pipe cannot be read again for each client.

        Raises:
            click.UsageError: an option is not valid.
        """
        return Secrets(
            headers=parse_headers(self.header),
            auth=parse_auth(self.auth) if self.auth else None,
            init_payload=parse_init_payload(self.init_payload) if self.init_payload else None,
        )

    def _retry_policy(self) -> RetryPolicy | bool:
        """Return a policy whose waits --timeout limits, because the command has no option for the longest wait."""
        if self.retry == 1:
            return False
        from ..pipeline.retry_policy import RetryPolicy

        return RetryPolicy(attempts=self.retry, cap=self.timeout or LONGEST_WAIT)

    def client(
        self,
        endpoint: Endpoint,
        *,
        use_get_for_queries: bool = False,
        subscription_protocol: str = "auto",
        with_init_payload: bool = True,
    ) -> Client:
        """Return a client for an endpoint.

        Args:
            endpoint: the server.
            use_get_for_queries: the client's option of the same name.
            subscription_protocol: the client's option of the same name.
            with_init_payload: whether to use ``--init-payload``, which only WebSockets have.

        Raises:
            click.UsageError: an option or the URL is not valid, or an environment variable of the endpoint is not set.
        """
        endpoint = endpoint.resolved()
        headers = CIMultiDict(endpoint.headers)
        headers.update(self._secrets.headers)
        try:
            return Client(
                endpoint.url,
                headers=headers,
                auth=self._secrets.auth,
                init_payload=self._secrets.init_payload if with_init_payload else None,
                ssl=not self.insecure,
                cert=self.cert,
                timeout=self.timeout or None,
                proxy=self.proxy,
                retry=self._retry_policy(),
                use_get_for_queries=use_get_for_queries,
                subscription_protocol=subscription_protocol,
                middleware=[_log_operation] if logger.isEnabledFor(logging.DEBUG) else [],
            )
        except (TypeError, ValueError) as error:
            raise click.UsageError(in_options(str(error), error)) from error


def _log_operation(operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
    """Log a query or mutation that received a response, as a middleware."""
    result = call_next(operation)
    response = result.response
    how = f"HTTP {response.status} in {response.elapsed:.3f} s" if response else "a response without HTTP"
    logger.debug("%s: %s, %d errors", operation.request.operation_name or "operation", how, len(result.errors or ()))
    return result


_OPTIONS = [
    click.option(
        "-H",
        "--header",
        multiple=True,
        metavar="'NAME: VALUE'",
        help="Send a header. @env:NAME and @file:PATH read a secret: -H 'Authorization: Bearer @env:TOKEN'.",
    ),
    click.option(
        "--auth",
        metavar="AUTH",
        help="bearer:TOKEN or basic:USER:PASSWORD; the secret may be @env:NAME, @file:PATH or @prompt.",
    ),
    click.option(
        "--init-payload",
        metavar="JSON",
        help="The payload of a WebSocket's connection_init; strings in it may be @env:NAME or @file:PATH.",
    ),
    click.option(
        "--timeout",
        type=Number(min=0),
        default=10,
        show_default=True,
        metavar="SECONDS",
        help="The time limit of each call in seconds; 0 for no limit.",
    ),
    click.option(
        "--retry",
        type=WholeNumber(min=1),
        default=1,
        metavar="N",
        help="The maximum number of attempts; mutations are retried only if that is safe.",
    ),
    click.option("--insecure", is_flag=True, help="Do not verify the server's certificate."),
    click.option("--cert", metavar="FILE", help="A client certificate: a PEM file with certificate and key."),
    click.option("--proxy", metavar="URL", help="A proxy; by default HTTPS_PROXY, HTTP_PROXY and NO_PROXY decide."),
]

connection_options = option_group(Connection, "connection", _OPTIONS)
"""Add the options to a command, which receives them as its parameter ``connection``."""


class EndpointType(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks only
    """A URL or the name of an endpoint; the shell completes the names."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Endpoint:
        return value if isinstance(value, Endpoint) else find_endpoint(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in endpoint_names() if name.startswith(incomplete)]


endpoint_argument = click.argument("endpoint", metavar="URL", type=EndpointType())
