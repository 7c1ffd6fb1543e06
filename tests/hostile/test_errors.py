"""What exceptions show of text from a hostile server, and what they never show."""

from __future__ import annotations

import json
import logging
import pickle
import re
import traceback
from typing import Any

import pytest

from syncgql import (
    GraphQLRequest,
    SyncGQLError,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
)

from ..servers.wire import WireServer, answer
from .attack import MakeClient, attacked, get_option, once

pytestmark = pytest.mark.usefixtures("loop_is_never_held")

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")

CLEAR_SCREEN = "\x1b[2J\x1b]0;title\x07\x9b31m\x7f\r\u202egnp.exe\ud800"
"""Characters that a terminal interprets, and text that looks like something else."""


def answers_that_speak() -> dict[str, bytes]:
    text = CLEAR_SCREEN.encode(errors="surrogatepass")
    latin = CLEAR_SCREEN.encode("latin-1", "ignore").replace(b"\r", b"").replace(b"\x07", b"").replace(b"\x1b", b"")
    errors = json.dumps({"errors": [{"message": CLEAR_SCREEN, "path": [CLEAR_SCREEN]}]}).encode()
    return {
        "GraphQL error": answer(errors),
        "error page": answer(text, status="502 Bad Gateway", content_type="text/html"),
        "no JSON": answer(b"{" + text),
        "Content-Type": answer(b"x", content_type="text/" + latin.decode("latin-1")),
        "Location": answer(b"", "Location: http://a/" + latin.decode("latin-1"), status="302 Found"),
        "reason phrase": answer(b"", status="500 " + latin.decode("latin-1")),
    }


@pytest.mark.parametrize("wire", answers_that_speak().values(), ids=list(answers_that_speak()))
def test_control_characters_are_escaped_in_messages(make_client: MakeClient, wire: bytes) -> None:
    """Exceptions show escapes instead of characters that a terminal would interpret."""
    with attacked(make_client, wire) as client, pytest.raises(TransportError) as caught:
        client.execute("{ ok }")
    for shown in (str(caught.value), repr(caught.value), "".join(traceback.format_exception(caught.value))):
        assert not CONTROL.search(shown)
        assert shown.encode()


def test_attributes_have_the_text_unchanged(make_client: MakeClient) -> None:
    """Attributes contain the server's text unchanged."""
    errors = [{"message": CLEAR_SCREEN}]
    wire = answer(json.dumps({"errors": errors}).encode())
    with attacked(make_client, wire) as client, pytest.raises(TransportQueryError) as caught:
        client.execute("{ ok }")
    assert caught.value.errors == errors


LONG = 5_000_000 * b"x"

LONG_ANSWERS = {
    "GraphQL error": answer(b'{"errors": [{"message": "' + LONG + b'"}]}'),
    "error page": answer(LONG, status="500 No", content_type="text/html"),
    "no JSON": answer(LONG),
    "no GraphQL": answer(b'{"' + LONG + b'": 1}'),
}


@pytest.mark.parametrize("wire", LONG_ANSWERS.values(), ids=list(LONG_ANSWERS))
def test_quoted_text_is_truncated(make_client: MakeClient, wire: bytes) -> None:
    """The message and the excerpt are short, however long the response is."""
    with attacked(make_client, wire) as client, pytest.raises(TransportError) as caught:
        client.execute("{ ok }")
    error = caught.value
    assert len(str(error)) < 4_000
    if isinstance(error, TransportServerError):
        assert len(error.body) == 1_000
    if isinstance(error, TransportProtocolError):
        assert len(error.received) == 1_000
    if not isinstance(error, TransportQueryError):
        assert len(pickle.dumps(error)) < 10_000


def test_errors_nested_1000_deep(make_client: MakeClient) -> None:
    """A value nested too deeply for Python code is omitted from the message, or refused by the codec."""
    body = b'{"errors": [{"message": ' + 1_000 * b"[" + 1_000 * b"]" + b"}]}"
    with attacked(make_client, answer(body)) as client, pytest.raises((TransportQueryError, TransportProtocolError)):
        client.execute("{ ok }")


SECRET = "hunter2"

REFUSALS: dict[str, bytes] = {
    "401": answer(b"no", status="401 Unauthorized", content_type="text/plain"),
    "500": answer(b"no", status="500 No", content_type="text/plain"),
    "302": answer(b"", f"Location: http://me:{SECRET}@a/?t={SECRET}#{SECRET}", status="302 Found"),
    "no JSON": answer(b"no"),
    "no HTTP": b"\x00\x01\x02\r\n\r\n",
    "nothing": b"",
    "truncated": answer(b"no").replace(b"Length: 2", b"Length: 3"),
    "GraphQL error": answer(b'{"errors": [{"message": "no"}]}'),
}


@pytest.mark.parametrize("wire", REFUSALS.values(), ids=list(REFUSALS))
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_no_secret_is_shown(
    make_client: MakeClient, wire: bytes, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Messages, tracebacks and logs do not show a password of the URL, a header, a cookie or a variable."""
    caplog.set_level(logging.DEBUG, "syncgql")
    request = GraphQLRequest("query ($a: String) { ok(a: $a) }", {"a": SECRET})
    with WireServer(once(wire)) as server:
        url = server.url.replace("//", f"//user:{SECRET}@") + f"?token={SECRET}"
        options: dict[str, Any] = {
            "headers": {"Authorization": f"Bearer {SECRET}", "X-Api-Key": SECRET},
            "cookies": {"session": SECRET},
            **(get_option(make_client) if method == "GET" else {}),
        }
        with make_client(url, **options) as client, pytest.raises(TransportError) as caught:
            client.execute(request)
        assert server.requests[0].method == method
        shown = [str(caught.value), repr(caught.value), repr(client), caplog.text]
        shown.append("".join(traceback.format_exception(caught.value)))
    assert SECRET not in "".join(shown)


def test_no_variable_is_shown_by_a_codec_that_fails(make_client: MakeClient) -> None:
    """A value that cannot be encoded is named by its place."""
    with make_client("http://127.0.0.1:9/") as client, pytest.raises(SyncGQLError) as caught:
        client.execute("query ($a: A) { ok(a: $a) }", {"a": {"password": SECRET, "tags": {SECRET}}})
    assert SECRET not in "".join(traceback.format_exception(caught.value))
