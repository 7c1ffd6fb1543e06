"""A WSGI application whose client has made a call, a submit and a subscription before uWSGI forks its workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from syncgql import Client

client = Client(os.environ["GRAPHQL_URL"])
client.execute("{ hello }")
client.submit("{ hello }").result()
inherited = client.subscribe("subscription { count(delay: 0.05) }")
inherited.next()


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Make one call of each kind in the worker."""
    answers = [client.execute("{ hello }", timeout=30), client.submit("{ hello }", timeout=30).result()]
    events = client.subscribe("subscription { count }", timeout=30)
    answers.append(events.next(30))
    events.close()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [repr(answers).encode()]
