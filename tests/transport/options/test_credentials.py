"""The options ``auth`` and ``proxy_auth``, and credentials in URLs; no secret is shown."""

from __future__ import annotations

from typing import Any

import pytest
from yarl import URL

from syncgql import AIOHTTPTransport
from syncgql.transport.options import authorization, proxy_with_credentials, split_credentials

from ...fix_scripts import RunScript


def test_credentials_in_a_url() -> None:
    """A user name and a password become a header; they are decoded first."""
    assert split_credentials("http://a/b") == (URL("http://a/b"), None)
    assert split_credentials("http://u:p%40@a/b?c") == (URL("http://a/b?c"), "Basic dTpwQA==")
    assert split_credentials("http://u@a/") == (URL("http://a/"), "Basic dTo=")


@pytest.mark.parametrize("auth", [1, b"hush", ["u", "hush"], ("u", "hush", "utf-8"), ("u", 1), {"u": "hush"}, object()])
def test_bad_auth(auth: Any) -> None:
    """Invalid credentials are refused when the transport is created, and not shown."""
    with pytest.raises(TypeError, match="auth must be") as info:
        AIOHTTPTransport("http://127.0.0.1/", auth=auth)
    assert "hush" not in str(info.value)


def test_auth_with_a_line_break() -> None:
    """The value of a header must not contain a line break."""
    with pytest.raises(ValueError, match="line break") as info:
        authorization("Bearer hush\r\n")
    assert "hush" not in str(info.value)


def test_proxy_credentials() -> None:
    """Credentials are added to the proxy's URL, escaped."""
    assert str(proxy_with_credentials("http://proxy:1/", ("us:er", "p@ss"))) == "http://us%3Aer:p%40ss@proxy:1/"
    with pytest.raises(TypeError, match="pass proxy="):
        proxy_with_credentials(None, ("a", "b"))
    wrong: Any = "a:hush"
    with pytest.raises(TypeError, match="not str"):
        proxy_with_credentials("http://proxy:1/", wrong)


def test_aiohttp_without_basic_auth(run_script: RunScript) -> None:
    """BasicAuth, which aiohttp 4 no longer has, is not required."""
    script = """
        import aiohttp
        del aiohttp.BasicAuth
        from syncgql import Client
        from syncgql.transport.options import authorization
        print(Client("http://127.0.0.1/graphql", auth=("ada", "secret")), authorization(("ada", "secret")))
    """
    result = run_script(script)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Basic YWRhOnNlY3JldA==" in result.stdout
