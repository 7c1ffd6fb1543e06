"""NetrcFile: credentials from ~/.netrc, if requested, unless the caller passes others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from syncgql import Client, TransportError

from ..servers.wire import WireConnection, WireServer, always, answer
from .both_transports import Make, by_requests

OK = {"ok": True}

FROM_NETRC = "Basic bmV0cmM6aHVzaA=="  # netrc:hush


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's ~/.netrc."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    path = tmp_path / ".netrc"
    path.write_text("machine 127.0.0.1 login netrc password hush\n")
    path.chmod(0o600)
    return path


def by_aiohttp(url: str, **options: Any) -> Client:
    return Client(url, client_session_args={"trust_env": True}, **options)


both = pytest.mark.parametrize("make", [by_aiohttp, by_requests])


def authorization(make: Make, user: str = "", **options: Any) -> str | None:
    """Return the Authorization header that a server receives."""
    with WireServer(always(answer())) as server, make(server.url.replace("//", f"//{user}"), **options) as client:
        assert client.execute("{ ok }") == OK
        return server.requests[0].header("authorization")


@pytest.mark.usefixtures("netrc")
def test_netrc_is_not_read_by_default() -> None:
    """The environment's proxies are used by default, but not ~/.netrc, which has passwords for other programs."""
    assert authorization(Client) is None


@both
@pytest.mark.usefixtures("netrc")
def test_netrc_supplies_missing_credentials(make: Make) -> None:
    """If requested, netrc supplies the credentials for a host."""
    assert authorization(make) == FROM_NETRC


@both
@pytest.mark.usefixtures("netrc")
def test_given_credentials_take_precedence_over_netrc(make: Make) -> None:
    """A header, auth= and credentials in the URL take precedence."""
    assert authorization(make, headers={"authorization": "Bearer mine"}) == "Bearer mine"
    assert authorization(make, headers=lambda: {"Authorization": "Bearer mine"}) == "Bearer mine"
    assert authorization(make, auth=("me", "mine")) == "Basic bWU6bWluZQ=="
    assert authorization(make, user="me:mine@") == "Basic bWU6bWluZQ=="


@pytest.mark.usefixtures("netrc")
def test_given_credentials_of_a_session_take_precedence_over_netrc() -> None:
    """Credentials of aiohttp's session, and of a requests session, take precedence."""
    headers = {"Authorization": "Bearer mine"}
    of_aiohttp = lambda url: Client(url, client_session_args={"trust_env": True, "headers": headers})  # noqa: E731
    assert authorization(of_aiohttp) == "Bearer mine"

    def session() -> requests.Session:
        made = requests.Session()
        made.headers.update(headers)
        return made

    assert authorization(by_requests, session=session) == "Bearer mine"


@both
def test_netrc_is_not_for_another_origin(make: Make, netrc: Path) -> None:
    """A redirect to another origin sends no credentials, not even those of the default entry."""
    netrc.write_text("default login netrc password hush\n")
    with WireServer(always(answer())) as other:

        def script(connection: WireConnection) -> None:
            connection.read_request()
            connection.send(answer(b"", f"Location: {other.url}", status="307 Temporary Redirect"))

        with WireServer(script) as server, make(server.url) as client:
            assert client.execute("{ ok }") == OK
            assert server.requests[0].header("authorization") == FROM_NETRC
        assert other.requests[0].header("authorization") is None


@both
@pytest.mark.parametrize("text", ["machine 127.0.0.1 login netrc pasword hush\n", b"\xff\xfe"])
def test_a_broken_netrc(make: Make, netrc: Path, text: str | bytes) -> None:
    """The file is named, and its content is not shown."""
    netrc.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises((ValueError, TransportError), match=r"\.netrc") as caught, make("http://127.0.0.1:9/") as client:
        client.execute("{ ok }")
    assert "hush" not in str(caught.value)
    assert "trust_env=False" in str(caught.value)


@both
def test_a_missing_netrc(make: Make, netrc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file is no error, unless NETRC names it."""
    netrc.unlink()
    assert authorization(make) is None
    monkeypatch.setenv("NETRC", str(netrc))
    with pytest.raises((ValueError, TransportError), match=r"NETRC names .*cannot be read: No such file"):
        authorization(make)
