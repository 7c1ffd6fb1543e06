"""Certificates, and servers behind TLS."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
import trustme

from .fix_servers import Server
from .servers.front import Front


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority that is not trusted by default."""
    return trustme.CA()


@pytest.fixture
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    """The TLS context of a server for ``localhost``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def client_context(authority: trustme.CA) -> ssl.SSLContext:
    """The TLS context of a client that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def tls_front(any_server: Server, server_context: ssl.SSLContext) -> Iterator[Front]:
    """Each server in turn, at ``https://localhost``."""
    with Front(any_server.url, context=server_context) as front:
        yield front
