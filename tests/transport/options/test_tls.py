"""The options ssl= and cert= of a client."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import trustme

from syncgql import Client

from ...servers.front import Front


def test_client_certificate_by_path(
    any_server: Any, authority: trustme.CA, server_context: ssl.SSLContext, tmp_path: Path
) -> None:
    """cert= is a path or a pair of paths, and can be combined with ssl=False."""
    server_context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(server_context)
    mine = authority.issue_cert("me@example.test")
    mine.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    mine.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    mine.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    with Front(any_server.url, context=server_context) as front:
        for cert in (tmp_path / "both.pem", str(tmp_path / "both.pem"), (tmp_path / "cert.pem", tmp_path / "key.pem")):
            with Client(front.url(), ssl=False, cert=cert) as client:
                assert client.execute("{ hello }") == {"hello": "Hello world!"}
                assert list(client.subscribe("subscription { count(to: 1) }")) == [{"count": 1}]
        assert "me@example.test" in repr(front.certificates)
