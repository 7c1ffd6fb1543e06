"""Clients of Flask applications."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue

from syncgql.contrib.flask import SyncGQL

from ..fix_servers import Server

URL = "http://127.0.0.1:1/graphql"


@contextmanager
def application(graphql: SyncGQL, **config: object) -> Iterator[Flask]:
    app = Flask(__name__)
    app.config.update(config)
    graphql.init_app(app)

    @app.get("/")
    def view() -> ResponseReturnValue:
        return graphql.client.execute('{ header(name: "x-a") }')

    yield app
    for client in app.extensions["syncgql"].values():
        client.close()


def test_each_application_has_a_client(strawberry_server: Server) -> None:
    """Its options are those of the configuration."""
    graphql = SyncGQL()
    with (
        application(graphql, GRAPHQL_URL=strawberry_server.url, GRAPHQL_HEADERS={"X-A": "1"}) as first,
        application(graphql, GRAPHQL_URL=strawberry_server.url, GRAPHQL_HEADERS={"X-A": "2"}) as second,
    ):
        for app, value in ((first, "1"), (second, "2"), (first, "1")):
            assert app.test_client().get("/").json == {"header": value}
        with first.app_context():
            assert graphql.client is graphql.client


def test_a_prefix_for_each_api() -> None:
    """One application may have several clients."""
    library, shop = SyncGQL(), SyncGQL(prefix="SHOP_")
    with application(library, GRAPHQL_URL=URL, SHOP_URL=f"{URL}/shop") as app:
        shop.init_app(app)
        with app.app_context():
            assert (repr(library.client), repr(shop.client)) == (f"<Client {URL}>", f"<Client {URL}/shop>")


def test_options_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flask reads them; values are JSON."""
    monkeypatch.setenv("FLASK_GRAPHQL_URL", URL)
    monkeypatch.setenv("FLASK_GRAPHQL_RETRY", "3")
    app = Flask(__name__)
    app.config.from_prefixed_env()
    graphql = SyncGQL(app)
    with app.app_context():
        assert repr(graphql.client) == f"<Client {URL}>"


def test_a_mistake_is_named() -> None:
    """The error is raised when the application is created, not at the first request."""
    app = Flask(__name__)
    with pytest.raises(TypeError, match="url"):
        SyncGQL(app)
    app.config.update(GRAPHQL_URL=URL, GRAPHQL_HEADRS={})
    with pytest.raises(
        TypeError, match=r"Invalid configuration GRAPHQL_\*: Client has no option 'headrs'; did you mean 'headers'"
    ):
        SyncGQL(app)


def test_an_application_without_a_client() -> None:
    """The message says what is missing; so does Flask's outside of an application."""
    message = r"'lonely' has no client GRAPHQL_\*; call init_app\(app\) first"
    with Flask("lonely").app_context(), pytest.raises(RuntimeError, match=message):
        _ = SyncGQL().client
    with pytest.raises(RuntimeError, match="outside of application context"):
        _ = SyncGQL().client


def test_the_client_is_dropped_with_its_application() -> None:
    """Tests that create many applications do not collect clients."""
    app = Flask(__name__)
    app.config["GRAPHQL_URL"] = URL
    graphql = SyncGQL(app)
    client = weakref.ref(app.extensions["syncgql"]["GRAPHQL_"])
    del app
    gc.collect()
    assert client() is None
    del graphql
