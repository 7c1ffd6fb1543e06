"""Client certificates, and the bundles of trusted certificates that the environment names."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any

from ..messages import as_sentence

CertOption = str | os.PathLike[str] | tuple[str | os.PathLike[str], str | os.PathLike[str]] | None


def with_certificate(verify: Any, cert: CertOption) -> Any:
    """Return what aiohttp takes as ``ssl``: *verify*, or a context with the client certificate *cert*.

    Args:
        verify: True or False.
        cert: the path of a PEM file with certificate and key, or a pair of the paths of both; None for none.

    Raises:
        TypeError: *cert* is neither, or *verify* is a context or a fingerprint, to which no certificate can be added.
        ValueError: a file cannot be read, or the key does not fit or is encrypted.
    """
    if cert is None:
        return verify
    paths = cert if isinstance(cert, tuple) else (cert, None)
    if len(paths) != 2 or not all(isinstance(path, str | os.PathLike) for path in paths if path is not None):
        raise TypeError(f"cert must be a path or a pair of paths, of certificate and key, not {type(cert).__name__}.")
    if not isinstance(verify, bool):
        raise TypeError("cert= is for ssl=True and ssl=False; load it into your SSLContext with load_cert_chain().")
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    shown = " and ".join(repr(os.fspath(path)) for path in paths if path is not None)
    try:
        context.load_cert_chain(paths[0], paths[1], _refuse_to_ask)
    except OSError as error:  # ssl.SSLError is one
        raise ValueError(f"cert: {shown} cannot be used: {as_sentence(error.strerror or error)}") from error
    return context


def missing_bundle(*variables: str) -> str:
    """Return, for a message, which of the variables names a bundle that does not exist; empty when none does."""
    for variable in variables:
        path = os.environ.get(variable)
        if path:
            return "" if Path(path).exists() else f"{variable} names {path!r}, which does not exist."
    return ""


def _refuse_to_ask() -> str:
    # OpenSSL would ask on the terminal.
    raise ValueError("cert: the key is encrypted. Give ssl= an SSLContext, whose load_cert_chain() takes its password.")
