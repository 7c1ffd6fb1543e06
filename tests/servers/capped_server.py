"""A Strawberry server that accepts at most 100 operations per connection, as Strawberry does by default.

The environment variable ``TEST_PORT`` says where to listen, so that a server that was killed can come back;
``TEST_PING`` how often WebSockets get a ping, and how long the answer may take: ``0.5 2``, in seconds.
"""

from __future__ import annotations

import os

from syncgql.cli.demo.serving import serve

from .observer import Observer
from .strawberry_server import App, log, schema

app = App(schema, multipart_uploads_enabled=True)

if __name__ == "__main__":
    interval, patience = map(float, os.environ.get("TEST_PING", "20 20").split())
    serve(Observer(app, log), port=int(os.environ.get("TEST_PORT", "0")), ping=(interval, patience))
