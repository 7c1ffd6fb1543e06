"""A pickle is code, as the documentation says; ours contain only the given values."""

from __future__ import annotations

import copyreg
import pickle
import pickletools
from pathlib import Path

import pytest

from syncgql import AppSyncApiKeyAuthentication, Client, TransportServerError

ROOT = Path(__file__).parents[2]

PAGES = ["docs/celery.md", "docs/threads.md"]
"""The pages that describe how to send a client or an error elsewhere."""


@pytest.mark.parametrize("page", PAGES)
def test_pickle_is_documented_as_code(page: str) -> None:
    """Wherever the documentation says that something can be pickled, it warns about untrusted pickles."""
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert "Unpickling runs code" in text


@pytest.mark.parametrize(
    "thing",
    [
        Client("http://localhost/graphql", headers={"A": "b"}),
        TransportServerError("It failed.", code=500, body="<b>"),
    ],
    ids=["client", "error"],
)
def test_pickle_names_only_our_own_classes(thing: object) -> None:
    """Our pickles import only the package's classes and functions of the standard library for rebuilding them."""
    data = pickle.dumps(thing, protocol=2)
    names = {str(argument).split(" ")[0] for code, argument, _ in pickletools.genops(data) if code.name == "GLOBAL"}
    allowed = {"builtins", "__builtin__", copyreg.__name__, "copy_reg", "collections", "functools"}
    assert {name for name in names if not name.startswith("syncgql")} <= allowed


def test_pickle_of_a_secret_is_refused() -> None:
    """An authentication that contains a secret cannot be sent to a broker by accident."""
    client = Client("https://example.com/graphql", auth=AppSyncApiKeyAuthentication("example.com", "da2-hush"))
    with pytest.raises(TypeError) as caught:
        pickle.dumps(client)
    assert "da2-hush" not in str(caught.value)
