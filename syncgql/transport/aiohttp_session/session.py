"""SharedSession: one aiohttp session for several transports, and its connections."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from aiohttp.http import SERVER_SOFTWARE
from multidict import CIMultiDict
from yarl import URL

from ...checks import check_flag, check_function, check_seconds
from ...exceptions import TransportClosed
from ...version import __version__
from ..limits import POOL_SIZE
from ..netrc_file import NetrcFile
from ..options import (
    authorization,
    check_arguments,
    check_cookies,
    check_fixed_headers,
    check_pool_size,
    check_proxy,
    client_timeout,
    proxy_with_credentials,
    resolve_headers,
)
from .connector import ConnectionCounts, PoolAndSockets, TCPConnector, connection_counts
from .cookies import CookieJar, NoCookies
from .proxies import EnvironmentProxies
from .upgrade_guard import refuse_redirects, refuse_upgrade

SessionFactory = Callable[[], aiohttp.ClientSession]

MAX_FIELD_SIZE = 64 * 1024
"""The maximum size of a response header in bytes, as in ``http.client``; aiohttp's default is 8,190."""

USER_AGENT = f"syncgql/{__version__} {SERVER_SOFTWARE}"


class SharedSession:
    """An aiohttp session that is created for its first user and closed by its last.

    Args:
        cookies: the initial cookies.
        client_session_args: arguments for ``aiohttp.ClientSession``; they take precedence. ``connector`` and
            ``cookie_jar`` may be functions that create one, because both are bound to a loop.
        factory: a function that creates the session, which is still closed here; it replaces the other arguments.
        ssl_close_timeout: the seconds that closing may take before connections are abandoned; None for no limit.
        trust_env: whether to use the environment's proxies if *proxy* is not given; they are read when the session is
            created. ``trust_env`` in *client_session_args* takes precedence, and True there also reads ``~/.netrc``.
        proxy: the proxy's URL, which may contain credentials; takes precedence over the environment.
        pool_size: the maximum number of connections for requests; None for no limit.

    Raises:
        ValueError: ``~/.netrc`` is used and cannot be read.
        TypeError: an argument has the wrong type, is unknown to ``aiohttp.ClientSession``, or is reserved for this
            class.
    """

    def __init__(
        self,
        cookies: Any = None,
        client_session_args: Mapping[str, Any] | None = None,
        *,
        factory: SessionFactory | None = None,
        ssl_close_timeout: float | None = 10,
        trust_env: bool = True,
        proxy: str | URL | None = None,
        pool_size: int | None = POOL_SIZE,
    ) -> None:
        if factory is not None and not callable(factory):
            raise TypeError(
                "session must be a function that creates an aiohttp.ClientSession, because a session is bound to the "
                f"loop on which it is created; not {type(factory).__name__}."
            )
        if factory is not None:
            check_function("session", factory, 0)
        own = (cookies, client_session_args, proxy) != (None, None, None) or not trust_env or pool_size != POOL_SIZE
        if factory is not None and own:
            raise TypeError("A session has its own cookies and arguments; pass either session= or these options.")
        self._factory = factory
        self._options = _session_options(check_cookies(cookies), client_session_args, proxy)
        self._pool_size = check_pool_size(pool_size, has_connector=self._options.get("connector") is not None)
        netrc = self._options.get("trust_env", False)
        self._trusts_env = self._options.pop("trust_env", check_flag("trust_env", trust_env))
        if netrc:
            self._options["middlewares"] = (*self._options.get("middlewares", ()), NetrcFile().authorize)
        self._ssl_close_timeout = check_seconds("ssl_close_timeout", ssl_close_timeout)
        self._session: aiohttp.ClientSession | None = None
        self._cross_origin_session: aiohttp.ClientSession | None = None
        self._without_cookies: aiohttp.ClientSession | None = None
        self.proxies: EnvironmentProxies | None = None
        self._users = 0

    @classmethod
    def of(
        cls,
        session: SessionFactory | SharedSession | None,
        cookies: Any,
        client_session_args: Mapping[str, Any] | None,
        *,
        ssl_close_timeout: float | None,
        trust_env: bool = True,
    ) -> SharedSession:
        """Return *session* if it is a shared one, or a new one with these options, raising like the constructor."""
        if isinstance(session, SharedSession):
            return session
        return cls(
            cookies, client_session_args, factory=session, ssl_close_timeout=ssl_close_timeout, trust_env=trust_env
        )

    @property
    def middlewares(self) -> Any:
        """The middlewares for requests without an upgrade; None for all of the session.

        The session's middlewares include one for upgrades, and each of them takes time.
        """
        return self._options.get("middlewares", ()) if self._factory is None else None

    def proxy_for(self, url: URL) -> URL | None:
        """Return the environment's proxy for *url*; None if there is none, or if another was passed.

        Raises:
            TransportConnectionFailed: the environment's value is not the URL of a proxy.
        """
        return None if self.proxies is None else self.proxies.proxy_for(url)

    def acquire(self) -> aiohttp.ClientSession:
        """Return the session; the first user creates it on the running loop."""
        if self._session is None:
            self._session = self._make() if self._factory is None else self._factory()
            if self._factory is not None:
                self._session.trace_configs.append(refuse_redirects())
        self._users += 1
        return self._session

    def cross_origin_session(self) -> aiohttp.ClientSession | None:
        """Return a session that shares the connections but has no credentials, for a server of another origin.

        None if the user created the session, because it may send unknown credentials.
        """
        if self._cross_origin_session is None and self._session is not None and self._factory is None:
            self._cross_origin_session = aiohttp.ClientSession(
                headers={"User-Agent": USER_AGENT},
                connector=self._session.connector,
                connector_owner=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                **{name: self._options[name] for name in _NO_CREDENTIALS if name in self._options},
            )
        return self._cross_origin_session

    def without_cookies(self) -> aiohttp.ClientSession:
        """Return the same session without its cookies; it neither sends nor stores any.

        It is for requests with the credentials of one of several users.

        Raises:
            TransportClosed: the session was closed.
        """
        if self._session is None:
            raise TransportClosed("The transport was closed during the call.")
        if self._without_cookies is None:
            # A copy, because the options of a session that the user created are unknown.
            self._without_cookies = copy.copy(self._session)
            self._without_cookies._cookie_jar = NoCookies()
        return self._without_cookies

    @property
    def connections(self) -> ConnectionCounts:
        """The connections at this moment; may be read in any thread."""
        session = self._session
        return connection_counts(None if session is None else session.connector)

    async def release(self) -> None:
        """Release the session; the last user closes it."""
        self._users -= 1
        if self._users or self._session is None:
            return
        session, self._session = self._session, None
        stranger, self._cross_origin_session = self._cross_origin_session, None
        if stranger is not None:
            await stranger.close()
        if self._without_cookies is not None:
            self._without_cookies.detach()
            self._without_cookies = None
        # Closing must not hang, whatever the peer of a TLS connection does.
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(session.close(), self._ssl_close_timeout)

    def fresh(self) -> SharedSession:
        """Return an object with the same options and no session."""
        fresh = copy.copy(self)
        fresh._session = fresh._cross_origin_session = fresh._without_cookies = fresh.proxies = None
        fresh._users = 0
        return fresh

    def _make(self) -> aiohttp.ClientSession:
        options = dict(self._options)
        jar = options.get("cookie_jar", CookieJar)
        options["cookie_jar"] = jar() if callable(jar) else jar
        connector = options.pop("connector", None) or functools.partial(TCPConnector, self._pool_size)
        pool = connector() if callable(connector) else connector
        if self._trusts_env and options.get("proxy") is None and _takes_proxies(pool):
            self.proxies = EnvironmentProxies() or None
        options["connector"] = PoolAndSockets(pool, is_owner=options.pop("connector_owner", True))
        # The last middleware, so that it sees each response first.
        options["middlewares"] = (*options.get("middlewares", ()), refuse_upgrade)
        return aiohttp.ClientSession(**options)


