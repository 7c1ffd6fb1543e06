"""Errors for arguments that cannot be pickled, and exceptions with causes that cannot."""

from __future__ import annotations

import pickle
import sys
import threading
from typing import NoReturn

import aiohttp
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from syncgql import Client, TransportConnectionFailed
from syncgql.pickling import picklable_cause

from .fix_scripts import run_python


def test_f29_arguments_that_cannot_be_pickled_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the argument and says how to fix it; cloudpickle, which another test may load, pickles more."""
    monkeypatch.delitem(sys.modules, "cloudpickle", raising=False)
    with pytest.raises(TypeError, match=r"its headers= cannot: .*Define functions at the top level of a module"):
        pickle.dumps(Client("http://localhost/graphql", headers=lambda: {"X-From": "lambda"}))
    with pytest.raises(TypeError, match="its client_session_args= cannot"):
        pickle.dumps(Client("http://localhost/graphql", client_session_args={"json_serialize": threading.Lock()}))


def test_f29_secrets_are_not_in_the_error() -> None:
    """The error names the argument without its values."""
    client = Client(
        "http://localhost/graphql", client_session_args={"cookies": {"a": "s3cret"}, "trace_configs": threading.Lock()}
    )
    with pytest.raises(TypeError) as caught:
        pickle.dumps(client)
    assert "s3cret" not in str(caught.value)


SURVIVORS = """
import pickle, ssl, threading, traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import tblib.pickling_support
from syncgql import Client, SyncGQLError

tblib.pickling_support.install()  # as Dask does

class Refusal(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(403)

    do_POST = do_GET

    def log_message(self, *arguments):
        pass

def show(act):
    try:
        act()
    except SyncGQLError as error:
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error) and copy.__dict__.keys() == error.__dict__.keys() and str(copy) == str(error)
        assert "in show" in "".join(traceback.format_exception(type(copy), copy, copy.__traceback__))
        print(type(copy).__name__, type(copy.__cause__).__name__, str(copy.__cause__).split(":")[0])

with Client("http://127.0.0.1:1/") as client:
    show(lambda: client.execute("{ a }"))
with Client("https://127.0.0.1:1/", ssl=ssl.create_default_context()) as client:
    show(lambda: client.execute("{ a }"))
with ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"//127.0.0.1:{server.server_port}/"
    with Client("http:" + url, subscriptions="ws:" + url, reconnect=False) as client:
        show(lambda: client.execute("{ a }"))
        show(lambda: list(client.subscribe("subscription { a }")))
    server.shutdown()
"""


def test_exceptions_survive_tblib() -> None:
    """It pickles causes, too; those that cannot be pickled leave their class and message."""
    done = run_python("-c", SURVIVORS)
    assert (done.stdout.splitlines(), done.stderr) == (
        [
            "TransportConnectionFailed ClientConnectorError Cannot connect to host 127.0.0.1",
            "TransportConnectionFailed Exception aiohttp.client_exceptions.ClientConnectorError",
            "TransportAuthenticationError NoneType None",
            "TransportAuthenticationError NoneType None",
        ],
        "",
    )


class Handle(Exception):
    """It cannot be pickled."""

    def __reduce__(self) -> NoReturn:
        raise TypeError("no")


def test_a_cause_that_cannot_be_pickled_keeps_its_text_and_place() -> None:
    """Others stay as they are."""
    good = ValueError("good")
    assert picklable_cause(good) is good
    assert picklable_cause(None) is None
    try:
        raise Handle("text")
    except Handle as error:
        replaced = picklable_cause(error)
    assert repr(replaced) == "Exception('tests.test_pickling.Handle: text')"
    assert replaced is not None
    assert replaced.__traceback__ is not None


@pytest.mark.parametrize("cls", [aiohttp.ClientResponseError, aiohttp.WSServerHandshakeError])
def test_responses_of_aiohttp_are_replaced(cls: type[aiohttp.ClientResponseError]) -> None:
    """Their headers, which contain the credentials of the request, cannot be pickled."""
    headers = CIMultiDictProxy(CIMultiDict({"Authorization": "s3cret"}))
    request = aiohttp.RequestInfo(URL("http://localhost/"), "GET", headers, URL("http://localhost/"))
    replaced = picklable_cause(cls(request, (), status=403, message="Forbidden", headers=headers))
    assert (
        str(replaced) == f"aiohttp.client_exceptions.{cls.__name__}: 403, message='Forbidden', url='http://localhost/'"
    )


def test_causes_are_kept_without_tblib() -> None:
    """Pickle drops them from the copy; the exception itself does not change."""
    error = TransportConnectionFailed("lost")
    error.__cause__ = cause = Handle("text")
    assert pickle.loads(pickle.dumps(error)).__cause__ is None
    assert error.__cause__ is cause
