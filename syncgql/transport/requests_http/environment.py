"""Give the caller's settings precedence over environment variables and ``~/.netrc``.

In requests, ``REQUESTS_CA_BUNDLE`` overrides a session's ``verify``, ``HTTP_PROXY`` its ``proxies``, and ``~/.netrc``
an ``Authorization`` header (https://github.com/psf/requests/issues/3829). Arguments of a single request are respected,
so all settings are passed with each request.
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
    """Return arguments for ``requests.Session.request``; only settings that were not given come from the environment.

    Args:
        session: the session that sends the request.
        request: the request, with its headers.
        arguments: the caller's arguments for this request.
        netrc: the user's ``~/.netrc``; None to ignore it.

    Raises:
        TransportConnectionFailed: a certificate bundle does not exist.
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
    """Return the user's ``~/.netrc``; None for a session that ignores it.

    Raises:
        TransportError: the file cannot be read.
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
            raise TransportConnectionFailed(
                f"Cannot verify the certificate of {where}: the file of verify= is missing."
            )
        return verify
    missing = missing_bundle(*BUNDLES) if session.trust_env else ""
    if missing:
        raise TransportConnectionFailed(f"Cannot verify the certificate of {where}: {missing} Fix it, or pass verify=.")
    return verify


def _proxies(session: requests.Session, url: str, of_request: Mapping[str, str]) -> dict[str, str] | None:
    """Return the proxy given for *url*, under the key that takes precedence in requests; None if there is none."""
    for proxies in (of_request, session.proxies):
        proxy = select_proxy(url, dict(proxies))
        if proxy is not None:
            parts = URL(url)
            return {f"{parts.scheme}://{parts.raw_host}": proxy}
    return None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no credentials. If no authentication is set, requests reads ``~/.netrc``."""
    return request
