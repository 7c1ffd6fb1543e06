"""The caller beats the environment: what requests would take from variables and ~/.netrc in spite of what was given.

In requests, ``REQUESTS_CA_BUNDLE`` overrules a session's ``verify``, ``HTTP_PROXY`` its ``proxies``, and ``~/.netrc``
an ``Authorization`` header: https://github.com/psf/requests/issues/3829. It respects what is given for one request, so
here everything that was given is given for each request.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import requests
from requests.utils import select_proxy
from yarl import URL

from ...exceptions import TransportConnectionFailed, TransportError
from ...protocol.http import public_url
from ..http.request import HTTPRequest
from ..netrc_file import NetrcFile
from ..options.tls import missing_bundle

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def with_environment(
    session: requests.Session, request: HTTPRequest, arguments: Mapping[str, Any], netrc: NetrcFile | None
) -> dict[str, Any]:
    """Return the arguments for ``requests.Session.request`` with which the environment only fills what was not given.

    Args:
        session: what sends the request.
        request: the request, with its headers.
        arguments: what the caller gives for this one request.
        netrc: the user's ``~/.netrc``; None when it does not count.

    Raises:
        TransportConnectionFailed: a bundle of certificates that would be used does not exist.
    """
    given = {**arguments, "verify": _verify(session, request.url, arguments)}
    proxies = _proxies(session, str(request.url), arguments.get("proxies") or {})
    if proxies is not None:
        given["proxies"] = proxies
    if not given.get("auth") and not session.auth and session.trust_env:
        is_authorized = "Authorization" in request.headers or "Authorization" in session.headers
        found = netrc.credentials(request.url.raw_host) if netrc is not None and not is_authorized else None
        given["auth"] = found or _as_it_is
    return given


def read_netrc(session: requests.Session) -> NetrcFile | None:
    """Return the user's ``~/.netrc``; None for a session that is not to look at it.

    Raises:
        TransportError: it cannot be read.
    """
    if not session.trust_env or session.auth:
        return None
    try:
        return NetrcFile()
    except ValueError as error:
        raise TransportError(str(error)) from error.__cause__


def _verify(session: requests.Session, url: URL, arguments: Mapping[str, Any]) -> Any:
    verify = arguments.get("verify")
    if verify is None:
        verify = session.verify
    if url.scheme != "https" or verify is False:
        return verify
    where = public_url(str(url))
    if isinstance(verify, str | os.PathLike):
        if not os.path.exists(verify):
            raise TransportConnectionFailed(f"No TLS connection to {where}: verify= names a file that does not exist.")
        return verify
    missing = missing_bundle(*BUNDLES) if session.trust_env else ""
    if missing:
        raise TransportConnectionFailed(f"No TLS connection to {where}: {missing} Correct it, or give verify=.")
    return verify


def _proxies(session: requests.Session, url: str, of_request: Mapping[str, str]) -> dict[str, str] | None:
    """Return the proxy that was given for *url* under the key that beats all others; None when none was given."""
    for proxies in (of_request, session.proxies):
        proxy = select_proxy(url, dict(proxies))
        if proxy is not None:
            parts = URL(url)
            return {f"{parts.scheme}://{parts.raw_host}": proxy}
    return None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authenticate by nothing: requests looks at ``~/.netrc`` where there is no authentication."""
    return request
