"""open_tunnel: connects a WebSocket without TLS through a proxy."""

from __future__ import annotations

import aiohttp
from aiohttp import hdrs
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError


async def open_tunnel(protocol: ResponseHandler, request: aiohttp.ClientRequest) -> None:
    """Open a tunnel with CONNECT on a new connection to a proxy, and prepare *request* to be sent through it.

    aiohttp opens a tunnel for ``wss://`` only. For ``ws://`` it sends the upgrade request to the proxy itself, and
    proxies do not forward upgrades. RFC 6455 section 4.1 requires ``CONNECT`` for both. The parts of aiohttp that are
    used here are not public.

    Raises:
        aiohttp.ClientHttpProxyError: the proxy refuses to connect.
        aiohttp.ClientError: the proxy does not respond, or its response is not HTTP.
    """
    url = request.url
    target = f"{url.host_subcomponent}:{url.port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    credentials = request.headers.pop(hdrs.PROXY_AUTHORIZATION, None)
    if credentials is not None:
        lines.append(f"{hdrs.PROXY_AUTHORIZATION}: {credentials}")
    lines += [f"{name}: {value}" for name, value in (request.proxy_headers or {}).items()]
    try:
        if protocol.transport is None:
            raise aiohttp.ServerDisconnectedError
        protocol.set_response_params()
        protocol.transport.write("\r\n".join([*lines, "", ""]).encode())
        response, _ = await protocol.read()
    except HttpProcessingError as error:
        protocol.close()
        raise aiohttp.ClientResponseError(request.request_info, (), status=error.code, message=error.message) from error
    except BaseException:
        protocol.close()
        raise
    if response.code != 200:
        protocol.close()
        raise aiohttp.ClientHttpProxyError(
            request.request_info, (), status=response.code, message=response.reason, headers=response.headers
        )
    request.proxy = None
