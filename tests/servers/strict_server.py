"""The Strawberry server of the tests as strict as servers come: few operations per connection, and pings all the time.

The limit of 100 operations is Strawberry's own. The environment variable ``TEST_PORT`` says where to listen, so that a
server that was killed can come back.
"""

from __future__ import annotations

import os

from syncgql.cli.serving import serve

from .observer import Observer
from .strawberry_server import App, log, schema

app = App(schema, multipart_uploads_enabled=True)

if __name__ == "__main__":
    serve(Observer(app, log), port=int(os.environ.get("TEST_PORT", "0")), ping=(0.5, 1))
