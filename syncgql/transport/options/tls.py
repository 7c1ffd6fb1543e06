"""TLS: verification, client certificates, and certificate bundles named in the environment."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any

import aiohttp

from ...messages import as_sentence

CertOption = str | os.PathLike[str] | tuple[str | os.PathLike[str], str | os.PathLike[str]] | None


def check_ssl(verify: Any, name: str = "ssl") -> Any:
    """Return the option *ssl* for aiohttp: True, False, an ``ssl.SSLContext`` or an ``aiohttp.Fingerprint``.

    Raises:
        TypeError: *verify* is none of these.
    """
    if not isinstance(verify, bool | ssl.SSLContext | aiohttp.Fingerprint):
        raise TypeError(
            f"{name} must be True, False, an ssl.SSLContext or an aiohttp.Fingerprint, not {type(verify).__name__}."
        )
    return verify


def with_certificate(verify: Any, cert: CertOption) -> Any:
    """Return *verify* for aiohttp, or a context that also has the client certificate *cert*.

    Args:
        verify: True, False, an ``ssl.SSLContext`` or an ``aiohttp.Fingerprint``; with *cert*, only True or False.
        cert: the path of a PEM file with the certificate and its key, a pair of paths, or None.

    Raises:
        TypeError: *cert* has the wrong type, or *verify* is a context or a fingerprint, to which no certificate can be
            added.
        ValueError: a file cannot be read, or the key is encrypted or does not match the certificate.
    """
    if cert is None:
        return verify
    paths = cert if isinstance(cert, tuple) else (cert, None)
    if len(paths) != 2 or not all(isinstance(path, str | os.PathLike) for path in paths if path is not None):
        raise TypeError(f"cert must be a path or a (certificate, key) pair of paths, not {type(cert).__name__}.")
    if not isinstance(verify, bool):
        raise TypeError("cert= requires ssl=True or ssl=False; use load_cert_chain() of your SSLContext instead.")
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    shown = " and ".join(repr(os.fspath(path)) for path in paths if path is not None)
    try:
        context.load_cert_chain(paths[0], paths[1], _refuse_to_ask)
    except OSError as error:  # includes ssl.SSLError
        raise ValueError(f"cert: {shown} cannot be used: {as_sentence(error.strerror or error)}") from error
    return context


def missing_bundle(*variables: str) -> str:
    """Return a sentence if the first variable that is set names a missing file; otherwise an empty string."""
    for variable in variables:
        path = os.environ.get(variable)
        if path:
            return "" if Path(path).exists() else f"{variable} names {path!r}, which does not exist."
    return ""


def _refuse_to_ask() -> str:
    # Without this OpenSSL would ask for the password on the terminal.
    raise ValueError(
        "cert: the key is encrypted. Pass an SSLContext as ssl=; its load_cert_chain() accepts the password."
    )
