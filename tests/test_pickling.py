"""Errors for arguments that cannot be pickled."""

from __future__ import annotations

import pickle
import sys
import threading

import pytest

from syncgql import Client


def test_f29_what_does_not_pickle_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
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