def _takes_proxies(pool: aiohttp.BaseConnector) -> bool:
    """Return whether a connector supports HTTP proxies; others connect to a Unix socket or a SOCKS proxy."""
    return isinstance(pool, TCPConnector) or type(pool) is aiohttp.TCPConnector


def _session_options(
    cookies: Any, client_session_args: Mapping[str, Any] | None, proxy: str | URL | None
) -> dict[str, Any]:
    # The client sets deadlines; aiohttp's default total of 300 s would end long streams.
    options: dict[str, Any] = {
        "cookies": cookies,
        "timeout": aiohttp.ClientTimeout(total=None, sock_connect=30),
        "max_field_size": MAX_FIELD_SIZE,
        "headers": {"User-Agent": USER_AGENT},
        "proxy": check_proxy(proxy),
    }
    if client_session_args is None:
        return options
    known = frozenset(inspect.signature(aiohttp.ClientSession).parameters)
    check_arguments("client_session_args", client_session_args, known, _NOT_FOR_THE_SESSION)
    check_cookies(client_session_args.get("cookies"), "cookies in client_session_args")
    check_fixed_headers(client_session_args.get("headers"), "headers in client_session_args")
    check_proxy(client_session_args.get("proxy"), "proxy in client_session_args")
    check_flag("trust_env in client_session_args", client_session_args.get("trust_env", False))
    if proxy is not None and client_session_args.get("proxy") is not None:
        raise TypeError("There are two proxies, in proxy= and in client_session_args; pass only one.")
    options.update({name: value for name, value in client_session_args.items() if name != "proxy" or value is not None})
    options["headers"] = CIMultiDict(options["headers"] or ())
    if "User-Agent" not in map(str.title, options.get("skip_auto_headers") or ()):
        options["headers"].setdefault("User-Agent", USER_AGENT)
    options["timeout"] = client_timeout(options["timeout"])
    auth, proxy_auth = options.pop("auth", None), options.pop("proxy_auth", None)
    if auth is not None:
        options["headers"] = resolve_headers({"Authorization": authorization(auth)}, options.get("headers"), None)
    if proxy_auth is not None:
        options["proxy"] = proxy_with_credentials(options.get("proxy"), proxy_auth)
    return options


_NO_CREDENTIALS = (
    "timeout", "proxy", "trace_configs", "skip_auto_headers", "version", "read_bufsize",
    "max_line_size", "max_field_size", "max_headers",
)  # fmt: skip
"""Arguments of the session that also apply to requests to another origin."""

_NOT_FOR_THE_SESSION = {
    "raise_for_status": "the client also evaluates the body",
    "loop": "the session runs on the loop of the client",
}
