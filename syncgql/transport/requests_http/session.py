"""RequestsSessions: the ``requests.Session`` objects of a transport."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from multidict import CIMultiDict
from urllib3 import Timeout
from urllib3.response import BaseHTTPResponse

from ...checks import check_flag, check_function, check_mapping
from ...exceptions import TransportClosed, TransportError
from ...protocol.http import HTTPResponse, public_url, retry_after, too_large
from ...protocol.masking import Mask
from ...result import Response
from ...version import __version__
from ..http.request import HTTPRequest
from ..http.upload import Upload
from ..netrc_file import NetrcFile
from ..options import check_cookies
from ..single_use import SingleUseServers
from .adapter import ResponseGuardAdapter
from .cookies import LoopbackCookieJar, without_cookies
from .deadline_reader import current_deadline
from .environment import read_netrc, with_environment
from .errors import ERRORS, public_cause, translate
from .redirects import HiddenRedirect
from .timeouts import RequestsTimeouts
from .upload import body_of

BLOCK = 64 * 1024
"""The maximum number of bytes to read between two checks of the deadline."""

CREDENTIALS = ("auth", "cookies")
"""Arguments of a call that make its request personal, so that it shares no cookies with other calls."""


@dataclass(frozen=True, repr=False, eq=False)  # no repr: it may hold secrets
class SessionOptions:
    """The options of the sessions; they have the names of parameters of ``RequestsHTTPTransport``."""

    session: requests.Session | Callable[[], requests.Session] | None
    cookies: Any
    auth: Any
    verify: bool | str
    cert: str | tuple[str, str] | None
    proxies: Mapping[str, str] | None
    adapters: Mapping[str, requests.adapters.BaseAdapter] | None
    trust_env: bool

    def __post_init__(self) -> None:
        own = (self.cookies, self.auth, self.cert, self.proxies, self.adapters)
        if self.session is None:
            self._check()
            return
        if not isinstance(self.session, requests.Session) and not callable(self.session):
            kind = type(self.session).__name__
            raise TypeError(f"session must be a requests.Session or a function that returns one, not {kind}.")
        if any(option is not None for option in own) or self.verify is not True or self.trust_env is not True:
            raise TypeError("A session has its own settings; pass either session= or the other session options.")

    def _check(self) -> None:
        check_cookies(self.cookies)
        if callable(self.auth) and not isinstance(self.auth, type):
            check_function("auth", self.auth, 1)
        elif self.auth is not None:
            _check_pair("auth", self.auth)
        if not isinstance(self.verify, bool | str | os.PathLike):
            raise TypeError(f"verify must be True, False or a path, not {type(self.verify).__name__}.")
        _check_certificate(self.cert)
        for scheme, url in (check_mapping("proxies", self.proxies) or {}).items():
            if not isinstance(scheme, str) or not isinstance(url, str):
                raise TypeError(f"proxies must map str to str; one is a {type(url).__name__}.")
        for adapter in (check_mapping("adapters", self.adapters) or {}).values():
            if not isinstance(adapter, requests.adapters.BaseAdapter):
                raise TypeError(
                    f"adapters must map to requests.adapters.BaseAdapter objects; one is a {type(adapter).__name__}."
                )
        check_flag("trust_env", self.trust_env)

    def make(self, single_use: SingleUseServers) -> requests.Session:
        """Create a session, whose connections use *single_use*."""
        if callable(self.session):
            return self.session()
        session = _guarded_session(single_use)
        session.auth = self.auth
        session.verify = self.verify
        session.cert = self.cert
        session.trust_env = self.trust_env
        session.proxies.update(self.proxies or {})
        session.cookies = LoopbackCookieJar()
        session.cookies.update(self.cookies or {})
        for prefix, adapter in (self.adapters or {}).items():
            session.mount(prefix, adapter)
        return session


def _guarded_session(single_use: SingleUseServers) -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = f"syncgql/{__version__} {requests.utils.default_user_agent()}"
    adapter = ResponseGuardAdapter(single_use)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _check_certificate(cert: Any) -> None:
    if cert is None:
        return
    if not isinstance(cert, str | os.PathLike):
        _check_pair("cert", cert)
    for path in [cert] if isinstance(cert, str | os.PathLike) else cert:
        if not os.path.isfile(path):
            raise ValueError(f"cert: there is no file {os.fspath(path)!r}.")


def _check_pair(name: str, pair: object) -> None:
    # requests accepts nearly anything, and the first request then fails or is sent without credentials.
    if not isinstance(pair, tuple | list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
        alone = "an object of requests.auth" if name == "auth" else "a path"
        raise TypeError(f"{name} must be {alone} or a pair of strings, not {type(pair).__name__}.")


class RequestsSessions:
    """A session for each thread of each process, created when the thread first needs one and closed when it ends.

    requests does not guarantee that several threads may use a session at once, and a forked child cannot use the
    connections in its pool. A session that the user passed is used by all threads and stays open.

    Args:
        options: the options of the sessions.
    """

    def __init__(self, options: SessionOptions) -> None:
        self._options = options
        self._single_use = SingleUseServers()
        self._own: threading.local | None = threading.local()
        self._pid = os.getpid()

    def fresh(self) -> RequestsSessions:
        """Return an object with the same options and no session."""
        return RequestsSessions(self._options)

    def __reduce__(self) -> tuple[Any, ...]:
        return RequestsSessions, (self._options,)

    def open(self) -> None:
        """Allow new sessions, also after ``close()``."""
        if self._own is None:
            self._own = threading.local()

    def close(self) -> None:
        """Close the sessions of all threads; a session that a call is using closes when the call ends."""
        # Only this attribute and calls in progress refer to the sessions, which close when they are freed.
        self._own = None

    def current(self) -> RequestsSession:
        """Return the session of this thread.

        Raises:
            TransportClosed: ``close()`` was called.
        """
        own = self._own
        if own is None:
            raise TransportClosed("The transport is closed; call connect() to open it again.", sent=False)
        session: RequestsSession | None = getattr(own, "session", None)
        if session is None or session.pid != os.getpid():
            session = own.session = self._make()
        return session

    def _make(self) -> RequestsSession:
        given = self._options.session
        if not isinstance(given, requests.Session):
            session = RequestsSession(self._options.make(self._single_use), self._single_use)
            weakref.finalize(session, _close, session.session, session.pid)
            return session
        if self._pid != os.getpid():
            self._pid = os.getpid()
            given.close()  # empties its pools, whose connections belong to the parent process
        return RequestsSession(given, self._single_use)


class RequestsSession:
    """A session in the process that created it."""

    def __init__(self, session: requests.Session, single_use: SingleUseServers) -> None:
        self.session = session
        self._single_use = single_use
        self.pid = os.getpid()
        self._netrc: NetrcFile | None = read_netrc(session)

    def send(
        self,
        request: HTTPRequest,
        arguments: Mapping[str, Any],
        timeouts: RequestsTimeouts,
        max_response_size: int | None,
    ) -> HTTPResponse:
        """Send one request, follow redirects, and read the whole response.

        Args:
            request: the request.
            arguments: further arguments for ``requests.Session.request``.
            timeouts: the limits of the call.
            max_response_size: the largest body that is accepted, in bytes after decompression; None for no limit.

        Raises:
            TransportConnectionFailed: there was no connection, or it was lost.
            TransportTimeout: a limit of the call expired.
            TransportServerError: a redirect is not followed.
            TransportProtocolError: the response is too large or cannot be decompressed.
        """
        start = time.perf_counter()
        is_personal = request.is_personal or not arguments.keys().isdisjoint(CREDENTIALS)
        session = without_cookies(self.session) if is_personal else self.session
        netrc = self._netrc
        with contextlib.ExitStack() as others:
            followed = 0
            while True:
                allowed = with_environment(session, request, arguments, netrc)
                response = _send_once(session, request, allowed, timeouts, max_response_size, start)
                if not request.follows(response.head.status):
                    return response
                hop = request.next_hop(response.head, response.body, followed)
                if hop.is_foreign:
                    # Any setting of the session or of the caller may be a credential.
                    other = _cross_origin_session(self.session, self._single_use)
                    session, netrc = others.enter_context(other), None
                    arguments = {name: arguments[name] for name in ("verify", "proxies") if name in arguments}
                request = request.at(hop)
                followed += 1


def _cross_origin_session(session: requests.Session, single_use: SingleUseServers) -> requests.Session:
    """Return a session for another origin, which connects in the same way and has no credentials."""
    other = _guarded_session(single_use)
    other.trust_env = session.trust_env
    other.verify = session.verify
    other.proxies.update(session.proxies)
    return other


_inherited: list[requests.Session] = []


def _close(session: requests.Session, pid: int) -> None:
    if pid == os.getpid():
        session.close()
    else:
        # A thread of the parent may have held its locks during the fork, so the session must not even be freed.
        _inherited.append(session)


def _send_once(
    session: requests.Session,
    request: HTTPRequest,
    arguments: Mapping[str, Any],
    timeouts: RequestsTimeouts,
    max_response_size: int | None,
    start: float,
) -> HTTPResponse:
    # Not a context manager of contextlib: on Python 3.13, its frames would keep the exception of requests, and with it
    # the objects of the caller, in a reference cycle.
    try:
        with _deadline_of_responses(timeouts):
            return _exchange(session, request, arguments, timeouts, max_response_size, start)
    except TransportError:
        raise  # TransportTimeout is also an OSError
    except ERRORS as error:
        raise translate(error, public_url(str(request.url)), timeouts) from public_cause(error)


def _exchange(
    session: requests.Session,
    request: HTTPRequest,
    arguments: Mapping[str, Any],
    timeouts: RequestsTimeouts,
    max_response_size: int | None,
    start: float,
) -> HTTPResponse:
    url = str(request.url)
    redirect = HiddenRedirect()
    arguments = {**arguments, "hooks": redirect.hooks(session, arguments.get("hooks"))}
    wait: Any = Timeout(connect=timeouts.connect, read=timeouts.silence, total=timeouts.left())
    timeouts.has_begun = True
    with session.request(
        request.method,
        url,
        data=body_of(request.body) if isinstance(request.body, Upload) else request.body,
        headers=_sendable(request.headers),
        timeout=wait,
        allow_redirects=False,
        stream=True,
        **arguments,
    ) as response:
        timeouts.deadline.has_response = True
        redirect.reveal(response)
        body = bytearray()
        for block in _blocks(response, timeouts):
            body += block
            if max_response_size is not None and len(body) > max_response_size:
                error = too_large(_response(response, start), bytes(body), max_response_size)
                Mask(_sent(response), url).error(error)
                raise error
    return HTTPResponse(_response(response, start), bytes(body), _sent(response))


def _sendable(headers: CIMultiDict[str]) -> dict[str, str | bytes]:
    """Return headers that requests sends unchanged in meaning: it has no repeated headers and refuses leading spaces.

    Source: https://www.rfc-editor.org/rfc/rfc9110#section-5.3 and, for spaces around values, #section-5.5
    """
    joined: dict[str, str | bytes] = {}
    for name in headers:
        value = ("; " if name.lower() == "cookie" else ", ").join(headers.getall(name)).strip(" \t")
        # UTF-8, as in aiohttp; http.client would encode text as Latin-1.
        joined[str(name)] = value if value.isascii() else value.encode()
    return joined


def _sent(response: requests.Response) -> Mapping[str, str]:
    # The response of a custom adapter or of a mock may lack its request.
    prepared: requests.PreparedRequest | None = response.request
    return {} if prepared is None or prepared.headers is None else _as_text(prepared.headers)


def _as_text(headers: Mapping[str, str | bytes]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value.decode("latin-1") for name, value in headers.items()}


@contextlib.contextmanager
def _deadline_of_responses(timeouts: RequestsTimeouts) -> Iterator[None]:
    token = current_deadline.set(timeouts)
    try:
        yield
    finally:
        current_deadline.reset(token)


def _response(response: requests.Response, start: float) -> Response:
    headers = CIMultiDict(response.headers)
    return Response(response.status_code, headers, response.url, time.perf_counter() - start, retry_after(headers))


def _blocks(response: requests.Response, timeouts: RequestsTimeouts) -> Iterator[bytes]:
    """Yield the body block by block as it arrives."""
    raw = response.raw
    if not isinstance(raw, BaseHTTPResponse):
        yield response.content  # from a custom adapter, without a socket
        return
    while True:
        _limit_wait(raw, timeouts.next_wait())
        block = raw.read1(BLOCK, decode_content=True)
        if not block:
            return
        yield block


def _limit_wait(raw: BaseHTTPResponse, seconds: float | None) -> None:
    """Limit the wait of the next read; a connection that hides its socket keeps the limit of the first read."""
    socket = getattr(raw.connection, "sock", None)
    if socket is not None:
        socket.settimeout(seconds)
