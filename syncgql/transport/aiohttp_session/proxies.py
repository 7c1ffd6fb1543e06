"""EnvironmentProxies: the proxies of the environment, and the hosts that are exempt from them."""

from __future__ import annotations

import functools
import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.request import getproxies, getproxies_environment, proxy_bypass

from yarl import URL

from ...exceptions import TransportConnectionFailed
from ..options import check_url

VARIABLES = {
    "http": ("http", "all"),
    "https": ("https", "all"),
    "ws": ("ws", "http", "all"),
    "wss": ("wss", "https", "all"),
}
"""The variables that name the proxy for a scheme, such as ``http_proxy``; the first that is set counts."""

# Without these variables, macOS and Windows use system settings, which are slow to read.
bypassed_by_the_system = functools.lru_cache(maxsize=256)(proxy_bypass)


class EnvironmentProxies:
    """The proxies of the environment at the time of creation.

    ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` are read as in ``urllib.request``: lower-case names
    take precedence, ``HTTP_PROXY`` is ignored in CGI scripts, and if no variable is set, the settings of macOS and
    Windows are used.

    aiohttp's own ``trust_env`` reads them again for each request, in a thread, and not for WebSockets:
    https://github.com/aio-libs/aiohttp/issues/4648
    """

    def __init__(self) -> None:
        self._proxies = getproxies()
        self._no_proxy = NoProxy(self._proxies.get("no", ""))
        self._is_system = not getproxies_environment()
        self._urls: dict[str, URL] = {}

    def __bool__(self) -> bool:
        """Whether there is a proxy for any URL."""
        return any(name in self._proxies for names in VARIABLES.values() for name in names)

    def proxy_for(self, url: URL) -> URL | None:
        """Return the proxy for *url*, including credentials; None for a direct connection.

        Raises:
            TransportConnectionFailed: the environment's proxy is not a valid URL.
        """
        name = next((name for name in VARIABLES[url.scheme] if name in self._proxies), None)
        host = url.raw_host
        if name is None or host is None or self._no_proxy.matches(host, url.port):
            return None
        if self._is_system and bypassed_by_the_system(host):
            return None
        if name not in self._urls:
            self._urls[name] = _proxy_url(name, self._proxies[name])
        return self._urls[name]


class NoProxy:
    """The hosts of ``NO_PROXY``: names, which include their subdomains, addresses and networks, with or without a port.

    There is no specification of the format. Names are matched as in curl and requests, and ports as in Go:
    https://curl.se/libcurl/c/CURLOPT_NOPROXY.html and https://pkg.go.dev/golang.org/x/net/http/httpproxy

    Args:
        text: entries separated by commas or spaces; ``*`` matches all hosts.
    """

    def __init__(self, text: str) -> None:
        self._names: list[tuple[str, int | None]] = []
        self._networks: list[tuple[IPv4Network | IPv6Network, int | None]] = []
        entries = list(filter(None, re.split(r"[,\s]+", text.lower())))
        self._matches_all = "*" in entries
        for entry in entries:
            host, port = _host_and_port(entry)
            try:
                self._networks.append((ip_network(host, strict=False), port))
            except ValueError:
                self._names.append((host.removeprefix("*").strip("."), port))

    def matches(self, host: str, port: int | None) -> bool:
        """Return whether *host*, a name or an address, is reached at *port* without a proxy."""
        if self._matches_all:
            return True
        host = host.lower().rstrip(".")
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return any(
                (host == name or host.endswith(f".{name}")) and of_port in (None, port)
                for name, of_port in self._names
                if name
            )
        return any(address in network and of_port in (None, port) for network, of_port in self._networks)


def _host_and_port(entry: str) -> tuple[str, int | None]:
    """Split ``host``, ``host:port``, ``[address]`` or ``[address]:port``; an address without brackets has no port."""
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        port = rest.removeprefix(":")
    elif entry.count(":") == 1:
        host, _, port = entry.partition(":")
    else:
        host, port = entry, ""
    return host, int(port) if port.isascii() and port.isdigit() else None


def _proxy_url(name: str, text: str) -> URL:
    """Return the URL of a proxy; ``proxy.example.com:3128`` is accepted as well."""
    source = next(
        (each for each in (f"{name}_proxy", f"{name}_proxy".upper()) if each in os.environ), "the system's proxy"
    )
    try:
        url = text if "://" in text else f"http://{text.removeprefix('//')}"
        return URL(check_url(url, ("http", "https"), source))
    except ValueError as error:
        is_socks = text.lower().startswith("socks")
        other = "SOCKS proxies require a connector from aiohttp-socks. " if is_socks else ""
        raise TransportConnectionFailed(f"{error} {other}Correct it, or pass proxy= or trust_env=False.") from None
