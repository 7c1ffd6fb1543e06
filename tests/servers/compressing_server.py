"""A Strawberry server that compresses responses as the client allows, preferring zstd, then br, then gzip."""

from __future__ import annotations

from starlette_compress import CompressMiddleware

from syncgql.cli.demo.serving import serve

from .observer import Observer
from .strawberry_server import app, log

if __name__ == "__main__":
    serve(Observer(CompressMiddleware(app, minimum_size=1), log))
